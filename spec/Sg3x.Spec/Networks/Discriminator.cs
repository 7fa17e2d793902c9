using Sg3x.Spec.Layers;
using Sg3x.Spec.Signals;

namespace Sg3x.Spec.Networks;

/// <summary>
/// The discriminator (SG2) and its gradient with respect to the images, by the chain rule:
/// <code>
///   x  = fromrgb(image)                                          first block only
///   x ← √½·skip(x) + √½·conv1(conv0(x))                          every block, halving the side, down to 4×4
///   D  = out(fc(conv(minibatch deviation(x))))                   or, with classes, its projection on m(c)
/// </code>
/// Slow, and meant for small networks.
/// </summary>
public sealed class Discriminator
{
    private readonly NetworkState state;
    private readonly List<Step> steps = [];

    /// <param name="resolution">Pixels a side, a power of two from 8.</param>
    /// <param name="state">Weights under the official names.</param>
    public Discriminator(int resolution, NetworkState state)
    {
        this.state = state;
        for (int side = resolution; side > 4; side /= 2)
        {
            if (side == resolution)
                steps.Add(new Convolved(Layer($"b{side}.fromrgb")));
            steps.Add(new Residual(
                Layer($"b{side}.conv0"),
                Layer($"b{side}.conv1", down: true, gain: Math.Sqrt(0.5)),
                Layer($"b{side}.skip", down: true, gain: Math.Sqrt(0.5), activate: false)));
        }
        steps.Add(new Deviation());
        steps.Add(new Convolved(Layer("b4.conv")));
    }

    /// <summary>D of each image, with classes as one of its label c.</summary>
    public double[] Logits(double[][][,] images, double[][]? c = null) =>
        [.. Epilogue(Features(images)[^1], c).Select(e => e.Logit)];

    /// <summary>∇ Σ_n D(image_n) with respect to every image.</summary>
    public double[][][,] Gradient(double[][][,] images, double[][]? c = null)
    {
        List<double[][][,]> x = Features(images);
        double[][][,] d = [.. Epilogue(x[^1], c).Select(e => e.Gradient)];
        for (int i = steps.Count - 1; i >= 0; i--)
            d = steps[i].Gradient(x[i], d);
        return d;
    }

    /// <summary>What an image's verdict is projected on: m(c), or the number 1.</summary>
    private double[] Direction(double[]? c) => c is null ? [1] : Mapping.Layers(state.Embedded(c), state.MappingLayers);

    /// <summary>What enters each step, and what leaves the last.</summary>
    private List<double[][][,]> Features(double[][][,] images)
    {
        List<double[][][,]> x = [images];
        foreach (Step step in steps)
            x.Add(step.Forward(x[^1]));
        return x;
    }

    /// <summary>fc (activated) and out (linear) over [C, H, W].</summary>
    private IEnumerable<(double Logit, double[][,] Gradient)> Epilogue(double[][][,] x, double[][]? labels)
    {
        double[,] W = state.Matrix("b4.fc.weight"), V = state.Matrix("b4.out.weight");
        double[] b = state.Vector("b4.fc.bias"), c = state.Vector("b4.out.bias");
        foreach ((int n, double[][,] image) in x.Index())
        {
            double[] m = Direction(labels?[n]);
            double[] flat = [.. image.SelectMany(plane => plane.Cast<double>())];
            double[] t = FullyConnected.Forward(flat, W, b, 1, activate: false);
            double[] y = [.. t.Select(FullyConnected.LeakyRelu)];
            double logit = ClassEmbedding.Project(FullyConnected.Forward(y, V, c, 1, activate: false), m);

            double[] dt = [.. t.Select((value, o) =>
                ClassEmbedding.Project([.. m.Select((_, j) => V[j, o])], m)
                    / Math.Sqrt(y.Length) * Math.Sqrt(2) * (value >= 0 ? 1 : 0.2))];
            int next = 0;
            double[][,] gradient = [.. image.Select(plane => Plane.Map(plane, _ =>
            {
                double d = 0;
                for (int o = 0; o < dt.Length; o++)
                    d += dt[o] * W[o, next] / Math.Sqrt(flat.Length);
                next++;
                return d;
            }))];
            yield return (logit, gradient);
        }
    }

    private DiscriminatorConvolution Layer(string name, bool down = false, double gain = 1, bool activate = true) => new(
        state.Kernel($"{name}.weight"), activate ? state.Vector($"{name}.bias") : null, down, gain);

    private abstract class Step
    {
        public abstract double[][][,] Forward(double[][][,] x);

        public abstract double[][][,] Gradient(double[][][,] x, double[][][,] dy);
    }

    private sealed class Convolved(DiscriminatorConvolution layer) : Step
    {
        public override double[][][,] Forward(double[][][,] x) => [.. x.Select(layer.Forward)];

        public override double[][][,] Gradient(double[][][,] x, double[][][,] dy) => [.. x.Zip(dy, layer.Gradient)];
    }

    private sealed class Residual(
        DiscriminatorConvolution conv0, DiscriminatorConvolution conv1, DiscriminatorConvolution skip) : Step
    {
        public override double[][][,] Forward(double[][][,] x) =>
            [.. x.Select(image => Sum(skip.Forward(image), conv1.Forward(conv0.Forward(image))))];

        public override double[][][,] Gradient(double[][][,] x, double[][][,] dy) => [.. x.Zip(dy, (image, d) =>
            Sum(skip.Gradient(image, d), conv0.Gradient(image, conv1.Gradient(conv0.Forward(image), d))))];

        private static double[][,] Sum(double[][,] a, double[][,] b) => [.. a.Zip(b, Plane.Add)];
    }

    private sealed class Deviation : Step
    {
        public override double[][][,] Forward(double[][][,] x) => MinibatchDeviation.Forward(x);

        public override double[][][,] Gradient(double[][][,] x, double[][][,] dy) => MinibatchDeviation.Gradient(x, dy);
    }
}
