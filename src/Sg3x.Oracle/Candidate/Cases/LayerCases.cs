using Sg3x.Spec.Filters;
using Sg3x.Spec.Layers;
using Sg3x.Spec.Networks;
using Sg3x.Spec.Schedule;
using Sg3x.Spec.Signals;

namespace Sg3x.Oracle.Candidate.Cases;

/// <summary>Whole synthesis layers, ToRGB with the image's scale among them.</summary>
internal static class LayerCases
{
    private static readonly Bug StylePlusOne = new(
        "StylePlusOne", "1 is added to the style after its normalisation (the affine layer's bias is 1 already)",
        "styles modulate half as strongly", Sources.WriteUp);

    private static readonly Bug ScaleBeforeRgb = new(
        "OutputScaleBeforeToRgb", "the features are scaled by ¼ before ToRGB, not the image after it",
        "ToRGB's bias and clamp are four times as strong", Sources.WriteUp);

    private static readonly Bug NoScale =
        new("NoOutputScale", "the image is not scaled by ¼", "the image starts four times too strong", Sources.Classic);

    private static readonly Bug NoStyleGain = new(
        "NoToRgbStyleGain", "ToRGB's style is not scaled by 1/√(in·k²)", "the image's level grows with the channels",
            Sources.Classic);

    private static readonly Bug NoRgbGain =
        new("NoToRgbInputGain", "ToRGB goes without the input gain", "the image's level is that of the features",
            Sources.Classic);

    private static readonly Bug ActivatedRgb =
        new("ActivatedToRgb", "ToRGB has a leaky ReLU", "dark colours are compressed", Sources.Classic);

    private static readonly Bug NoAffineGain = new(
        "NoAffineGain", "the affine layer has no run-time gain 1/√w_dim", "styles are an order of magnitude too strong",
            Sources.Classic);

    private static readonly Bug GainNotRooted =
        new("GainNotRooted", "the input gain is 1/σ² in the place of 1/√σ²", "levels alternate", Sources.Classic);

    public static VectorGroup Group { get; } = new()
    {
        Name = "synthesis-layer",
        Equation = "AFG B, figure 4b: s = affine(w) (·1/√(in·k²) in ToRGB); c = modconv(x, s, 1/√σ²); y = filtered"
            + " nonlinearity(c, bias); image = ¼·ToRGB",
        Instructions = "Of `x` [N, in, H, W], `w` [N, w_dim] and the layer's state under the official names, frozen as in"
            + " evaluation:"
            + " `y` [N, out, H', W']; where `output_scale` is given, multiplied by it, as the image is.",
        AnyPrecision = true,
        Cases = CaseBuilder.Number([Plain(), ToRgb()]),
    };

    private static CaseBuilder Plain()
    {
        Filter f = Filter.Separable(LowPass.Separable(12, 2, 6, 32));
        var side = new Entry(2, 4.2871, 16, 6, 8, 4);
        var layer = new Layer(3, false, false, side, side with { Channels = 3 }, 32, 2, 2, 3, new Padding(9, 8, 9, 8), f, f);
        Parts p = Draw(layer, 21);
        return Described("a layer", layer, p, null).Fault(StylePlusOne, Composed(p, layer, s => Normalized(s, 1), true, 0.8))
            .Fault(NoAffineGain, Composed(p, layer, s => s, true, 0.8, affineGain: Math.Sqrt(6)))
            .Fault(GainNotRooted, Composed(p, layer, s => s, true, 0.64));
    }

    private static CaseBuilder ToRgb()
    {
        var side = new Entry(16, 20, 32, 4, 6, 5);
        var layer = new Layer(
            7, true, true, side, side with { Channels = 3 }, 32, 1, 1, 1, new Padding(0, 0, 0, 0), Filter.Identity,
                Filter.Identity);
        Parts p = Draw(layer, 22);
        double[][] Scaled(double[][] s) => [.. s.Select(row => row.Select(value => value / Math.Sqrt(5)).ToArray())];
        NumericArray expected = Output(p, layer);
        return Described("ToRGB and the image's scale", layer, p, Generator.OutputScale)
            .Fault(NoScale, Times(expected, 4))
            .Fault(ScaleBeforeRgb, Composed(p with { X = Times(p.X, 0.25) }, layer, Scaled, false, 0.8))
            .Fault(NoStyleGain, Times(Composed(p, layer, s => s, false, 0.8), 0.25))
            .Fault(NoRgbGain, Times(Composed(p, layer, Scaled, false, 1), 0.25))
            .Fault(ActivatedRgb, Times(Composed(p, layer, Scaled, false, 0.8, activated: true), 0.25));
    }

