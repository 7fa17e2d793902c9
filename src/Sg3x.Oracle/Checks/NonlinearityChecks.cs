using Sg3x.Ops;
using Sg3x.Schedule;
using Sg3x.Spec.Layers;
using Sg3x.Spec.Signals;
using static TorchSharp.torch;
using SpecFilter = Sg3x.Spec.Signals.Filter;
using SpecLayer = Sg3x.Spec.Schedule.Layer;

namespace Sg3x.Oracle.Checks;

/// <summary>
/// Every implementation of the filtered leaky ReLU against its definition, on the shapes of the layers, result and both
/// derivatives. In float64 where the implementation takes it, so that a difference is a mistake and not rounding.
/// </summary>
internal abstract class NonlinearityCheck : ICheck
{
    // A few channels whose biases differ suffice, and a crop that leaves each phase of both filters inside: of the input, and of
    // what it is upsampled to.
    private const int Channels = 2;
    private const int Most = 24;
    private const int MostUpsampled = 192;

    public abstract string Id { get; }

    public string Equation => "AFG 3.1, D: y = ↓(clamp(g·lrelu(up²·(↑(x + b) ∗ f_u))) ∗ f_d), and its adjoint";

    public string ToleranceBasis =>
        "√terms of both filters and of the amplitude in between, × 2⁻⁵³ or 2⁻²⁴, × 16 between the typical and the largest";

    public IEnumerable<Finding> Run(Subject subject)
    {
        IEnumerable<SpecLayer> layers = Bridge.Schedule(subject.Config).Layers
            .DistinctBy(l =>
                (l.Up, l.Down, l.UpFilter.Count, l.DownFilter.Count, l.DownFilter.Grid != null, l.IsToRgb, l.Padding));
        foreach (SpecLayer layer in layers)
        {
            Case c = CaseOf(subject, layer);
            double[][,] expected = Expected(c);
            foreach (IFilteredLeakyRelu op in subject.Nonlinearities)
                foreach (ScalarType dtype in (ScalarType[])[ScalarType.Float64, ScalarType.Float32])
                    yield return One(c, expected, op, dtype);
        }
    }

    /// <summary>The spec's result.</summary>
    protected abstract double[][,] Expected(Case c);

    /// <summary>What an implementation has for it, [1, C, H, W].</summary>
    protected abstract Tensor Measured(Case c, IFilteredLeakyRelu op, ScalarType dtype);

    private static Case CaseOf(Subject subject, SpecLayer layer)
    {
        var draw = new Draw(subject.Seed + layer.Index);
        NonlinearityShape shape = NonlinearityShape.Of(layer) with { Clamp = 1.5 };
        int full = layer.In.Size + layer.Kernel - 1;
        int least = (layer.UpFilter.Count + layer.DownFilter.Count - layer.Padding.X0 - layer.Padding.X1) / layer.Up + 4
            * Math.Max(1, layer.Down / layer.Up);
        int side = Math.Min(full, Math.Max(Math.Min(Most, MostUpsampled / layer.Up), least));

        // Float32 input on both sides: what is compared is what is done to it.
        double[][,] x =
            [.. draw.Batch(1, Channels, side, side - 1)[0].Select(plane => Plane.Map(plane, value => (double)(float)value))];
        double[] bias = [.. draw.Row(Channels).Select(value => (double)(float)value)];
        int Kept(int length, int padding) =>
            (length * layer.Up + padding - layer.UpFilter.Count - layer.DownFilter.Count + 1 + layer.Down) / layer.Down;
        double[][,] probe = draw.Batch(1, Channels, Kept(side, layer.Padding.Y0 + layer.Padding.Y1),
            Kept(side - 1, layer.Padding.X0 + layer.Padding.X1))[0];
        double[][,] direction = draw.Batch(1, Channels, side, side - 1)[0];
        return new Case(
            subject, layer, x, bias, Tilted(layer.UpFilter), Tilted(layer.DownFilter), shape, probe, direction);
    }

    private Finding One(Case c, double[][,] expected, IFilteredLeakyRelu op, ScalarType dtype)
    {
        using IDisposable scope = NewDisposeScope();
        Tensor measured = Measured(c, op, dtype);
        double[] e = [.. expected.SelectMany(plane => plane.Cast<double>())];
        double terms = Terms(c.Layer.UpFilter) + Terms(c.Layer.DownFilter);
        double u = dtype == ScalarType.Float64 ? Math.ScaleB(1, -53) : Math.ScaleB(1, -24);
        long[] size = [1, expected.Length, expected[0].Height(), expected[0].Width()];
        string where = $"L{c.Layer.Index} ↑{c.Layer.Up} ↓{c.Layer.Down}, {op.Name}, {dtype}";
        if (!measured.shape.SequenceEqual(size))
            return Differences.Equal(where, string.Join("×", size), string.Join("×", measured.shape));
        return Differences.Array(where, size, e, Bridge.Values(measured), 16 * u * Math.Sqrt(terms));
    }

