using Sg3x.Configuration;
using Sg3x.Ops;
using Sg3x.Oracle.Checks;
using Xunit.Abstractions;
using static TorchSharp.torch;

namespace Sg3x.Oracle.Tests.Checks;

public class VerificationTests(ITestOutputHelper output)
{
    [Fact]
    public void A_healthy_T_passes_every_check() => AssertHealthy(Subjects.Healthy(Subjects.T));

    [Fact]
    public void A_healthy_R_passes_every_check() => AssertHealthy(Subjects.Healthy(Subjects.R));

    [Fact]
    public void A_healthy_network_passes_every_check()
    {
        using var network = new Sg3x.Networks.Generator(Subjects.T, 5);
        Dictionary<string, float[]> before = network.state_dict().ToDictionary(t => t.Key, t => t.Value.data<float>().ToArray());
        AssertHealthy(Subject.OfNetwork(network));
        Assert.All(network.state_dict(), t => Assert.Equal(before[t.Key], t.Value.data<float>().ToArray()));
    }

    /// <summary>Configuration, schedule and filters of everything that is shipped, as it is.</summary>
    [Fact]
    public void Every_presets_layers_and_filters_are_the_papers()
    {
        foreach (string preset in Presets.Names)
            AssertPassed(preset, Verification.Run(CheapChecks, Subjects.Healthy(Presets.Get(preset).Generator)));
    }

    [Fact]
    [Trait("Category", "Slow")]
    public void Every_preset_is_equivariant_to_60_dB()
    {
        foreach (string preset in Presets.Names)
        {
            CheckResult result = Verification.RunOne(
                CheckRegistry.Find("preset.equivariance"), Subjects.Healthy(Presets.Get(preset).Generator));
            output.WriteLine($"{preset}: {result.Duration.TotalSeconds:F1} s, {result.Problem} {result.Worst}");
            Assert.Equal(CheckStatus.Passed, result.Status);
        }
    }

    [Fact]
    public void Ids_are_unique()
    {
        Assert.Equal(CheckRegistry.All.Count, CheckRegistry.All.DistinctBy(check => check.Id).Count());
        Assert.Throws<UserException>(() => CheckRegistry.Find("no.such"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_operations_of_a_training_in_bfloat16_pass(bool radial)
    {
        Subject subject = Subjects.Healthy(radial ? Subjects.R : Subjects.T) with { Precision = ScalarType.BFloat16 };
        CheckResult result = Verification.RunOne(CheckRegistry.Find("precision.operations"), subject);
        output.WriteLine($"{result.Worst}");
        AssertPassed("", [result]);
        Assert.Equal(CheckStatus.Passed, result.Status);
    }

    [Fact]
    public void What_does_not_apply_is_not_passed_and_says_why()
    {
        CheckResult device = One("op.flrelu.device"), preset = One("preset.equivariance"), trained = One("trained.filters");
        Assert.All([device, preset, trained], result => Assert.Equal(CheckStatus.NotApplicable, result.Status));
        Assert.Equal(
            "the kernel is a GPU's; on cpu the filtered nonlinearity is computed by composed or matrix or "
                + FilteredLeakyRelu.Fused.Name,
            device.LeavesOut);
        Assert.Equal("the configuration is no preset's", preset.LeavesOut);
        Assert.Equal("there is no network with weights of its own", trained.LeavesOut);

        static CheckResult One(string id) => Verification.RunOne(CheckRegistry.Find(id), Subjects.Healthy(Subjects.T));
    }

    [Fact]
    public void An_exception_of_what_is_checked_is_a_failure()
    {
        Subject broken =
            Subjects.Healthy(Subjects.T) with { Resample = (_, _, _, _) => throw new InvalidOperationException("no") };
        CheckResult result = Verification.RunOne(CheckRegistry.Find("op.resample"), broken);
        Assert.Equal(CheckStatus.Failed, result.Status);
        Assert.Equal("InvalidOperationException: no", result.Problem);
    }

    [Fact]
    public void A_backward_pass_that_fails_fails_its_check_and_no_later_one()
    {
        static Tensor Failing(Tensor image)
        {
            int calls = 0;
            return Rematerialisation.Apply(
                a => calls++ == 0 ? a[0] * 1 : throw new InvalidOperationException("no"), [image], []);
        }

        Subject broken = Subjects.Healthy(Subjects.T) with
        {
            Networks = NetworkParts.Production with { Synthesize = (g, ws, update) => Failing(g.Synthesize(ws, update)) },
        };
        CheckResult result = Verification.RunOne(CheckRegistry.Find("precision.dtypes"), broken);
        Assert.Equal("InvalidOperationException: no", result.Problem);
        CustomBackward.ThrowIfFailed();
    }

    [Fact]
    public void Nothing_that_is_not_a_number_passes()
    {
        Assert.False(new Finding("", "", "", double.NaN, 1).Passed);
        Assert.Equal(double.PositiveInfinity, new Finding("", "", "", double.NaN, 1).Share);
        Assert.Equal(double.PositiveInfinity, new Finding("", "", "", 1, 0).Share);
        Assert.Equal(0, new Finding("", "", "", 0, 0).Share);
    }

    [Theory]
    [InlineData("mapping.w_avg")]
    [InlineData("synthesis.input.affine.bias")]
    [InlineData("synthesis.input.freqs")]
    [InlineData("synthesis.input.phases")]
    public void A_single_NaN_at_the_start_does_not_get_lost(string name)
    {
        Subject spoiled = Subjects.Healthy(Subjects.T) with
        {
            Generator = (config, seed) =>
            {
                var generator = new Sg3x.Networks.Generator(config, seed);
                using IDisposable quiet = TorchSharp.torch.no_grad();
                generator.state_dict()[name].reshape(-1).narrow(0, 3, 1).fill_(double.NaN);
                return generator;
            },
        };
        CheckResult result = Verification.RunOne(CheckRegistry.Find("network.initial"), spoiled);
        Assert.Contains(result.Failures, f => f.Where.StartsWith(name, StringComparison.Ordinal));
    }

    private static IEnumerable<ICheck> CheapChecks => CheckRegistry.All.Where(check =>
        check.Id.Split('.')[0] is "config" or "schedule" or "filter");

    private void AssertHealthy(Subject subject)
    {
        IReadOnlyList<CheckResult> results = Verification.Run(subject, r => output.WriteLine(
            $"{r.Id,-24} {r.Status,-12} {r.Comparisons,4} comparisons, {r.Worst?.Share ?? 0:P0} of the tolerance, "
                + $"{r.Duration.TotalSeconds:F1} s, {r.Worst?.Where}"));
        AssertPassed("", results);
        Assert.All(results, result => Assert.Equal(
            result.Id is "preset.equivariance" or "op.flrelu.device" or "precision.operations"
                || (subject.Network is null && result.Id.StartsWith("trained.", StringComparison.Ordinal)),
            result.Status == CheckStatus.NotApplicable));
    }

    private static void AssertPassed(string what, IReadOnlyList<CheckResult> results) => Assert.True(
        results.All(result => result.Status != CheckStatus.Failed),
        what + "\n" + string.Join("\n", results.Where(r => r.Status == CheckStatus.Failed).Select(r =>
            $"{r.Id}: {r.Problem} {r.Failures.Count} of {r.Comparisons}, worst {r.Worst}")));
}
