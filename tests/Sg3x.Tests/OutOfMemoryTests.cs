using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace Sg3x.Tests;

/// <summary>Whose words say that memory is used up.</summary>
public sealed class OutOfMemoryTests
{
    [Theory]
    [InlineData("CUDA out of memory. Tried to allocate 20.00 GiB. GPU 0 has a total capacity of 79.19 GiB of which 2.11 GiB is free.")]
    [InlineData("CUDA error: out of memory\nCUDA kernel errors might be asynchronously reported at some other API call")]
    [InlineData("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`")]
    [InlineData("cuDNN error: CUDNN_STATUS_ALLOC_FAILED")]
    [InlineData("[enforce fail at alloc_cpu.cpp:73] . DefaultCPUAllocator: can't allocate memory: you tried to allocate 4503599627370496 bytes.")]
    [InlineData("DefaultCPUAllocator: not enough memory: you tried to allocate 4503599627370496 bytes.")]
    [InlineData("cuModuleLoadData: out of memory")]
    public void Every_librarys_words_are_known(string message)
    {
        var error = new ExternalException(message);
        Assert.True(OutOfMemory.Is(error));
        Assert.True(OutOfMemory.Is(new NotSupportedException(message)));
        Assert.True(OutOfMemory.Is(new InvalidOperationException("in a backward pass", error)));
        Assert.True(OutOfMemory.Is(new AggregateException(new TimeoutException(), error)));
        Assert.DoesNotContain('\n', OutOfMemory.FirstLine(error));
    }

    [Fact]
    public void Other_errors_are_others()
    {
        Assert.True(OutOfMemory.Is(new OutOfMemoryException()));
        Assert.False(OutOfMemory.Is(new ExternalException("CUDA error: an illegal memory access was encountered")));
        const string Named = "a file named out of memory.png";
        Exception[] others =
        [
            new UserException(Named), new IOException(Named), new ArgumentException(Named), new InvalidDataException(Named),
            new System.ComponentModel.Win32Exception(2, Named), new InvalidOperationException("about", new IOException(Named)),
        ];
        Assert.All(others, other => Assert.False(OutOfMemory.Is(other), $"{other.GetType()}"));
        Assert.False(OutOfMemory.Is(null));
    }

    [Fact]
    public void Libtorchs_own_is_known() =>
        Assert.True(OutOfMemory.Is(Assert.ThrowsAny<Exception>(() => empty([1L << 50]))));

    [Fact]
    public void A_training_is_told_what_it_can_do()
    {
        var error = new ExternalException("CUDA out of memory. Tried to allocate 20.00 GiB.\nException raised from malloc");
        string whole = OutOfMemory.OfTraining(error, 32, rematerialised: false, "float32").Message;
        Assert.Contains("--batch-device (a divisor of the batch, below 32)", whole, StringComparison.Ordinal);
        Assert.Contains("--remat keeps less", whole, StringComparison.Ordinal);
        Assert.Contains("(CUDA out of memory. Tried to allocate 20.00 GiB.)", whole, StringComparison.Ordinal);
        string least = OutOfMemory.OfTraining(error, 1, rematerialised: true, "bfloat16").Message;
        Assert.DoesNotContain("--batch-device", least, StringComparison.Ordinal);
        Assert.Contains("--remat is on already", least, StringComparison.Ordinal);
        Assert.Contains("--precision bfloat16 stores less", whole, StringComparison.Ordinal);
        Assert.Contains("--precision is bfloat16 already", least, StringComparison.Ordinal);
        Assert.DoesNotContain("stores less", least, StringComparison.Ordinal);
    }
}
