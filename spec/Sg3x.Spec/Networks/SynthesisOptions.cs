using Sg3x.Spec.Precision;
using Sg3x.Spec.Schedule;

namespace Sg3x.Spec.Networks;

/// <summary>What a layer saw and made.</summary>
/// <param name="Layer">Its place in the schedule.</param>
/// <param name="Input">x.</param>
/// <param name="Convolved">After the modulated convolution.</param>
/// <param name="Output">After the filtered nonlinearity.</param>
public sealed record LayerTrace(Layer Layer, double[][][,] Input, double[][][,] Convolved, double[][][,] Output);

/// <summary>How a synthesis is run.</summary>
public sealed record SynthesisOptions
{
    /// <summary>The user transform, 3×3; null takes the state's.</summary>
    public double[,]? Transform { get; init; }

    /// <summary>Where numbers are rounded.</summary>
    public Rounding Rounding { get; init; } = Rounding.None;

    /// <summary>β of the magnitude averages, which then move before they are used, as in training; null freezes them.</summary>
    public double? MagnitudeBeta { get; init; }

    /// <summary>Receives every layer's magnitude average σ² as it was used.</summary>
    public Action<Layer, double>? Magnitude { get; init; }

    /// <summary>Receives every layer's tensors.</summary>
    public Action<LayerTrace>? Observe { get; init; }
}
