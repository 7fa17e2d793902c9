using Sg3x.Ops.Cuda;
using Sg3x.Oracle.Checks;
using Sg3x.Schedule;
using Sg3x.Tests.Ops.Cuda;
using static TorchSharp.torch;

namespace Sg3x.Faults.Tests;

/// <summary>The check of a device's kernel, on that of a GPU compiled as C++.</summary>
public sealed class KernelCheckTests
{
    private static readonly ICheck s_check = CheckRegistry.Find("op.flrelu.device");

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_healthy_kernel_passes_in_every_dtype_that_it_stores(bool radial)
    {
        GeneratorConfig config = radial ? Subjects.R : Subjects.T;
        CheckResult result = Run(config, KernelFaults.Compiled(KernelSource.Text));
        Assert.True(result.Status == CheckStatus.Passed, $"{result.Problem} {result.Worst}");
        Assert.Null(result.LeavesOut);

        // y twice, dx, db, J·q, and NaN twice, of three dtypes of each kind of layer.
        Assert.Equal(3 * 7 * NonlinearityCase.Layers(config).Count(), result.Comparisons);
    }

    [Fact]
    public void What_the_kernel_does_not_compute_is_said_and_not_passed()
    {
        CheckResult some = Run(Subjects.T, KernelFaults.Compiled(KernelSource.Text, ScalarType.Float32));
        Assert.Equal(CheckStatus.Passed, some.Status);
        Assert.StartsWith(
            "not the kernel's factors, filters or dtype, and computed by composed or matrix", some.LeavesOut,
            StringComparison.Ordinal);
        Assert.Contains("L0 ↑2 ↓2 in BFloat16; L0 ↑2 ↓2 in Float16; ", some.LeavesOut, StringComparison.Ordinal);
        CheckResult none = Run(Subjects.T, KernelFaults.Compiled(KernelSource.Text, ScalarType.Float64));
        Assert.Equal(CheckStatus.Failed, none.Status);
        Assert.Equal("none of these layers is the kernel's", Assert.Single(none.Failures).Measured);
        Assert.Contains("L0 ↑2 ↓2 in Float32; ", none.LeavesOut, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true, CheckStatus.Failed)]
    [InlineData(false, CheckStatus.NotApplicable)]
    public void A_kernel_that_cannot_be_compiled_fails_where_it_was_asked_for_and_the_compiler_says_why(
        bool wanted, CheckStatus expected)
    {
        var kernels = new CudaKernels(() => true, () => new HostLauncher(64 * 1024, "#error no such card\n"));
        CheckResult result = Run(
            Subjects.T, new() { Find = kernels.Find, Absence = () => kernels.Absence, Wanted = () => wanted });
        Assert.Equal(expected, result.Status);
        Assert.Null(result.Problem);
        Assert.All(result.Failures, failure => Assert.Contains("no such card", failure.Measured, StringComparison.Ordinal));
        Assert.Contains("no such card", result.LeavesOut, StringComparison.Ordinal);
        Assert.Contains("is computed by composed or matrix", result.LeavesOut, StringComparison.Ordinal);
    }

    private static CheckResult Run(GeneratorConfig config, DeviceNonlinearity kernel) =>
        Verification.RunOne(s_check, Subjects.Healthy(config) with { DeviceNonlinearity = kernel });
}
