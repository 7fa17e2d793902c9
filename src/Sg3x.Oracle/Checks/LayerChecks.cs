using Sg3x.Oracle.Vectors;
using Sg3x.Schedule;
using Sg3x.Spec.Networks;
using Sg3x.Spec.Signals;
using static TorchSharp.torch;
using SpecLayer = Sg3x.Spec.Schedule.Layer;
using NetworkState = Sg3x.Spec.Networks.NetworkState;
using SpecSynthesisLayer = Sg3x.Spec.Networks.SynthesisLayer;
using SynthesisLayer = Sg3x.Networks.SynthesisLayer;

namespace Sg3x.Oracle.Checks;

/// <summary>One synthesis layer with its own weights and its own input against the definition.</summary>
internal static class OneLayer
{
    // The definition is slow, and one mistake is in every channel: a few of them, in the corner, where border and padding are.
    private const int Outputs = 4;
    private const int Corner = 48;
    private const double Single = 5.9604644775390625e-8;

    /// <param name="subject">What computes.</param>
    /// <param name="layer">Production's.</param>
    /// <param name="e">The spec's.</param>
    /// <param name="state">The weights.</param>
    /// <param name="x">[N, InChannels, InSize, InSize].</param>
    /// <param name="w">[N, WDim].</param>
    /// <param name="y">Production's result.</param>
    public static Finding Compare(
        Subject subject, SynthesisLayer layer, SpecLayer e, NetworkState state, Tensor x, Tensor w, out Tensor y)
    {
        y = subject.Networks.Layer(layer, x, w);
        long[] shape = [x.shape[0], e.Out.Channels, e.Out.Size, e.Out.Size];
        if (!y.shape.SequenceEqual(shape))
            return Differences.Equal(e.Name, string.Join("×", shape), string.Join("×", y.shape));

        int least = (e.UpFilter.Count + e.DownFilter.Count - e.Padding.X0) / e.Up + 8;
        int side = Math.Min(e.In.Size, Math.Max(Corner, least)), outs = Math.Min(e.Out.Channels, Outputs);
        double[][][,] corner = Bridge.Planes(x.narrow(2, 0, side).narrow(3, 0, side));
        NetworkState few = Head(Head(state, $"synthesis.{e.Name}.weight", outs), $"synthesis.{e.Name}.bias", outs);
        double[][] styles = Rows(w);
        bool whole = side == e.In.Size;

        // What lies beyond the corner would change the samples that reach for it: those up to here do not.
        SpecLayer part = whole ? e : e with { Padding = e.Padding with { X1 = 0, Y1 = 0 } };
        int good = whole ? e.Out.Size : Math.Min(
            e.Out.Size, (e.Up * side + e.Padding.X0 - e.UpFilter.Count - e.DownFilter.Count + 1) / e.Down + 1);
        double[][][,] full = SpecSynthesisLayer.Forward(part, few, corner, styles, new SynthesisOptions());
        double[] expected = [.. full.SelectMany(image => image).SelectMany(plane => Cut(plane, good))];
        Tensor measured = y.narrow(1, 0, outs).narrow(2, 0, good).narrow(3, 0, good);

        double largest = expected.Max(Math.Abs);
        double condition = Math.Max(1, 4 * Amplitude(e, few, Math.Sqrt(Plane.MeanSquare(corner)), styles) / largest);
        return Differences.Array(
            e.Name, measured.shape, expected, Bridge.Values(measured), 4 * Single * Math.Sqrt(Terms(e, w.shape[1])) * condition,
            "the layers before agree: style, modulation, input gain, bias, nonlinearity or padding of this one");
    }

    /// <summary>Sums on the way through a layer.</summary>
    public static double Terms(SpecLayer e, long wDim)
    {
        double down = e.DownFilter.Grid == null ? 2 * e.DownFilter.Count : e.DownFilter.Count * e.DownFilter.Count;
        return (double)e.In.Channels * e.Kernel * e.Kernel + wDim + 2.0 * e.UpFilter.Count / e.Up + down;
    }

    public static double[][] Rows(Tensor w)
    {
        double[] all = Bridge.Values(w);
        return [.. all.Chunk((int)w.shape[1])];
    }

    /// <summary>The size that the sum of a convolution has before anything cancels: its rounding does not cancel.</summary>
    /// <param name="e">The layer.</param>
    /// <param name="state">Its weights.</param>
    /// <param name="rms">Of its input.</param>
    /// <param name="w">A row for each image.</param>
    public static double Amplitude(SpecLayer e, NetworkState state, double rms, double[][] w)
    {
        string name = $"synthesis.{e.Name}";
        double gain = e.IsToRgb ? 1 / Math.Sqrt(e.In.Channels) : 1;
        double[][] styles = [.. w.Select(row => FullyConnectedLayer(state, name, row).Select(s => s * gain).ToArray())];
        double σ = Math.Sqrt(state.Scalar($"{name}.magnitude_ema"));
        double[][,,,] weights =
            Spec.Layers.ModulatedConvolution.Weights(state.Kernel($"{name}.weight"), styles, !e.IsToRgb, 1 / σ);
        double norm = weights.Max(weight => Math.Sqrt(weight.Cast<double>().Sum(t => t * t) / weight.GetLength(0)));
        return norm * rms + state.Vector($"{name}.bias").Max(Math.Abs);
    }

    private static double[] FullyConnectedLayer(NetworkState state, string name, double[] row) =>
        Spec.Layers.FullyConnected.Forward(
        row, state.Matrix($"{name}.affine.weight"), state.Vector($"{name}.affine.bias"), 1, activate: false);

