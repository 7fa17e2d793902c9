using System.Text.Json.Nodes;
using Sg3x.Configuration;
using Sg3x.Networks;
using Sg3x.Ops;
using Sg3x.Oracle.Checks;
using Sg3x.Oracle.Preflight;
using Sg3x.Oracle.Reports;
using Sg3x.Oracle.Tests.Checks;
using Sg3x.Schedule;
using Sg3x.Training;
using static TorchSharp.torch;

namespace Sg3x.Oracle.Tests.Preflight;

public sealed class TrainingPreflightTests : IDisposable
{
    private readonly string root = Directory.CreateTempSubdirectory("sg3x-preflight-").FullName;
    private int checkedSubjects;

    public void Dispose() => Directory.Delete(root, recursive: true);

    [Fact]
    public void What_was_found_is_in_the_runs_folder()
    {
        RunVerification outcome = Preflight().Run(Start("a"));

        JsonNode file = Read("a");
        Assert.Null(outcome.Unverified);
        Assert.True((bool)file["passed"]!);
        Assert.Equal(Some.Select(c => c.Id), file["checks"]!.AsArray().Select(c => (string)c!["id"]!));
        Assert.Equal($"passed, {(int)file["counts"]!["passed"]!} checks", outcome.Summary);
        Assert.Equal("cpu", (string)file["device"]!);
        Assert.Equal("Float32", (string)file["program"]!["dtype"]!);
        Assert.Equal(1, (int)file["counts"]!["notApplicable"]!);
        Assert.StartsWith(
            "the kernel is a GPU's; ", (string)file["checks"]!.AsArray()[^1]!["leavesOut"]!, StringComparison.Ordinal);
    }

    [Fact]
    public void The_same_build_configuration_and_device_are_not_checked_twice()
    {
        Preflight().Run(Start("a"));
        RunVerification again = Preflight().Run(Start("a")), elsewhere = Preflight().Run(Start("b"));

        Assert.Equal(1, checkedSubjects);
        Assert.Equal(again, elsewhere);
        Assert.StartsWith("passed, ", again.Summary, StringComparison.Ordinal);
        Assert.True(JsonNode.DeepEquals(Read("a"), Read("b")));
    }

    [Fact]
    public void A_stop_that_came_before_writes_nothing_of_what_is_known()
    {
        Preflight().Run(Start("a"));
        using var stop = new CancellationTokenSource();
        stop.Cancel();
        var stopped = new TrainingPreflight { CacheFolder = Cache, Checks = Some, Cancellation = stop.Token };
        Assert.Throws<OperationCanceledException>(() => stopped.Run(Start("b")));
        Assert.False(File.Exists(Start("b").Folder.Preflight));
    }

    [Fact]
    public void Without_a_cache_the_runs_own_folder_is_one()
    {
        TrainingPreflight alone = Preflight(cached: false);
        alone.Run(Start("a"));
        alone.Run(Start("a"));
        Assert.Equal(1, checkedSubjects);

        alone.Run(Start("b"));
        Assert.Equal(2, checkedSubjects);
    }

    [Fact]
    public void Another_configuration_another_number_of_threads_or_another_type_is_checked_anew()
    {
        RunStart start = Start("a");
        RunConfig wider = start.Config with { Generator = start.Config.Generator with { Margin = 11 } };
        RunConfig longer = start.Config with { Training = start.Config.Training with { Kimg = 77 } };
        PreflightKey key = Key(start), longerKey = Key(start with { Config = longer });
        Assert.Equal(key.Hash, longerKey.Hash);
        Assert.NotEqual(key.Hash, Key(start with { Config = wider }).Hash);
        Assert.NotEqual(key.Hash, Key(start with { DType = ScalarType.BFloat16 }).Hash);
        Assert.NotEqual(key.Hash, Key(Waiving(start)).Hash);
        int threads = get_num_threads();
        try
        {
            set_num_threads(threads + 1);
            Assert.NotEqual(key.Hash, Key(start).Hash);
        }
        finally
        {
            set_num_threads(threads);
        }
        Assert.All(
            ["Sg3x.dll", "Sg3x.Spec.dll", "Sg3x.Oracle.dll"], name => Assert.Equal(64, key.Parts[name].Length));
    }

    [Theory]
    [InlineData("ATEN_CPU_CAPABILITY", "default")]
    [InlineData("NVIDIA_TF32_OVERRIDE", "1")]
    [InlineData("CUDA_VISIBLE_DEVICES", "7")]
    [InlineData("SG3X_KERNEL", "yes")]
    public void Other_kernels_or_another_gpu_by_the_environment_are_checked_anew(string variable, string value)
    {
        RunStart start = Start("a");
        string? before = Environment.GetEnvironmentVariable(variable);
        PreflightKey key = Key(start);
        try
        {
            Environment.SetEnvironmentVariable(variable, value);
            Assert.NotEqual(key.Hash, Key(start).Hash);
        }
        finally
        {
            Environment.SetEnvironmentVariable(variable, before);
        }
        Assert.Equal(key.Hash, Key(start).Hash);
        Assert.Equal(64, key.Parts["MathNet.Numerics.dll"].Length);
    }

