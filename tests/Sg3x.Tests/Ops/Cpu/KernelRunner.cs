using System.Numerics;
using Sg3x.Ops.Cpu;

namespace Sg3x.Tests.Ops.Cpu;

/// <summary>Calls the kernel on arrays.</summary>
internal static unsafe class KernelRunner
{
    public static (double[] Output, byte[] Mask) Forward<T>(
        FilteredLeakyReluPlan plan, DrawnCase c, SimdWidth width, bool record, int threads = 2)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var (input, bias, output) = (Convert<T>(c.Input), Convert<T>(c.Bias), new T[c.Planes * c.OutputSize]);
        var mask = new byte[(c.Planes * plan.Mask.BytesPerImagePlane) + MaskLayout.Slack];
        new Random(1).NextBytes(mask);
        fixed (T* x = input, b = bias, y = output)
        fixed (byte* m = mask)
        {
            PlaneRunner.Run<T>(
                plan,
                new PlaneCall(
                    c.Planes, c.Channels, (byte*)x, (byte*)y, (byte*)b, record ? m : null, null,
                    record ? MidStage.ActivateAndRecord : MidStage.Activate, StorageFormat.Native),
                width, threads);
        }
        return (Convert(output), mask);
    }

    public static (double[] Input, double[] Bias) Adjoint<T>(
        FilteredLeakyReluPlan plan, DrawnCase c, byte[] mask, SimdWidth width, int threads = 2)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var (gradient, input, sums) = (Convert<T>(c.OutputGradient), new T[c.Planes * c.InputSize], new double[c.Planes]);
        fixed (T* d = gradient, x = input)
        fixed (byte* m = mask)
        fixed (double* s = sums)
        {
            PlaneRunner.Run<T>(
                plan,
                new PlaneCall(
                    c.Planes, c.Channels, (byte*)d, (byte*)x, null, m, s, MidStage.ReplayAdjoint, StorageFormat.Native),
                width, threads);
        }
        return (Convert(input), [.. Enumerable.Range(0, c.Channels).Select(i => sums.Where((_, p) => p % c.Channels == i).Sum())]);
    }

    /// <summary>The derivative at the mask, applied to the input without bias.</summary>
    public static double[] Derivative<T>(FilteredLeakyReluPlan plan, DrawnCase c, byte[] mask, SimdWidth width, int threads = 2)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var (input, output) = (Convert<T>(c.Input), new T[c.Planes * c.OutputSize]);
        fixed (T* x = input, y = output)
        fixed (byte* m = mask)
        {
            PlaneRunner.Run<T>(
                plan,
                new PlaneCall(c.Planes, c.Channels, (byte*)x, (byte*)y, null, m, null, MidStage.Replay, StorageFormat.Native),
                width, threads);
        }
        return Convert(output);
    }

    /// <summary>Forward and adjoint on samples stored as bfloat16; the sums are of what is computed, not of what is stored.</summary>
    public static (ushort[] Output, ushort[] InputGradient, double[] Sums) BFloat16(
        FilteredLeakyReluPlan plan, DrawnCase c, SimdWidth width, int threads = 2)
    {
        var (input, bias, gradient) = (Upper(c.Input), Upper(c.Bias), Upper(c.OutputGradient));
        var (output, inputGradient) = (new ushort[c.Planes * c.OutputSize], new ushort[c.Planes * c.InputSize]);
        var (mask, sums) = (new byte[(c.Planes * plan.Mask.BytesPerImagePlane) + MaskLayout.Slack], new double[c.Planes]);
        fixed (ushort* x = input, b = bias, y = output, d = gradient, dx = inputGradient)
        fixed (byte* m = mask)
        fixed (double* s = sums)
        {
            PlaneRunner.Run<float>(
                plan,
                new PlaneCall(
                    c.Planes, c.Channels, (byte*)x, (byte*)y, (byte*)b, m, null, MidStage.ActivateAndRecord, StorageFormat.BFloat16),
                width, threads);
            PlaneRunner.Run<float>(
                plan,
                new PlaneCall(
                    c.Planes, c.Channels, (byte*)d, (byte*)dx, null, m, s, MidStage.ReplayAdjoint, StorageFormat.BFloat16),
                width, threads);
        }
        return (output, inputGradient, [.. Enumerable.Range(0, c.Channels).Select(i => sums.Where((_, p) => p % c.Channels == i).Sum())]);
    }

    // Of values that bfloat16 represents.
    private static ushort[] Upper(double[] values) =>
        [.. values.Select(v => (ushort)(BitConverter.SingleToUInt32Bits((float)v) >> 16))];

    private static T[] Convert<T>(double[] values)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => [.. values.Select(T.CreateChecked)];

    private static double[] Convert<T>(T[] values)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => [.. values.Select(double.CreateChecked)];
}