    private static NetworkState Head(NetworkState state, string name, int count)
    {
        NamedArray all = state[name];
        return state.With(
            name, new NamedArray([count, .. all.Shape[1..]], all.Values[..(all.Values.Length / all.Shape[0] * count)]));
    }

    private static IEnumerable<double> Cut(double[,] plane, int side)
    {
        for (int v = 0; v < side; v++)
            for (int u = 0; u < side; u++)
                yield return plane[v, u];
    }
}

/// <summary>The Fourier features.</summary>
internal sealed class InputCheck : NarrowCheck
{
    public override string Id => "network.input";

    public override string Equation =>
        "AFG F.1: y = W·a·sin(2π(f·M·x + φ + f·t))/√C, M = rotation·translation·user, a = clamp(1 − (|f| − B)/(s/2 − B), 0, 1)";

    public override string ToleranceBasis => "4·√(channels + dim w)·2⁻²⁴ and the phase's 2π·|f·x|·2⁻²⁴";

    internal override IEnumerable<Finding> Measure(Subject subject, Sg3x.Networks.Generator generator, Draw draw)
    {
        GeneratorConfig config = generator.Config;
        var spec = new Spec.Networks.Generator(Bridge.Schedule(config), Narrow.State(generator));
        double[][] w = [draw.Row(config.WDim), draw.Row(config.WDim)];
        Tensor ws = subject.Tensor([.. w.SelectMany(row => row)], [2, config.WDim], ScalarType.Float32);
        w = OneLayer.Rows(ws);
        using IDisposable quiet = no_grad();
        double[] before = spec.State["synthesis.input.transform"].Values;

        // A transform that fades some frequencies out and moves others, so that nothing in it goes unseen.
        double[,] still = { { 1, 0, 0 }, { 0, 1, 0 }, { 0, 0, 1 } },
            turn = { { 0.9, -1.5, 0.05 }, { 1.1, 1.4, -0.2 }, { 0, 0, 1 } };
        foreach ((string name, double[,] user) in new[] { ("as it is", still), ("under a user transform", turn) })
        {
            generator.Synthesis.Input.SetTransform(subject.Tensor([.. user.Cast<double>()], [3, 3], ScalarType.Float32));
            Tensor y = subject.Networks.Input(generator, ws);
            user[0, 0] = (float)user[0, 0];
            double[][][,] expected = spec.Input(w, Rounded(user));
            double[] e = [.. expected.SelectMany(image => image).SelectMany(plane => plane.Cast<double>())];
            Spec.Schedule.Entry first = spec.Schedule.Entries[0];

            double tolerance = 4 * 5.96e-8 * (Math.Sqrt(first.Channels + config.WDim) + ImageRounding.Phase(first));
            yield return Differences.Array(
                name, y.shape, e, Bridge.Values(y), tolerance,
                "grid, transform or amplitude: pixel centres at (i + ½ − size/2)/s, phases move by f·t, rotation before "
                    + "translation");
        }
        generator.Synthesis.Input.SetTransform(subject.Tensor(before, [3, 3], ScalarType.Float32));
    }

    private static double[,] Rounded(double[,] matrix) => Plane.Map(matrix, value => (double)(float)value);
}

/// <summary>Every synthesis layer by itself, on what the layers before it made.</summary>
internal sealed class LayerCheck : NarrowCheck
{
    public override string Id => "network.layer";

    public override string Equation =>
        "AFG B, figure 4b: y = flrelu(modconv(x, w, affine(w_i), 1/σ) + b); ToRGB: style·1/√in, no demodulation";

    public override string ToleranceBasis => "4·√(terms of the layer's sums)·2⁻²⁴ of the largest value, and of what cancels";

    internal override IEnumerable<Finding> Measure(Subject subject, Sg3x.Networks.Generator generator, Draw draw)
    {
        GeneratorConfig config = generator.Config;
        NetworkState state = Narrow.State(generator);
        using IDisposable quiet = no_grad();
        const int n = 2;
        Tensor z = subject.Tensor(draw.Row(n * config.ZDim), [n, config.ZDim], ScalarType.Float32);
        Tensor ws = subject.Networks.Map(generator, z, 1, false);
        double[][] w = new Spec.Networks.Generator(Bridge.Schedule(config), state).Map(
            OneLayer.Rows(z), Bridge.Labels(n, config.CDim));
        yield return Differences.Array(
            "w", [n, config.WDim], [.. w.SelectMany(row => row)], Bridge.Values(ws.select(1, 0)),
                Tolerances.Latents(config).Value);
        Tensor x = subject.Networks.Input(generator, ws.select(1, 0));
        foreach ((SynthesisLayer layer, SpecLayer e) in generator.Synthesis.Layers.Zip(Bridge.Schedule(config).Layers))
        {
            yield return OneLayer.Compare(subject, layer, e, state, x, ws.select(1, e.Index + 1), out Tensor y);
            x.Dispose();
            x = y;
        }
        Tensor image = subject.Networks.Synthesize(generator, ws, false);
        double[] scaled = [.. Bridge.Values(x).Select(value => value * config.OutputScale)];
        yield return Differences.Array(
            "the image", image.shape, scaled, Bridge.Values(image), 16 * 5.96e-8,
            $"the image is {config.OutputScale:G3} times what the last layer makes, and w_(i+1) drives layer i");
    }
}
