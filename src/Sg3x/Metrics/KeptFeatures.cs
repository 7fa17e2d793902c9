using static TorchSharp.torch;

namespace Sg3x.Metrics;

/// <summary>Keeps the features of a data set's images in memory from one measurement to the next, of one network and as many
/// images.</summary>
public sealed class KeptFeatures : IDisposable
{
    private Tensor? _features;

    /// <inheritdoc/>
    public void Dispose() => _features?.Dispose();

    /// <summary>The features, float32 [N, D], in the caller's dispose scope; null before there are any.</summary>
    internal Tensor? Take() => _features?.alias();

    /// <summary>Keeps features.</summary>
    /// <param name="features">float32 [N, D].</param>
    internal void Keep(Tensor features) => _features ??= features.alias().DetachFromDisposeScope();
}