    private static CaseBuilder Described(string comment, Layer layer, Parts p, double? scale)
    {
        CaseBuilder built = new CaseBuilder(comment, layer.In.Channels * layer.Kernel * layer.Kernel + 6 + 288)
            .With("to_rgb", layer.IsToRgb).With("up", layer.Up).With("down", layer.Down)
            .With("padding", (int[])[layer.Padding.X0, layer.Padding.X1, layer.Padding.Y0, layer.Padding.Y1])
            .Given("x", p.X).Given("w", p.W);
        foreach ((string name, NumericArray value) in p.State)
            built.Given(name, value);
        _ = layer.UpFilter.IsIdentity ? built.With("up_filter", null) : built.Given("up_filter", NumericArray.Of(layer.UpFilter));
        _ = layer.DownFilter.IsIdentity ? built.With("down_filter", null)
            : built.Given("down_filter", NumericArray.Of(layer.DownFilter));
        NumericArray y = Output(p, layer);
        return scale is double factor ? built.With("output_scale", factor).Expect("y", y) : built.Expect("y", y);
    }

    // σ² = 1.5625, 1/√σ² = 0.8.
    private static Parts Draw(Layer layer, uint seed)
    {
        var draw = new Dyadic(seed);
        int ins = layer.In.Channels, outs = layer.Out.Channels, k = layer.Kernel;
        return new Parts(draw.Array(2, ins, layer.In.Size, layer.In.Size), draw.Array(2, 6), new()
        {
            ["weight"] = draw.Array(outs, ins, k, k),
            ["bias"] = draw.Array(outs),
            ["magnitude_ema"] = NumericArray.Scalar(1.5625),
            ["affine.weight"] = draw.Array(ins, 6),
            ["affine.bias"] = NumericArray.Row([.. Enumerable.Repeat(1.0, ins)]),
        });
    }

    private static NumericArray Output(Parts p, Layer layer)
    {
        var state = new NetworkState(p.State.ToDictionary(
            pair => $"synthesis.{layer.Name}.{pair.Key}", pair => new NamedArray([.. pair.Value.Shape], pair.Value.Values)));
        NumericArray y = NumericArray.Of(SynthesisLayer.Forward(layer, state, p.X.Batch, p.W.Rows, new SynthesisOptions()));
        return layer.IsToRgb ? Times(y, Generator.OutputScale) : y;
    }

    /// <summary>The layer put together with something done to the styles.</summary>
    private static NumericArray Composed(
        Parts p, Layer layer, Func<double[][], double[][]> style, bool demodulate, double gain, bool activated = false,
            double affineGain = 1)
    {
        double[,] affine = NumericArray.Of(Times(p.State["affine.weight"], affineGain).Rows).Matrix;
        double[][] s = style([.. p.W.Rows.Select(row =>
            FullyConnected.Forward(row, affine, p.State["affine.bias"].Values, 1, activate: false))]);
        double[][][,] c = ModulatedConvolution.Forward(
            p.X.Batch, p.State["weight"].Kernel, s, demodulate, layer.Kernel - 1, gain);
        NonlinearityShape shape = activated ? NonlinearityShape.Of(layer) with { Slope = 0.2, Gain = Math.Sqrt(2) }
            : NonlinearityShape.Of(layer);
        return NumericArray.Of((double[][][,])[.. c.Select(image => image.Select((plane, o) =>
            FilteredNonlinearity.Forward(plane, p.State["bias"].Values[o], layer.UpFilter, layer.DownFilter, shape)).ToArray())]);
    }

    private static double[][] Normalized(double[][] s, double plus)
    {
        double rms = Math.Sqrt(s.Average(row => row.Average(value => value * value)));
        return [.. s.Select(row => row.Select(value => value / rms + plus).ToArray())];
    }

    private static NumericArray Times(NumericArray x, double factor) =>
        new(x.Shape, [.. x.Values.Select(value => value * factor)]);

    private sealed record Parts(NumericArray X, NumericArray W, Dictionary<string, NumericArray> State);
}