    private static double Terms(SpecFilter filter) => filter.Grid == null ? 2 * filter.Count : filter.Count * filter.Count;

    // Tilted, so that a filter applied the wrong way round shows: the designed ones are symmetric, and checked elsewhere.
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

    /// <summary>A layer's signals: an input, what its output is multiplied by, and a direction of the input.</summary>
    protected sealed record Case(
        Subject Subject, SpecLayer Layer, double[][,] X, double[] Bias, SpecFilter Fu, SpecFilter Fd, NonlinearityShape Shape,
        double[][,] Probe, double[][,] Direction)
    {
        /// <summary>A result of the definition for each plane.</summary>
        public double[][,] Each(Func<double[,], double, int, double[,]> step) => [.. X.Select((x, i) => step(x, Bias[i], i))];

        public (Tensor X, Tensor Y) Production(IFilteredLeakyRelu op, ScalarType dtype)
        {
            Tensor x = Subject.Tensor([X], dtype).requires_grad_(true),
                bias = Subject.Tensor(Bias, [Bias.Length], dtype).requires_grad_(true);
            var shape = new FilteredLeakyReluShape(
                Shape.Up, Shape.Down, new ImagePadding(Shape.Padding.X0, Shape.Padding.X1, Shape.Padding.Y0, Shape.Padding.Y1),
                Shape.Gain, Shape.Slope, Shape.Clamp);
            Tensor y = op.Forward(x, bias, Bridge.Filter(Fu, ScalarType.Float32)?.to(Subject.Device),
                Bridge.Filter(Fd, ScalarType.Float32)?.to(Subject.Device), shape);
            return (x, y);
        }
    }
}

internal sealed class NonlinearityForwardCheck : NonlinearityCheck
{
    public override string Id => "op.flrelu.forward";

    protected override double[][,] Expected(Case c)
    {
        ArgumentNullException.ThrowIfNull(c);
        return c.Each((x, bias, _) => FilteredNonlinearity.Forward(x, bias, c.Fu, c.Fd, c.Shape));
    }

    protected override Tensor Measured(Case c, IFilteredLeakyRelu op, ScalarType dtype)
    {
        ArgumentNullException.ThrowIfNull(c);
        return c.Production(op, dtype).Y;
    }
}

internal sealed class NonlinearityGradientCheck : NonlinearityCheck
{
    public override string Id => "op.flrelu.gradient";

    /// <summary>dx = Jᵀ·dy.</summary>
    protected override double[][,] Expected(Case c)
    {
        ArgumentNullException.ThrowIfNull(c);
        return c.Each((x, bias, i) => FilteredNonlinearity.Gradient(x, bias, c.Fu, c.Fd, c.Shape, c.Probe[i]));
    }

    protected override Tensor Measured(Case c, IFilteredLeakyRelu op, ScalarType dtype)
    {
        ArgumentNullException.ThrowIfNull(c);
        (Tensor x, Tensor y) = c.Production(op, dtype);
        Tensor dx = autograd.grad([(y * c.Subject.Tensor([c.Probe], dtype)).sum()], [x])[0];
        CustomBackward.ThrowIfFailed();
        return dx;
    }
}

internal sealed class NonlinearitySecondCheck : NonlinearityCheck
{
    public override string Id => "op.flrelu.second";

    /// <summary>∂⟨dx, q⟩/∂dy = J·q: the part of a second derivative that does not vanish.</summary>
    protected override double[][,] Expected(Case c)
    {
        ArgumentNullException.ThrowIfNull(c);
        return c.Each((x, bias, i) => FilteredNonlinearity.Tangent(x, bias, c.Fu, c.Fd, c.Shape, c.Direction[i], 0));
    }

    protected override Tensor Measured(Case c, IFilteredLeakyRelu op, ScalarType dtype)
    {
        ArgumentNullException.ThrowIfNull(c);
        (Tensor x, Tensor y) = c.Production(op, dtype);
        Tensor probe = c.Subject.Tensor([c.Probe], dtype).requires_grad_(true);
        Tensor dx = autograd.grad([(y * probe).sum()], [x], create_graph: true, retain_graph: true)[0];
        Tensor second = autograd.grad([(dx * c.Subject.Tensor([c.Direction], dtype)).sum()], [probe])[0];
        CustomBackward.ThrowIfFailed();
        return second;
    }
}
