using System.Numerics;

namespace Sg3x.Ops.Cpu;

/// <summary>A filtered leaky ReLU on planes of one shape: the tables of its forward pass and of the adjoint, made when first used.</summary>
internal sealed class FilteredLeakyReluPlan
{
    private readonly Dictionary<(Type Type, SimdWidth Width, bool Adjoint), object> _tables = [];

    /// <param name="horizontal">The axis along a row.</param>
    /// <param name="vertical">The axis across rows.</param>
    /// <param name="up">Upsampling filter, as a convolution's: it is flipped here.</param>
    /// <param name="down">Downsampling filter.</param>
    /// <param name="gain">Gain after the leaky ReLU.</param>
    /// <param name="slope">Slope below 0.</param>
    /// <param name="limit">Bound on magnitudes after the gain; infinity for none.</param>
    public FilteredLeakyReluPlan(
        ResampleAxis horizontal, ResampleAxis vertical, FilterTaps up, FilterTaps down, double gain, double slope, double limit)
    {
        (Horizontal, Vertical, UpFilter, DownFilter, Gain, Slope, Limit) = (horizontal, vertical, up, down, gain, slope, limit);
        var phases = horizontal.Up / (int)BigInteger.GreatestCommonDivisor(horizontal.Up, horizontal.Down) * horizontal.Down;
        Mask = new MaskLayout(horizontal, vertical, phases);
    }

    public ResampleAxis Horizontal { get; }

    public ResampleAxis Vertical { get; }

    public FilterTaps UpFilter { get; }

    public FilterTaps DownFilter { get; }

    public double Gain { get; }

    public double Slope { get; }

    public double Limit { get; }

    /// <summary>Size of the rows that a sweep leaves before they are taken further: with those it reads, about a first-level cache.</summary>
    public int BandBytes { get; init; } = 16 * 1024;

    /// <summary>Where the forward pass leaves what the adjoint needs.</summary>
    public MaskLayout Mask { get; }

    /// <summary>
    /// Tables of the forward pass or of its adjoint. A leaky ReLU and a clamp symmetric about 0 let a positive gain through to the
    /// taps before them and a sign to the taps after.
    /// </summary>
    public ResamplePlan<T> Tables<T>(SimdWidth width, int lanes, bool adjoint)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        lock (_tables)
        {
            var key = (typeof(T), width, adjoint);
            if (_tables.TryGetValue(key, out var found))
                return (ResamplePlan<T>)found;
            var upScale = (double)Horizontal.Up * Vertical.Up * Math.Abs(Gain);
            double sign = Gain < 0 ? -1 : 1;
            var made = adjoint
                ? new ResamplePlan<T>(Horizontal.Adjoint(), Vertical.Adjoint(), DownFilter, sign, UpFilter, upScale, lanes, BandBytes)
                : new ResamplePlan<T>(Horizontal, Vertical, UpFilter.Flipped, upScale, DownFilter.Flipped, sign, lanes, BandBytes);
            _tables.Add(key, made);
            return made;
        }
    }
}
