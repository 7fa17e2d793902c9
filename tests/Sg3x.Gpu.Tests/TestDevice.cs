using Sg3x.Ops;
using Sg3x.Ops.Cuda;
using Sg3x.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Sg3x.Gpu.Tests;

/// <summary>Where the tests compute: <c>SG3X_TEST_DEVICE</c>, otherwise CUDA where there is one.</summary>
internal static class TestDevice
{
    // Without a kernel the tests of the kernel fail, and no others.
    private static readonly Lazy<IFilteredLeakyRelu> s_fused =
        new(() => IsGpu ? new CudaFilteredLeakyRelu(new CudaLauncher()) : FilteredLeakyRelu.Fused);

    public static Device Current { get; } = TrainingDevice.Prepare(
        Environment.GetEnvironmentVariable("SG3X_TEST_DEVICE") is { Length: > 0 } name ? name : "auto", 0, "SG3X_TEST_DEVICE");

    public static bool IsGpu => Current.type == DeviceType.CUDA;

    /// <summary>The fused nonlinearity of the device, whether or not the networks would take it.</summary>
    public static IFilteredLeakyRelu Fused => s_fused.Value;

    /// <summary>‖found − expected‖ / ‖expected‖, summed in float64; not a number where a value is none.</summary>
    public static double Error(Tensor expected, Tensor found)
    {
        Assert.Equal(expected.shape, found.shape);
        using DisposeScope scope = NewDisposeScope();
        using IDisposable quiet = no_grad();
        Tensor a = expected.cpu().to(ScalarType.Float64), b = found.cpu().to(ScalarType.Float64);
        return Math.Sqrt((b - a).square().sum().item<double>() / a.square().sum().item<double>());
    }

    public static void Near(Tensor expected, Tensor found, double tolerance, string what)
    {
        double error = Error(expected, found);
        Assert.True(error <= tolerance, $"{what}: relative error {error:g3}, tolerance {tolerance:g3}");
    }
}
