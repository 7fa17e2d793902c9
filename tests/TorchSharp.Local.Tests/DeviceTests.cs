using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace TorchSharpTests;

public class DeviceTests
{
    [Theory]
    [InlineData("cpu", DeviceType.CPU, -1, "cpu")]
    [InlineData("cuda", DeviceType.CUDA, -1, "cuda")]
    [InlineData("cuda:1", DeviceType.CUDA, 1, "cuda:1")]
    public void Descriptions_are_read_and_written(string description, DeviceType type, int index, string text)
    {
        var device = new Device(description);
        Assert.Equal((type, index, text), (device.type, device.index, device.ToString()));
    }

    [Fact]
    public void A_device_that_is_none_is_an_error() => Assert.Throws<ArgumentException>(() => new Device("toaster"));

    [Fact]
    public void A_tensor_says_where_it_is()
    {
        using var scope = NewDisposeScope();
        var x = zeros([2], device: CPU);
        Assert.Equal(DeviceType.CPU, x.device_type);
        Assert.Equal("cpu", x.device.ToString());
        Assert.True(x.is_cpu());
        Assert.Equal(DeviceType.CPU, x.to("cpu").device_type);
        Assert.Equal(DeviceType.CPU, x.to(CPU).cpu().device_type);
        Assert.Equal(ScalarType.Float64, x.to(float64, CPU).dtype);
    }

    [Fact]
    public void Memory_is_locked_where_there_is_a_device_to_read_it()
    {
        using var scope = NewDisposeScope();
        var x = arange(3);
        if (cuda.is_available())
        {
            var locked = x.pin_memory();
            Assert.Equal((DeviceType.CPU, 3L), (locked.device_type, locked.numel()));
            Assert.Equal([0L, 1, 2], locked.to(CUDA, non_blocking: true).cpu().data<long>().ToArray());
        }
        else
        {
            Assert.Throws<ExternalException>(() => x.pin_memory());
        }
    }

    [Fact]
    public void Threads_can_be_set()
    {
        var before = get_num_threads();
        try
        {
            set_num_threads(2);
            Assert.Equal(2, get_num_threads());
        }
        finally
        {
            set_num_threads(before);
        }
    }

    [Fact]
    public void TF32_can_be_allowed_and_forbidden()
    {
        var (products, convolutions) = (backends.cuda.matmul.allow_tf32, backends.cudnn.allow_tf32);
        try
        {
            foreach (var allowed in new[] { true, false })
            {
                (backends.cuda.matmul.allow_tf32, backends.cudnn.allow_tf32) = (allowed, !allowed);
                Assert.Equal((allowed, !allowed), (backends.cuda.matmul.allow_tf32, backends.cudnn.allow_tf32));
            }
        }
        finally
        {
            (backends.cuda.matmul.allow_tf32, backends.cudnn.allow_tf32) = (products, convolutions);
        }
    }

    [Fact]
    public void The_version_is_that_of_libtorch() => Assert.Matches(@"^\d+\.\d+\.\d+", __version__);
}
