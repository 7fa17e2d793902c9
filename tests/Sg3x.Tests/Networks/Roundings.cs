using Sg3x.Networks;
using Sg3x.Ops;
using Sg3x.Schedule;
using static TorchSharp.torch;

namespace Sg3x.Tests.Networks;

/// <summary>What rounding may do to a part of a generator.</summary>
/// <param name="Magnitude">For each value of the result, the sum of the absolute values of what it is made of.</param>
/// <param name="Share">How much of it the errors can be.</param>
internal sealed record Rounding(Tensor Magnitude, double Share);

/// <summary>
/// Bounds on the rounding errors of a float32 network's parts, from their float64 twins: with every number replaced by its magnitude, a
/// sum of n terms errs by at most n roundoffs of the same sum, whatever cancels in it.
/// </summary>
internal static class Roundings
{
    // Of float32; four times over, for products and for sums of sums.
    private const double Unit = 4.0 / (1 << 24);

    /// <summary>z [N, ZDim] → w [N, WDim].</summary>
    public static Rounding OfMapping(Sg3x.Networks.Generator generator, Tensor z)
    {
        Dictionary<string, Tensor> state = generator.Mapping.state_dict();
        Tensor m = z.abs() * (z.square().mean([1], true) + 1e-8).rsqrt();
        double terms = 8 + z.shape[1];
        for (int i = 0; i < generator.Config.MappingLayers; i++)
        {
            // The stored weights and biases are 100 times what is applied.
            Tensor weight = state[$"fc{i}.weight"].abs() / 100, bias = state[$"fc{i}.bias"].abs() / 100;
            m = (m.matmul(weight.t()) / Math.Sqrt(weight.shape[1]) + bias) * Math.Sqrt(2);
            terms += weight.shape[1] + 4;
        }
        return new Rounding(m, terms * Unit);
    }

    /// <summary>The Fourier features, [1, C, 1, 1] for all their pixels.</summary>
    public static Rounding OfInput(Sg3x.Networks.Generator generator)
    {
        InputPlan plan = generator.Schedule.Input;
        Tensor m = generator.Synthesis.Input.state_dict()["weight"].abs().sum([1]) / Math.Sqrt(plan.Channels);

        // A sine errs by as much as its argument, 2π(f·x + phase), at the corner of the canvas; an amplitude, where the band ends close
        // to the Nyquist limit, by as much as the distance to the band's edge over that to the limit.
        double argument = 2 * Math.PI * (plan.Bandwidth * plan.Size / plan.Rate / Math.Sqrt(2) + 1);
        double fade = plan.Bandwidth / (plan.Rate / 2 - plan.Bandwidth);
        return new Rounding(m.reshape(1, -1, 1, 1), (plan.Channels + 8 + 4 * argument + 4 * fade) * Unit);
    }

    /// <summary>x [N, C, H, W] and w [N, WDim] → the layer's result.</summary>
    public static Rounding OfLayer(SynthesisLayer layer, Tensor x, Tensor w)
    {
        LayerPlan plan = layer.Plan;
        Dictionary<string, Tensor> state = layer.state_dict();
        Tensor affine = state["affine.weight"].t() / Math.Sqrt(w.shape[1]), affineBias = state["affine.bias"], weight = state["weight"];
        Tensor styles = w.matmul(affine) + affineBias, s = w.abs().matmul(affine.abs()) + affineBias.abs();
        double fan = (double)plan.InChannels * plan.Kernel * plan.Kernel;
        Tensor scale;
        if (plan.IsToRgb)
        {
            scale = ones(1, 1, dtype: ScalarType.Float64) / Math.Sqrt(fan);
        }
        else
        {
            // Styles that cancel err by more than their roundoff, and so do their RMS and the demodulation that divide by them.
            Tensor rms = styles.square().mean().sqrt(), squares = weight.square().sum([2, 3]).t();
            Tensor power = (styles / rms).square().matmul(squares), most = (s / rms).square().matmul(squares);
            Tensor energy = power + 1e-8 * squares.sum([0]) / fan;
            scale = (1 + (most / energy).sqrt()) * (1 + s.square().mean().sqrt() / rms) / energy.sqrt() / rms;
        }
        Tensor scaled = x.abs() * s.unsqueeze(2).unsqueeze(3);
        int padding = plan.Kernel - 1;
        Tensor m = nn.functional.conv2d(scaled, weight.abs(), null, [1, 1], [padding, padding], [1, 1], 1)
            * scale.unsqueeze(2).unsqueeze(3);
        m = FilteredLeakyRelu.Composed.Forward(
            m, state["bias"].abs(), Filter(state, "up_filter"), Filter(state, "down_filter"), layer.Shape with { Slope = 1, Clamp = null });
        double down = plan.DownRadial ? (double)plan.DownTaps * plan.DownTaps : 2 * plan.DownTaps;
        return new Rounding(m, (fan + 2 * plan.UpTaps + down + w.shape[1] + 32) * Unit);
    }

    private static Tensor? Filter(Dictionary<string, Tensor> state, string name) =>
        state.TryGetValue(name, out Tensor? filter) ? filter.abs() : null;
}
