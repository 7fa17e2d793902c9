using System.Runtime.InteropServices;
using Sg3x.Ops.Cuda;
using TorchSharp;
using static TorchSharp.torch;

namespace Sg3x.Gpu.Tests;

/// <summary>What production counts on of a device, TorchSharp's limits heeded.</summary>
public sealed class DeviceTests
{
    /// <summary>24 bits of each factor: TF32 keeps 11, and is off by 3e-4.</summary>
    [Fact]
    public void Float32_products_and_convolutions_are_float32()
    {
        const int Size = 256, Channels = 64;
        using DisposeScope scope = NewDisposeScope();
        double Tolerance(int terms) => 4 * Math.Sqrt(terms) / (1 << 24);
        Tensor a = randn([Size, Size], device: TestDevice.Current), b = randn([Size, Size], device: TestDevice.Current);
        TestDevice.Near(
            a.cpu().to(ScalarType.Float64).mm(b.cpu().to(ScalarType.Float64)), a.mm(b), Tolerance(Size), "product");
        Tensor x = randn([2, Channels, 32, 32], device: TestDevice.Current);
        Tensor w = randn([Channels, Channels, 3, 3], device: TestDevice.Current);
        Tensor expected = nn.functional.conv2d(x.cpu().to(ScalarType.Float64), w.cpu().to(ScalarType.Float64), padding: [1, 1]);
        TestDevice.Near(expected, nn.functional.conv2d(x, w, padding: [1, 1]), Tolerance(9 * Channels), "convolution");
    }

    /// <summary>A convolution of bfloat16 sums in float32 on a GPU; a CPU's does not, and is not used.</summary>
    [Fact]
    public void BFloat16_convolutions_sum_in_float32()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = ones([1, 512, 8, 8], device: TestDevice.Current).to(ScalarType.BFloat16);
        Tensor w = ones([1, 512, 1, 1], device: TestDevice.Current).to(ScalarType.BFloat16);
        Tensor y = Sg3x.Ops.ReducedPrecision.Convolve(x, w, null, 1, 0);
        Assert.Equal(512, y.to(ScalarType.Float32).max().item<float>());
        Assert.Equal(512, y.to(ScalarType.Float32).min().item<float>());
    }

    /// <summary>The layout that tensor cores want comes by permuting, and changes no number but by the order of its sum.</summary>
    [Theory]
    [InlineData(ScalarType.Float32, 1.5e-6)]
    [InlineData(ScalarType.BFloat16, 1.0 / 256)]
    public void Channels_last_is_the_same_convolution(ScalarType dtype, double tolerance)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = randn([2, 64, 20, 20], device: TestDevice.Current).to(dtype);
        Tensor w = randn([64, 64, 3, 3], device: TestDevice.Current).to(dtype);
        Tensor Last(Tensor t) => t.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2);
        Tensor Convolve(Tensor a, Tensor b) => TestDevice.IsGpu
            ? nn.functional.conv2d(a, b, padding: [1, 1]) : Sg3x.Ops.ReducedPrecision.Convolve(a, b, null, 1, 1);
        TestDevice.Near(Convolve(x, w), Convolve(Last(x), Last(w)), tolerance, $"{dtype}");
    }

    [Theory]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.BFloat16)]
    [InlineData(ScalarType.Byte)]
    public void The_address_of_a_part_is_that_of_its_first_element(ScalarType dtype)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor whole = zeros([10, 7], device: TestDevice.Current).to(dtype), part = whole.narrow(0, 3, 2);
        Assert.Equal(3 * 7 * whole.element_size(), DeviceMemory.Of(part) - DeviceMemory.Of(whole));
    }

    [Fact]
    public void Running_out_of_memory_is_known_for_what_it_is_and_leaves_the_device_usable()
    {
        Exception error = Assert.Throws<ExternalException>(() => empty([1L << 45], device: TestDevice.Current));
        Assert.True(OutOfMemory.Is(error), error.Message);
        using Tensor one = ones([1], device: TestDevice.Current);
        Assert.Equal(1, one.cpu().item<float>());
    }

    [Fact]
    public void The_drivers_figure_follows_what_is_taken()
    {
        long? before = CardMemory.Used(TestDevice.Current);
        Assert.Equal(TestDevice.IsGpu, before is not null);
        if (before is null)
            return;

        // More than is in use, so more than libtorch can have kept for later.
        long taken = before.Value + (1L << 30);
        try
        {
            using Tensor block = empty([taken], ScalarType.Byte, TestDevice.Current);
            Assert.InRange(CardMemory.Used(TestDevice.Current)!.Value, taken, long.MaxValue);
        }
        catch (ExternalException e) when (OutOfMemory.Is(e))
        {
            Console.WriteLine($"The driver's figure is not looked at: the device has no room for {taken} bytes.");
        }
    }
}
