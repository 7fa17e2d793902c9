using System.Runtime.InteropServices;

namespace Sg3x;

/// <summary>Tells a lack of memory from other errors, whoever found it.</summary>
public static class OutOfMemory
{
    // libtorch's allocators and its checks of CUDA, cuBLAS and cuDNN; NVIDIA's driver; the stand-in's own allocations.
    private static readonly string[] s_texts =
        ["out of memory", "can't allocate memory", "not enough memory: you tried to allocate", "_STATUS_ALLOC_FAILED"];

    /// <summary>An exception, or one that it came from, says that memory is used up, on the host or on a device.</summary>
    /// <param name="exception">The exception.</param>
    public static bool Is(Exception? exception) => exception switch
    {
        null or UserException => false,
        OutOfMemoryException => true,
        AggregateException several => several.InnerExceptions.Any(Is),
        _ => (HasLibrarysWords(exception) && s_texts.Any(t => exception.Message.Contains(t, StringComparison.OrdinalIgnoreCase)))
            || Is(exception.InnerException),
    };

    /// <summary>What it says first; libtorch goes on with a stack.</summary>
    /// <param name="exception">The exception.</param>
    public static string FirstLine(Exception exception)
    {
        ArgumentNullException.ThrowIfNull(exception);
        return exception.Message.Split('\n', 2)[0].Trim();
    }

    /// <summary>The error of a training that does not fit.</summary>
    /// <param name="exception">What was thrown.</param>
    /// <param name="images">Images that went through the networks at once.</param>
    /// <param name="rematerialised">The generator's layers are computed again already.</param>
    /// <param name="precision">What its layers store: <c>float32</c> or <c>bfloat16</c>.</param>
    public static UserException OfTraining(Exception exception, int images, bool rematerialised, string precision)
    {
        string[] fewer = [$"--batch-device (a divisor of the batch, below {images}) sends fewer images through at once"];
        string[] remedies =
        [
            .. fewer.Where(_ => images > 1),
            rematerialised ? "--remat is on already" : "--remat keeps less for the generator's backward pass",
            precision == "bfloat16" ? "--precision is bfloat16 already" : "--precision bfloat16 stores less of each image",
        ];
        return new UserException(
            $"Out of memory in training: {string.Join("; ", remedies)}. Checkpoints that were written are kept."
            + $" ({FirstLine(exception)})",
            exception);
    }

    // TorchSharp hands on libtorch's words in the one type, the driver's functions theirs in the other. Types derived from them,
    // and others, may speak of files, whose names can say anything.
    private static bool HasLibrarysWords(Exception exception) =>
        exception.GetType() == typeof(ExternalException) || exception.GetType() == typeof(NotSupportedException);
}
