using TorchSharp;
using static TorchSharp.torch;

namespace Sg3x.Training.Monitors;

/// <summary>What a layer of G makes of a few latents, or one of D of a few real images.</summary>
/// <param name="Name">The layer: <c>L3_52_512</c> of G, <c>D.b64.conv0</c> of D.</param>
/// <param name="Magnitude">σ², the moving average of the mean square of its input; null of D, which has none.</param>
/// <param name="Clamped">Share of its output values that are at the clamp.</param>
/// <param name="Zero">Share of its output values that are zero or nearly so.</param>
public sealed record LayerActivity(string Name, double? Magnitude, double Clamped, double Zero)
{
    // An output has a magnitude of about 1 by construction: a layer of G divides by √σ², and convolutions keep the magnitude.
    private const double NearlyZero = 1e-5;

    // In G the downsampling filter comes after the clamp: where all of its taps see the clamp, it passes it on up to rounding.
    private const double AtClamp = 0.99;

    private const string OfDiscriminator = "D.";

    /// <summary>Whether it is a layer of D.</summary>
    internal bool IsOfDiscriminator => Name.StartsWith(OfDiscriminator, StringComparison.Ordinal);

    /// <summary>Measures every layer of G. No average moves.</summary>
    /// <param name="g">The generator.</param>
    /// <param name="z">[N, ZDim].</param>
    /// <param name="labels">c, [N, CDim]; null of a generator without classes.</param>
    public static IReadOnlyList<LayerActivity> Measure(Networks.Generator g, Tensor z, Tensor? labels = null)
    {
        ArgumentNullException.ThrowIfNull(g);
        using IDisposable scope = NewDisposeScope();
        using IDisposable noGradient = no_grad();
        Tensor ws = g.Map(z, labels);
        Tensor x = g.Synthesis.Input.forward(ws.select(1, 0));
        List<Tensor> shares = [];
        foreach ((Networks.SynthesisLayer layer, int i) in g.Synthesis.Layers.Select((layer, i) => (layer, i)))
        {
            Tensor y = layer.forward(x, ws.select(1, i + 1));
            x.Dispose();
            x = y;
            Tensor magnitude = layer.named_buffers().Single(b => b.name == "magnitude_ema").buffer;
            shares.Add(stack([magnitude.to_type(ScalarType.Float32), .. Shares(y, g.Config.ConvClamp)]));
        }

        // One transfer from the device for all layers.
        float[] values = cat(shares).cpu().data<float>().ToArray();
        return [.. g.Synthesis.Layers.Select((layer, i) =>
            new LayerActivity(layer.Plan.Name, values[3 * i], values[(3 * i) + 1], values[(3 * i) + 2]))];
    }

    /// <summary>Measures the layers of D that have an activation; without a clamp no value is at it.</summary>
    /// <param name="d">The discriminator.</param>
    /// <param name="images">[N, 3, R, R], about −1 to 1; N a multiple of min(group of the minibatch standard deviation,
    /// N).</param>
    public static IReadOnlyList<LayerActivity> Measure(Networks.Discriminator d, Tensor images)
    {
        ArgumentNullException.ThrowIfNull(d);
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGradient = no_grad();
        List<string> names = [];
        List<Tensor> shares = [];
        d.Watch(images, (name, output, bound) =>
        {
            using DisposeScope layer = NewDisposeScope();
            names.Add(OfDiscriminator + name);
            shares.Add(layer.MoveToOther(scope, stack(Shares(output, bound))));
        });
        float[] values = cat(shares).cpu().data<float>().ToArray();
        return [.. names.Select((name, i) => new LayerActivity(name, null, values[2 * i], values[(2 * i) + 1]))];
    }

    /// <summary>The shares of values that are at the clamp, and at zero.</summary>
    private static Tensor[] Shares(Tensor output, double clamp)
    {
        using Tensor size = output.abs();
        return
        [
            (size >= AtClamp * clamp).to_type(ScalarType.Float32).mean(),
            (size <= NearlyZero).to_type(ScalarType.Float32).mean(),
        ];
    }
}
