using System.Text.Json.Nodes;
using Sg3x.Oracle.Candidate;

namespace Sg3x.Oracle.Tests.Candidate;

/// <summary>Exports of other implementations, healthy and not.</summary>
public sealed class CandidateTests : IDisposable
{
    // Of p, by one update.
    private static readonly double s_step = 4 * HealthyExport.Batch / 500_000.0;

    private readonly string folder = Directory.CreateTempSubdirectory("sg3x-candidate-").FullName;

    public static TheoryData<string> Names => new(Departure.All.Select(departure => departure.Name));

    public static TheoryData<string> Groups => new(VectorCatalogue.Groups.Select(group => group.Name));

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void A_healthy_export_passes_every_check_and_leaves_nothing_out()
    {
        CandidateReport report = Judge(HealthyExport.Create());

        Assert.All(report.Results, result => Assert.True(result.Status == CandidateStatus.Passed, Describe(result)));
        Assert.True(report.Complete, string.Join("\n", report.Results.Where(r => r.Missing.Count > 0).Select(Describe)));
        Assert.False(report.Failed);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_departure_is_caught_from_its_export_by_the_named_check(string name)
    {
        Departure departure = Departure.All.Single(d => d.Name == name);
        JsonObject export = HealthyExport.Create();
        departure.Plant(export);

        CandidateReport report = Judge(export);

        CandidateResult result = report.Results.Single(r => r.Id == departure.CaughtBy);
        Assert.True(result.Status == CandidateStatus.Failed, Describe(result));
        Assert.Contains(result.Failures, finding =>
            finding.Explanation?.Contains(departure.Says, StringComparison.Ordinal) == true);
    }

    /// <summary>Every check has a departure, or a vector's faults, that it catches.</summary>
    [Fact]
    public void No_check_is_there_for_show()
    {
        string[] caught = [.. Departure.All.Select(departure => departure.CaughtBy)];
        string[] others = ["training.optimiser", "training.r1"];
        Assert.Empty(CandidateJudge.Ids.Where(id => !id.StartsWith("vector.", StringComparison.Ordinal))
            .Except([.. caught, .. others]));
        Assert.Equal(CandidateJudge.Ids.Count, CandidateJudge.Ids.Distinct().Count());
    }

    [Theory]
    [InlineData("generator", "lr", 0.001, "training.optimiser")]
    [InlineData("generator", "beta1", 0.5, "training.optimiser")]
    [InlineData("discriminator", "lr", 0.002, "training.optimiser")]
    [InlineData("discriminator", "beta2", 0.99, "training.optimiser")]
    [InlineData("discriminator", "eps", 1e-7, "training.optimiser")]
    [InlineData("r1", "weight", 1, "training.r1")]
    [InlineData("r1", "interval", 4, "training.r1")]
    public void A_wrong_constant_is_caught(string of, string name, double value, string caughtBy)
    {
        JsonObject export = HealthyExport.Create();
        export["training"]![of]![name] = value;

        Assert.Equal(CandidateStatus.Failed, Judge(export).Results.Single(r => r.Id == caughtBy).Status);
    }

    /// <summary>Every mistake that a vector's notes name is seen in that vector in float32, and recognised.</summary>
    [Theory]
    [MemberData(nameof(Groups))]
    public void A_vector_shows_each_bug_of_its_notes(string name)
    {
        VectorGroup group = VectorCatalogue.Groups.Single(g => g.Name == name);
        double u = name == "bfloat16-sums" ? Math.ScaleB(1, -8) : Math.ScaleB(1, -24);
        foreach (VectorCase test in group.Cases)
        {
            Assert.NotEmpty(test.Faults);
            foreach (FaultyOutputs fault in test.Faults)
            {
                CandidateReport report = CandidateJudge.Judge(new CandidateExport
                {
                    File = "",
                    Name = "",
                    Results = [new CandidateOutputs(name, test.Id, u, fault.Outputs)],
                });
                CandidateResult result = report.Results.Single(r => r.Id == $"vector.{name}");
                Assert.True(result.Status == CandidateStatus.Failed, $"{name}/{test.Id} {fault.Bug.Flag} does not show");
                Assert.All(result.Failures, f => Assert.True(
                    f.Explanation?.StartsWith(fault.Bug.Flag + ":", StringComparison.Ordinal) == true,
                        $"{name}/{test.Id} {fault.Bug.Flag}: {f}"));
            }
        }
        Assert.Equal(group.Bugs.Count, group.Bugs.Select(bug => bug.Flag).Distinct().Count());
    }

    /// <summary>Rounding the inputs, the steps and the results of another precision stays within its tolerance.</summary>
    [Theory]
    [InlineData("float32")]
    [InlineData("float64")]
    public void Results_rounded_to_their_precision_pass(string precision)
    {
        JsonObject export = HealthyExport.Create();
        export["results"] = new JsonArray(
            [.. VectorCatalogue.Groups.SelectMany(group => group.Cases.Select(test => HealthyExport.Result(group, test,
            test.Expected.ToDictionary(
                e => e.Key, e => new NumericArray(
                e.Value.Shape, [.. e.Value.Values.Select(v => precision == "float32" ? (float)v : v)])),
            group.Name == "bfloat16-sums" ? null : precision)))]);

        Assert.True(Judge(export).Complete);
    }

    [Fact]
    public void What_was_not_supplied_is_listed_and_never_passed()
    {
        JsonObject export = HealthyExport.Create();
        foreach (string section in new[] { "config", "schedule", "fourier", "training", "trace", "dtypes" })
            export.Remove(section);
        export["results"] = new JsonArray(export["results"]![0]!.DeepClone());

        CandidateReport report = Judge(export);

        CandidateResult only = Assert.Single(report.Results, r => r.Status == CandidateStatus.Passed);
        Assert.Equal("vector.layer-schedule", only.Id);
        Assert.NotEmpty(only.Missing);
        Assert.All(report.Results.Where(r => r != only), r => Assert.Equal(CandidateStatus.Unchecked, r.Status));
        Assert.All(report.Results, r => Assert.NotEmpty(r.Missing));
        Assert.False(report.Complete);
    }

    [Fact]
    public void A_log_by_ticks_is_checked_for_whole_steps()
    {
        JsonObject export = HealthyExport.Create();
        JsonArray every = HealthyExport.Trace(4 * HealthyExport.Batch / 500_000.0), quarter =
            HealthyExport.Trace(HealthyExport.Batch / 500_000.0);
        export["trace"] = new JsonArray([.. every.Where((_, i) => i % 7 == 6).Select(line => line!.DeepClone())]);
        Assert.Equal(CandidateStatus.Passed, Judge(export).Results.Single(r => r.Id == "ada.trace").Status);

        export["trace"] = new JsonArray([.. quarter.Where((_, i) => i % 7 == 6).Select(line => line!.DeepClone())]);
        Assert.Equal(CandidateStatus.Failed, Judge(export).Results.Single(r => r.Id == "ada.trace").Status);
    }

    /// <summary>p that 0 cuts off again and again, and that never gets far from it: whole steps from 0, or from before.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(5)]
    public void A_log_of_a_p_near_0_is_checked_for_whole_steps_too(int every)
    {
        for (int seed = 0; seed < 20; seed++)
        {
            Assert.Equal(CandidateStatus.Passed, JudgeWalk(s_step, start: 0, seed, every).Status);
            Assert.Equal(CandidateStatus.Passed, JudgeWalk(s_step, start: 2.3 * s_step, seed, every).Status);
            CandidateResult slow = JudgeWalk(s_step / 4, start: 0, seed, every);
            Assert.Equal(CandidateStatus.Failed, slow.Status);
            Assert.Contains(slow.Failures, f => f.Explanation!.Contains("lacks the factor of 4", StringComparison.Ordinal));
        }
    }

    /// <summary>No more than the updates that are left once p has fallen to 0 bring it up again.</summary>
    [Fact]
    public void A_p_that_rises_from_0_before_it_can_have_fallen_there_is_no_whole_number_of_steps()
    {
        Assert.Equal(CandidateStatus.Passed, JudgeTrace(Line(3, 1.5 * s_step), Line(6, s_step)).Status);
        Assert.Equal(CandidateStatus.Failed, JudgeTrace(Line(3, 1.5 * s_step), Line(6, 2 * s_step)).Status);
    }

    /// <summary>Of a run that goes on from other weights nobody knows when it counted.</summary>
    [Theory]
    [InlineData(1, 0, CandidateStatus.Passed)]
    [InlineData(0, 0, CandidateStatus.Failed)]
    [InlineData(0, 20, CandidateStatus.Passed)]
    public void A_log_by_iterations_shows_when_p_moves(int shift, int skipped, CandidateStatus expected)
    {
        JsonObject export = HealthyExport.Create();
        export["trace"] = new JsonArray(
            [.. HealthyExport.TraceOfIterations(shift).Skip(skipped).Select(line => line!.DeepClone())]);
        CandidateResult result = Judge(export).Results.Single(r => r.Id == "ada.trace");
        Assert.True(result.Status == expected, Describe(result));
    }

    /// <summary>Adding in float32 rounds the same way for a whole binade: no fault of a log's.</summary>
    [Theory]
    [InlineData(31)]
    [InlineData(100)]
    [InlineData(1000)]
    public void A_controller_in_float32_passes_however_seldom_it_is_logged(int every)
    {
        JsonObject export = HealthyExport.Create();
        float p = 0.5f, step = 4 * HealthyExport.Batch / 500_000f;
        var trace = new JsonArray();
        for (int update = 1; update <= 3000; update++)
        {
            p += step;
            if (update % every == 0)
                trace.Add(new JsonObject { ["images"] = update * 4 * HealthyExport.Batch, ["p"] = (double)p });
        }
        export["trace"] = trace;
        CandidateResult result = Judge(export).Results.Single(r => r.Id == "ada.trace");
        Assert.True(result.Status == CandidateStatus.Passed, Describe(result));

        trace[1]!["p"] = (double)trace[0]!["p"]! + 1.5 * every * step;
        Assert.Equal(CandidateStatus.Failed, Judge(export).Results.Single(r => r.Id == "ada.trace").Status);
    }

    /// <summary>p up or down at every update by a coin, a line at every few of them, without r_t.</summary>
    private CandidateResult JudgeWalk(double step, double start, int seed, int every)
    {
        var random = new Random(seed);
        List<JsonNode> lines = [];
        double p = start;
        for (int update = 1; update <= 60; update++)
        {
            p = Math.Max(0, p + (2 * random.Next(2) - 1) * step);
            if (update % every == 0)
                lines.Add(Line(update, p));
        }
        return JudgeTrace([.. lines]);
    }

    private CandidateResult JudgeTrace(params JsonNode[] lines)
    {
        JsonObject export = HealthyExport.Create();
        foreach (string section in new[] { "config", "schedule", "fourier", "results", "dtypes" })
            export.Remove(section);
        export["trace"] = new JsonArray(lines);
        return Judge(export).Results.Single(r => r.Id == "ada.trace");
    }

    private static JsonObject Line(int update, double p) =>
        new() { ["images"] = update * 4 * HealthyExport.Batch, ["p"] = p };

    private CandidateReport Judge(JsonObject export)
    {
        string file = Path.Combine(folder, "candidate.json");
        File.WriteAllText(file, export.ToJsonString());
        return CandidateJudge.Judge(file);
    }

    private static string Describe(CandidateResult result) =>
        $"{result.Id} {result.Status}: {string.Join("; ", result.Failures.Take(5))} missing {string.Join(", ", result.Missing)}";
}