    [Fact]
    public void Another_implementation_of_the_nonlinearity_is_checked_anew()
    {
        RunStart start = Start("a");
        PreflightKey key = Key(start);
        IEnumerable<string> layers = LayerSchedule.Create(start.Config.Generator).Layers.Select(l => l.Name);
        Assert.Equal($"{FilteredLeakyRelu.Fused.Name}: {string.Join(", ", layers)}", key.Parts["nonlinearity"]);
        Preflight().Run(start);
        FilteredLeakyRelu.Forced = FilteredLeakyRelu.Composed;
        try
        {
            Assert.Equal(["nonlinearity"], Key(start).Parts.Except(key.Parts).Select(part => part.Key));
            Assert.NotEqual(key.Hash, Key(start).Hash);
            Preflight().Run(start);
        }
        finally
        {
            FilteredLeakyRelu.Forced = null;
        }
        Assert.Equal(2, checkedSubjects);
    }

    [Fact]
    public void A_training_in_bfloat16_is_checked_for_one()
    {
        var preflight = new TrainingPreflight { CacheFolder = null, Checks = [CheckRegistry.Find("precision.operations")] };
        Assert.Equal("passed, 1 check", preflight.Run(Start("a") with { DType = ScalarType.BFloat16 }).Summary);
        Assert.Throws<VerificationFailedException>(() => preflight.Run(Start("b")));
    }

    [Fact]
    public void A_fault_refuses_the_run_every_time()
    {
        for (int attempt = 1; attempt <= 2; attempt++)
        {
            var refusal = Assert.Throws<VerificationFailedException>(() => Preflight(Faulty).Run(Start("a")));
            Assert.Equal(attempt, checkedSubjects);
            Assert.Contains("filter.taps", refusal.Message, StringComparison.Ordinal);
            Assert.Contains(Start("a").Folder.Preflight, refusal.Message, StringComparison.Ordinal);
            Assert.Contains(refusal.Report!.Explanations(), e => e.Id == "filter.taps");
        }
        Assert.False((bool)Read("a")["passed"]!);
        Assert.False(Directory.Exists(Cache));
    }

    [Fact]
    public void A_resumption_that_is_refused_leaves_what_was_found_before_the_run_trained()
    {
        Preflight().Run(Start("run"));
        RunFolder folder = Start("run").Folder;
        string before = File.ReadAllText(folder.Preflight);
        File.WriteAllText(folder.Config, "{}");
        VerificationFailedException refused =
            Assert.Throws<VerificationFailedException>(() => Preflight(Faulty, cached: false).Run(Weaker(Start("run"))));
        Assert.Contains(folder.RefusedPreflight, refused.Message, StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllText(folder.Preflight));
        Assert.False((bool)JsonNode.Parse(File.ReadAllText(folder.RefusedPreflight))!["passed"]!);
    }

    [Fact]
    public void A_fault_can_be_trained_with_unverified_and_is_not_taken_for_a_pass_afterwards()
    {
        RunVerification outcome = Preflight(Faulty, unverified: true).Run(Start("a"));

        Assert.StartsWith("FAILED: ", outcome.Summary, StringComparison.Ordinal);
        Assert.StartsWith("started with --unverified; FAILED: ", outcome.Unverified, StringComparison.Ordinal);
        Assert.Throws<VerificationFailedException>(() => Preflight(Faulty).Run(Start("a")));
    }

    [Fact]
    public void Unverified_marks_a_run_that_passes_too()
    {
        RunVerification outcome = Preflight(unverified: true).Run(Start("a"));

        Assert.StartsWith("started with --unverified; passed, ", outcome.Unverified, StringComparison.Ordinal);
    }

    [Fact]
    public void A_configuration_weaker_than_the_papers_is_refused_and_one_that_says_so_is_marked()
    {
        RunStart weaker = Weaker(Start("a"));
        var refusal = Assert.Throws<VerificationFailedException>(() => Preflight().Run(weaker));
        (string id, string text) = Assert.Single(refusal.Report!.Explanations());
        Assert.Equal("config.alias-free", id);
        Assert.StartsWith("generator.margin: expected at least 10, measured 9: ", text, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Cache));

