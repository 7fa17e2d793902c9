using static TorchSharp.torch;

namespace Sg3x.Training.Monitors;

/// <summary>What a layer of G makes of a few latents.</summary>
/// <param name="Name">The layer, <c>L3_52_512</c>.</param>
/// <param name="Magnitude">σ², the moving average of the mean square of its input.</param>
/// <param name="Clamped">Share of its output values that are at the clamp.</param>
/// <param name="Zero">Share of its output values that are zero or nearly so.</param>
public sealed record LayerActivity(string Name, double Magnitude, double Clamped, double Zero)
{
    // An output has a magnitude of about 1 by construction: the layer divides by √σ², and its convolution keeps the magnitude.
    private const double NearlyZero = 1e-5;

    // The downsampling filter comes after the clamp: where all of its taps see the clamp, it passes it on up to rounding.
    private const double AtClamp = 0.99;

    /// <summary>Measures every layer. No average moves.</summary>
    /// <param name="g">The generator.</param>
    /// <param name="z">[N, ZDim].</param>
    public static IReadOnlyList<LayerActivity> Measure(Networks.Generator g, Tensor z)
    {
        ArgumentNullException.ThrowIfNull(g);
        using IDisposable scope = NewDisposeScope();
        using IDisposable noGradient = no_grad();
        Tensor ws = g.Map(z);
        Tensor x = g.Synthesis.Input.forward(ws.select(1, 0));
        List<Tensor> shares = [];
        foreach ((Networks.SynthesisLayer layer, int i) in g.Synthesis.Layers.Select((layer, i) => (layer, i)))
        {
            Tensor y = layer.forward(x, ws.select(1, i + 1));
            x.Dispose();
            x = y;
            using Tensor size = y.abs();
            Tensor magnitude = layer.named_buffers().Single(b => b.name == "magnitude_ema").buffer;
            shares.Add(stack(
            [
                magnitude.to_type(ScalarType.Float32),
                (size >= AtClamp * g.Config.ConvClamp).to_type(ScalarType.Float32).mean(),
                (size <= NearlyZero).to_type(ScalarType.Float32).mean(),
            ]));
        }

        // One transfer from the device for all layers.
        float[] values = cat(shares).cpu().data<float>().ToArray();
        return [.. g.Synthesis.Layers.Select((layer, i) =>
            new LayerActivity(layer.Plan.Name, values[3 * i], values[(3 * i) + 1], values[(3 * i) + 2]))];
    }
}
