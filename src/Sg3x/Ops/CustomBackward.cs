using System.Runtime.ExceptionServices;
using static TorchSharp.torch;

namespace Sg3x.Ops;

/// <summary>
/// What a backward pass written in C# must heed. An exception that leaves it ends the process, so it is kept here for the training
/// step to throw, and zeros stand in for the gradients. And a gradient handed to libtorch has no owner here: it lives until
/// the next one is handed over on the same thread, when libtorch has long taken its own reference.
/// </summary>
public static class CustomBackward
{
    private static readonly Lock s_lock = new();
    private static Exception? s_failure;

    [ThreadStatic]
    private static List<Tensor>? s_handedOver;

    /// <summary>Throws the first exception of any backward pass since the last call. To be called after every backward pass.</summary>
    public static void ThrowIfFailed()
    {
        Exception? failure;
        lock (s_lock)
            (failure, s_failure) = (s_failure, null);
        if (failure is not null)
            ExceptionDispatchInfo.Throw(failure);
    }

    /// <summary>Runs the body of a backward pass.</summary>
    /// <param name="gradient">The gradient of the result, disposed afterwards; where it is undefined so are all results.</param>
    /// <param name="count">How many gradients there are to return.</param>
    /// <param name="body">From the gradient to those of the arguments, null where there is none.</param>
    /// <param name="onFailure">Zeros of the right shapes.</param>
    internal static List<Tensor> Run(Tensor gradient, int count, Func<Tensor, Tensor?[]> body, Func<Tensor, Tensor?[]> onFailure)
    {
        DisposeHandedOver();
        if (gradient is null || gradient.IsInvalid)
            return [.. new Tensor[count]];
        using var scope = NewDisposeScope();
        Tensor?[] results;
        try
        {
            results = body(gradient);
        }
        catch (Exception e)
        {
            lock (s_lock)
                s_failure ??= e;
            results = onFailure(gradient);
        }
        gradient.Dispose();

        // Those of passes within this one.
        DisposeHandedOver();
        s_handedOver = [.. results.OfType<Tensor>().Select(t => t.DetachFromDisposeScope())];
        return results.ToList()!;
    }

    private static void DisposeHandedOver()
    {
        s_handedOver?.ForEach(t => t.Dispose());
        s_handedOver = null;
    }
}