        RunVerification declared = Preflight().Run(Waiving(weaker));
        Assert.EndsWith($"; waived config.alias-free: {text}", declared.Summary, StringComparison.Ordinal);
        Assert.Equal($"started with --waive config.alias-free; {declared.Summary}", declared.Unverified);
        JsonNode file = Read("a");
        Assert.Equal("waived", (string)file["checks"]![0]!["status"]!);
        Assert.Equal(1, (int)file["counts"]!["waived"]!);
        Assert.Equal(Some.Length - 2, (int)file["counts"]!["passed"]!);
    }

    [Fact]
    public void What_was_waived_stays_so_when_the_outcome_is_found_again_and_is_no_outcome_without_the_waiver()
    {
        RunStart weaker = Weaker(Start("a"));
        Preflight().Run(Waiving(weaker));
        RunVerification again = Preflight().Run(Waiving(weaker));
        RunVerification elsewhere = Preflight().Run(Waiving(Weaker(Start("b"))));

        Assert.Equal(1, checkedSubjects);
        Assert.Equal(again, elsewhere);
        Assert.StartsWith("started with --waive config.alias-free; passed, ", again.Unverified, StringComparison.Ordinal);
        Assert.Contains("generator.margin: expected at least 10, measured 9", again.Unverified, StringComparison.Ordinal);
        Assert.Throws<VerificationFailedException>(() => Preflight().Run(weaker));
    }

    [Fact]
    public void A_waiver_of_a_configuration_that_departs_from_nothing_marks_nothing() =>
        Assert.Null(Preflight().Run(Waiving(Start("a"))).Unverified);

    [Fact]
    public void A_waiver_does_not_cover_a_fault_of_the_build()
    {
        RunStart weaker = Waiving(Weaker(Start("a")));
        var refusal = Assert.Throws<VerificationFailedException>(() => Preflight(Faulty).Run(weaker));
        Assert.DoesNotContain(refusal.Report!.Explanations(), e => e.Id == "config.alias-free");

        string? mark = Preflight(Faulty, unverified: true).Run(weaker).Unverified;
        Assert.StartsWith(
            "started with --unverified and --waive config.alias-free; FAILED: ", mark, StringComparison.Ordinal);
    }

    [Fact]
    public void A_kernel_that_was_asked_for_and_is_missing_refuses_no_run_and_fails_a_verification()
    {
        static Subject Missing(Subject healthy) => healthy with
        {
            DeviceNonlinearity = new()
            {
                Find = (_, _, _, _) => null, Absence = () => "NVRTC is not there", Wanted = () => true,
            },
        };
        Assert.Null(Preflight(Missing).Run(Start("a")).Unverified);
        JsonNode check = Read("a")["checks"]!.AsArray()[^1]!;
        Assert.Equal("notApplicable", (string)check["status"]!);
        Assert.StartsWith("NVRTC is not there; ", (string)check["leavesOut"]!, StringComparison.Ordinal);

        var report = VerificationReport.Run("T", Missing(Subject.Production(Subjects.T)), Some);
        Assert.False(report.Passed);
        Assert.Equal(
            ("op.flrelu.device", "cpu: no kernel: NVRTC is not there"), Assert.Single(report.Explanations()));
    }

    [Fact]
    public void What_may_not_be_waived_is_an_error_of_usage()
    {
        Assert.Throws<UserException>(() => Preflight().Run(Waiving(Start("a"), "filter.taps")));
        Assert.Empty(Directory.EnumerateFileSystemEntries(root));
    }

    [Theory]
    [InlineData("""{"passed":1,"failed":0}""", "[]")]
    [InlineData("""{"passed":1,"failed":0,"waived":0}""", "7")]
    [InlineData("""{"passed":1,"failed":0,"waived":0}""", "null")]
    [InlineData("""{"passed":1,"failed":0,"waived":1}""", "[]")]
    [InlineData("""{"passed":1,"failed":0,"waived":1}""", "[7]")]
    [InlineData("""{"passed":1,"failed":0,"waived":1}""", "[null]")]
    [InlineData("""{"passed":1,"failed":0,"waived":1}""", """[{"id":"config.alias-free"}]""")]
    [InlineData("""{"passed":1,"failed":0,"waived":1}""", """[{"id":7,"text":"x"}]""")]
    public void An_outcome_that_does_not_say_what_it_waives_is_not_believed(string counts, string waived) =>
        A_file_that_is_no_outcome_is_not_believed(
            $$"""{"key":"KEY","passed":true,"at":"","counts":{{counts}},"waived":{{waived}}}""");

    [Fact]
    public void An_outcome_with_all_of_it_is_believed()
    {
        RunStart start = Start("a");
        Directory.CreateDirectory(start.Folder.Root);
        File.WriteAllText(start.Folder.Preflight, $$"""
            {"key":"{{Key(start).Hash}}","passed":true,"at":"","counts":{"passed":1,"failed":0,"waived":0},"waived":[]}
            """);

        Preflight().Run(start);

        Assert.Equal(0, checkedSubjects);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[1]")]
    [InlineData("{\"key\":7,\"passed\":{}}")]
    [InlineData("{\"key\":\"KEY\",\"passed\":true}")]
    [InlineData("{\"key\":\"KEY\",\"passed\":true,\"counts\":[]}")]
    [InlineData("{\"key\":\"KEY\",\"key\":\"KEY\",\"passed\":true,\"at\":\"\",\"counts\":{\"passed\":1,\"failed\":0}}")]
    [InlineData("{\"key\":\"KEY\",\"passed\":true,\"at\":\"\",\"counts\":{\"passed\":0,\"failed\":0}}")]
    [InlineData("{\"key\":\"KEY\",\"passed\":true,\"at\":\"\",\"counts\":{\"passed\":\"many\",\"failed\":0}}")]
    [InlineData("{\"key\":\"KEY\",\"passed\":true,\"at\":7,\"counts\":{\"passed\":1,\"failed\":0}}")]
    [InlineData("{\"key\":\"KEY\",\"passed\":false,\"counts\":{\"failed\":0}}")]
    [InlineData("{\"key\":\"KEY\",\"passed\":true,\"counts\":{\"failed\":1}}")]
    public void A_file_that_is_no_outcome_is_not_believed(string text)
    {
        RunStart start = Start("a");
        Directory.CreateDirectory(start.Folder.Root);
        File.WriteAllText(start.Folder.Preflight, text.Replace("KEY", Key(start).Hash, StringComparison.Ordinal));

        Preflight().Run(start);

        Assert.Equal(1, checkedSubjects);
        Assert.True((bool)Read("a")["passed"]!);
    }

    [Fact]
    public void A_cache_that_cannot_be_written_stops_nobody()
    {
        File.WriteAllText(Cache, "a file in the place of the folder");

        Assert.Null(Preflight().Run(Start("a")).Unverified);
    }

    [Fact]
    public void It_stops_between_checks_when_asked_and_writes_nothing()
    {
        using var stop = new CancellationTokenSource();
        var preflight = new TrainingPreflight
        {
            CacheFolder = Cache,
            Checks = Some,
            Cancellation = stop.Token,
            Progress = (_, done, _) =>
            {
                if (done == 2)
                    stop.Cancel();
            },
        };

        Assert.Throws<OperationCanceledException>(() => preflight.Run(Start("a")));
        Assert.Empty(Directory.EnumerateFileSystemEntries(root));
    }

    [Fact]
    public void Without_a_choice_they_are_the_quick_ones() => Assert.Equal(CheckRegistry.Quick, new TrainingPreflight().Checks);

    // Cheap ones, and one that does not apply.
    private static ICheck[] Some { get; } =
    [
        .. CheckRegistry.Quick.Where(check => check.Id.Split('.')[0] is "config" or "schedule" or "filter"),
        CheckRegistry.Find("op.flrelu.device"),
    ];

    private string Cache => Path.Combine(root, "cache");

    private static Subject Faulty(Subject healthy) => healthy.WithFilters(taps => [.. taps.Select((tap, i) => i == 0 ? 1.5 * tap : tap)]);

    private static PreflightKey Key(RunStart start) => PreflightKey.Of(
        start.Config.Generator, start.Device, start.DType, Waivers.Of(start.Config.Training.Waived));

    private static RunStart Weaker(RunStart start) =>
        start with { Config = start.Config with { Generator = start.Config.Generator with { Margin = 9 } } };

    private static RunStart Waiving(RunStart start, string waived = "config.alias-free") =>
        start with { Config = start.Config with { Training = start.Config.Training with { Waived = waived } } };

    private TrainingPreflight Preflight(Func<Subject, Subject>? plant = null, bool unverified = false, bool cached = true) => new()
    {
        CacheFolder = cached ? Cache : null,
        Unverified = unverified,
        Checks = Some,
        Subject = (config, device) =>
        {
            checkedSubjects++;
            Subject healthy = Subject.Production(config, device);
            return plant is null ? healthy : plant(healthy);
        },
    };

    private RunStart Start(string folder) => new(
        new RunFolder(Path.Combine(root, folder)),
        new RunConfig
        {
            Preset = "demo",
            Generator = Subjects.T with { Resolution = 16, Layers = 4 },
            Discriminator = new DiscriminatorConfig { Resolution = 16 },
        },
        CPU,
        ScalarType.Float32);

    private JsonNode Read(string folder) => JsonNode.Parse(File.ReadAllText(Start(folder).Folder.Preflight))!;
}
