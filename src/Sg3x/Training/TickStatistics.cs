using static TorchSharp.torch;

namespace Sg3x.Training;

/// <summary>A quantity that is averaged from one line of statistics to the next.</summary>
public enum Statistic
{
    /// <summary>Not counted.</summary>
    None,

    /// <summary>G's loss, E[softplus(−D(G(z)))].</summary>
    GeneratorLoss,

    /// <summary>D's loss on generated images, E[softplus(D(G(z)))].</summary>
    DiscriminatorLossFake,

    /// <summary>D's loss on real images, E[softplus(−D(x))].</summary>
    DiscriminatorLossReal,

    /// <summary>E[sign D(x)] over real images, r_t of ADA.</summary>
    RealSign,

    /// <summary>E‖∇ₓ D(x)‖², without its weight.</summary>
    R1Penalty,
}

/// <summary>Means since the last line of statistics. They are summed on the device, and read back when they are asked
/// for.</summary>
public sealed class TickStatistics : IDisposable
{
    private static readonly int Kinds = Enum.GetValues<Statistic>().Length;

    private readonly long[] _counts = new long[Kinds];
    private Tensor? _sums;
    private double[]? _read;

    /// <summary>Adds one value of each kind.</summary>
    /// <param name="kinds">What the values are, K of them.</param>
    /// <param name="values">Means over a batch, [K]; always of the same device.</param>
    public void Add(IReadOnlyList<Statistic> kinds, Tensor values)
    {
        ArgumentNullException.ThrowIfNull(kinds);
        ArgumentNullException.ThrowIfNull(values);
        using IDisposable scope = NewDisposeScope();
        using IDisposable noGradient = no_grad();
        _sums ??= zeros([Kinds], ScalarType.Float64, values.device).DetachFromDisposeScope();
        _read = null;
        for (int i = 0; i < kinds.Count; i++)
        {
            _sums.select(0, (long)kinds[i]).add_(values.select(0, i));
            _counts[(int)kinds[i]]++;
        }
    }

    /// <summary>The mean since the last <see cref="Reset"/>; null where nothing was added. The first that is asked for after an
    /// <see cref="Add"/> waits for the device, and reads all of them.</summary>
    /// <param name="kind">The quantity.</param>
    public double? Mean(Statistic kind)
    {
        if (_counts[(int)kind] == 0)
        {
            return null;
        }

        if (_read is null)
        {
            using Tensor host = _sums!.cpu();
            _read = host.data<double>().ToArray();
        }

        return _read[(int)kind] / _counts[(int)kind];
    }

    /// <summary>Starts anew.</summary>
    public void Reset()
    {
        _sums?.fill_(0);
        _read = null;
        Array.Clear(_counts);
    }

    /// <inheritdoc/>
    public void Dispose() => _sums?.Dispose();
}
