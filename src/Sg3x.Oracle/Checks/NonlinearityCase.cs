using Sg3x.Ops;
using Sg3x.Schedule;
using Sg3x.Spec.Layers;
using Sg3x.Spec.Signals;
using static TorchSharp.torch;
using SpecFilter = Sg3x.Spec.Signals.Filter;
using SpecLayer = Sg3x.Spec.Schedule.Layer;

namespace Sg3x.Oracle.Checks;

/// <summary>
/// A layer's filtered leaky ReLU with signals: images, what its output is multiplied by, and a direction of the images, each
/// [image][channel]; a clamp that many samples reach, and filters tilted so that one applied the wrong way round shows.
/// </summary>
internal sealed record NonlinearityCase(
    Subject Subject, SpecLayer Layer, double[][][,] X, double[] Bias, SpecFilter Fu, SpecFilter Fd, NonlinearityShape Shape,
    double[][][,] Probe, double[][][,] Direction)
{
    private const int MostBiases = 1000;

    /// <summary>One layer of each kind: factors, filters and padding.</summary>
    public static IEnumerable<SpecLayer> Layers(GeneratorConfig config) => Bridge.Schedule(config).Layers.DistinctBy(l =>
        (l.Up, l.Down, l.UpFilter.Count, l.DownFilter.Count, l.DownFilter.Grid != null, l.IsToRgb, l.Padding));

    /// <summary>The least side of an image that leaves each phase of both filters inside.</summary>
    public static int LeastSide(SpecLayer layer) =>
        (layer.UpFilter.Count + layer.DownFilter.Count - layer.Padding.X0 - layer.Padding.X1) / layer.Up + 4
            * Math.Max(1, layer.Down / layer.Up);

    /// <summary>Samples of the result along an axis.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="length">Of the input, in pixels.</param>
    /// <param name="padding">On both sides together.</param>
    public static int Outputs(SpecLayer layer, int length, int padding) =>
        (length * layer.Up + padding - layer.UpFilter.Count - layer.DownFilter.Count + 1 + layer.Down) / layer.Down;

    /// <summary>Signals of a layer.</summary>
    /// <param name="subject">What computes, and the seed.</param>
    /// <param name="layer">The layer.</param>
    /// <param name="images">How many images.</param>
    /// <param name="channels">Of each.</param>
    /// <param name="height">Of each, in pixels.</param>
    /// <param name="width">Of each, in pixels.</param>
    /// <param name="clamp">Bound between the filters.</param>
    /// <param name="input">Makes of a drawn number one that every dtype under test can hold.</param>
    /// <param name="gradient">The same of those that a backward pass is given.</param>
    public static NonlinearityCase Draw(
        Subject subject, SpecLayer layer, int images, int channels, int height, int width, double clamp,
        Func<double, double> input, Func<double, double> gradient)
    {
        var draw = new Draw(subject.Seed + layer.Index);
        double[][][,] Batch(int rows, int columns, Func<double, double> round) =>
            [.. draw.Batch(images, channels, rows, columns).Select(i => i.Select(p => Plane.Map(p, round)).ToArray())];
        double[][][,] x = Batch(height, width, input);
        double[] bias = [.. draw.Row(channels).Select(input)];
        double[][][,] probe = Batch(
            Outputs(layer, height, layer.Padding.Y0 + layer.Padding.Y1),
            Outputs(layer, width, layer.Padding.X0 + layer.Padding.X1), gradient);
        double[][][,] direction = Batch(height, width, gradient);
        return new(
            subject, layer, x, bias, Tilted(layer.UpFilter), Tilted(layer.DownFilter),
            NonlinearityShape.Of(layer) with { Clamp = clamp }, probe, direction);
    }

    /// <summary>
    /// The same with biases at which no sample between the filters lies so close to a kink, 0 or the clamp, that a sum in float32
    /// may come out on its other side: every derivative is then what it is in whatever order a kernel adds.
    /// </summary>
    /// <param name="input">As of <see cref="Draw"/>.</param>
    /// <exception cref="InvalidOperationException">There seems to be none.</exception>
    public NonlinearityCase AwayFromKinks(Func<double, double> input)
    {
        var draw = new Draw(Subject.Seed + Layer.Index);
        double[] bias = [.. Enumerable.Range(0, Bias.Length).Select(channel => Enumerable.Range(0, MostBiases)
            .Select(_ => input(draw.Normal()))
            .Select(b => (double?)b)
            .FirstOrDefault(b => Array.TrueForAll(X, image => !IsDoubtful(image[channel], b!.Value)))
            ?? throw new InvalidOperationException($"{Layer.Name}: every bias puts a sample on a kink."))];
        return this with { Bias = bias };
    }

    /// <summary>A number near to one that float16 and bfloat16 hold exactly: multiples of 2⁻⁶ up to 2².</summary>
    public static double Coarse(double value) => Math.Clamp(Math.Round(64 * value) / 64, -4, 4);

    /// <summary>The sums of absolute terms that y has behind it.</summary>
    public double[][][,] Sizes() => Each((x, b, _, _) => FilteredNonlinearity.Forward(
        Plane.Map(x, value => Math.Abs(value) + Math.Abs(b)), 0, Absolute(Fu), Absolute(Fd), Shape with { Clamp = null }));

    /// <summary>y, [image][channel].</summary>
    public double[][][,] Forward() => Each((x, b, _, _) => FilteredNonlinearity.Forward(x, b, Fu, Fd, Shape));

    /// <summary>dx = Jᵀ·dy.</summary>
    public double[][][,] Gradient() =>
        Each((x, b, image, channel) => FilteredNonlinearity.Gradient(x, b, Fu, Fd, Shape, Probe[image][channel]));

    /// <summary>∂⟨dx, q⟩/∂dy = J·q: the part of a second derivative that does not vanish.</summary>
    public double[][][,] Tangent() =>
        Each((x, b, image, channel) => FilteredNonlinearity.Tangent(x, b, Fu, Fd, Shape, Direction[image][channel], 0));

    /// <summary>Additions on the way from x to y, or back.</summary>
    public double Terms => Count(Fu) + Count(Fd);

    /// <summary>The constants as production has them.</summary>
    public FilteredLeakyReluShape Constants => new(
        Shape.Up, Shape.Down, new ImagePadding(Shape.Padding.X0, Shape.Padding.X1, Shape.Padding.Y0, Shape.Padding.Y1),
        Shape.Gain, Shape.Slope, Shape.Clamp);

    /// <summary>The upsampling filter on the device; null is the identity.</summary>
    public Tensor? UpTaps => Bridge.Filter(Fu, ScalarType.Float32)?.to(Subject.Device);

    /// <summary>The downsampling filter on the device; null is the identity.</summary>
    public Tensor? DownTaps => Bridge.Filter(Fd, ScalarType.Float32)?.to(Subject.Device);

    /// <summary>x and bias as leaves, and what an implementation makes of them.</summary>
    public (Tensor X, Tensor Bias, Tensor Y) Produce(IFilteredLeakyRelu op, ScalarType dtype)
    {
        Tensor x = Subject.Tensor(X, dtype).requires_grad_(true),
            bias = Subject.Tensor(Bias, [Bias.Length], dtype).requires_grad_(true);
        return (x, bias, op.Forward(x, bias, UpTaps, DownTaps, Constants));
    }

    /// <summary>dx and db.</summary>
    public (Tensor X, Tensor Bias) ProduceGradient(IFilteredLeakyRelu op, ScalarType dtype)
    {
        (Tensor x, Tensor bias, Tensor y) = Produce(op, dtype);
        IList<Tensor> gradients = autograd.grad([(y * Subject.Tensor(Probe, dtype)).sum()], [x, bias]);
        CustomBackward.ThrowIfFailed();
        return (gradients[0], gradients[1]);
    }

    /// <summary>∂⟨dx, q⟩/∂dy.</summary>
    public Tensor ProduceSecond(IFilteredLeakyRelu op, ScalarType dtype)
    {
        (Tensor x, _, Tensor y) = Produce(op, dtype);
        Tensor probe = Subject.Tensor(Probe, dtype).requires_grad_(true);
        Tensor dx = autograd.grad([(y * probe).sum()], [x], create_graph: true, retain_graph: true)[0];
        Tensor second = autograd.grad([(dx * Subject.Tensor(Direction, dtype)).sum()], [probe])[0];
        CustomBackward.ThrowIfFailed();
        return second;
    }

    private double[][][,] Each(Func<double[,], double, int, int, double[,]> step) =>
        [.. X.Select((image, n) => image.Select((plane, c) => step(plane, Bias[c], n, c)).ToArray())];

    // A sum of r products along each axis, or of r² where the filter is a grid, the bias and the gain: so many roundings of at
    // most the sum of the absolute terms.
    private bool IsDoubtful(double[,] x, double bias)
    {
        int reach = (Fu.Count + Shape.Up - 1) / Shape.Up, products = Fu.Grid == null ? 2 * reach : reach * reach;
        double roundings = (products + 4) * Math.ScaleB(1, -24);
        double[,] u = FilteredNonlinearity.Upsampled(x, bias, Fu, Shape);
        double[,] sizes = FilteredNonlinearity.Upsampled(
            Plane.Map(x, value => Math.Abs(value) + Math.Abs(bias)), 0, Absolute(Fu), Shape);
        NonlinearityShape unbounded = Shape with { Clamp = null };
        for (int row = 0; row < u.Height(); row++)
        {
            for (int column = 0; column < u.Width(); column++)
            {
                double margin = roundings * sizes[row, column], v = FilteredNonlinearity.Activate(u[row, column], unbounded);
                if ((Shape.Slope != 1 && Math.Abs(u[row, column]) < margin)
                    || (Shape.Clamp is double clamp && Math.Abs(Math.Abs(v) - clamp) < Shape.Gain * margin))
                {
                    return true;
                }
            }
        }
        return false;
    }

    private static double Count(SpecFilter filter) => filter.Grid == null ? 2 * filter.Count : filter.Count * filter.Count;

    private static SpecFilter Absolute(SpecFilter filter) => filter.Grid == null
        ? SpecFilter.Separable([.. filter.Taps!.Select(Math.Abs)])
        : SpecFilter.Radial(Plane.Map(filter.Grid, Math.Abs));

    // The designed ones are symmetric, and checked elsewhere.
    private static SpecFilter Tilted(SpecFilter filter)
    {
        double Tilt(int j) => 1 + 0.5 * j / filter.Count;
        if (filter.IsIdentity)
            return filter;
        if (filter.Grid == null)
            return SpecFilter.Separable([.. filter.Taps!.Select((tap, j) => (double)(float)(tap * Tilt(j)))]);
        var grid = new double[filter.Count, filter.Count];
        for (int j = 0; j < filter.Count; j++)
            for (int k = 0; k < filter.Count; k++)
                grid[j, k] = (float)(filter.Grid[j, k] * Tilt(j) * Tilt(2 * k));
        return SpecFilter.Radial(grid);
    }
}
