using Sg3x.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Sg3x.Tests.Training;

/// <summary>Where a run computes.</summary>
public class TrainingDeviceTests
{
    [Fact]
    public void Float32_is_never_rounded_to_TF32()
    {
        (backends.cuda.matmul.allow_tf32, backends.cudnn.allow_tf32) = (true, true);
        Assert.Equal(DeviceType.CPU, TrainingDevice.Prepare("cpu", get_num_threads()).type);
        Assert.False(backends.cuda.matmul.allow_tf32);
        Assert.False(backends.cudnn.allow_tf32);
    }

    [Theory]
    [InlineData("gpu")]
    [InlineData("cuda:x")]
    [InlineData("cuda:99")]
    public void A_device_that_is_not_there_is_named(string name)
    {
        UserException error = Assert.Throws<UserException>(() => TrainingDevice.Prepare(name, get_num_threads(), "--device"));
        Assert.Contains("--device", error.Message, StringComparison.Ordinal);
        Assert.Contains(name, error.Message, StringComparison.Ordinal);
    }
}
