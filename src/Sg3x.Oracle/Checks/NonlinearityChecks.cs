using Sg3x.Ops;
using Sg3x.Spec.Signals;
using static TorchSharp.torch;
using SpecLayer = Sg3x.Spec.Schedule.Layer;

namespace Sg3x.Oracle.Checks;

/// <summary>
/// Every implementation of the filtered leaky ReLU against its definition, on the shapes of the layers, result and both
/// derivatives. In float64 where the implementation takes it, so that a difference is a mistake and not rounding.
/// </summary>
internal abstract class NonlinearityCheck : ICheck
{
    // A few channels whose biases differ suffice, and a crop of the input, and of what it is upsampled to.
    private const int Channels = 2;
    private const int Most = 24;
    private const int MostUpsampled = 192;

    public abstract string Id { get; }

    public string Equation => "AFG 3.1, D: y = ↓(clamp(g·lrelu(up²·(↑(x + b) ∗ f_u))) ∗ f_d), and its adjoint";

    public string ToleranceBasis =>
        "√terms of both filters and of the amplitude in between, × 2⁻⁵³ or 2⁻²⁴, × 16 between the typical and the largest";

    public IEnumerable<Finding> Run(Subject subject)
    {
        foreach (SpecLayer layer in NonlinearityCase.Layers(subject.Config))
        {
            int full = layer.In.Size + layer.Kernel - 1;
            int side = Math.Min(
                full, Math.Max(Math.Min(Most, MostUpsampled / layer.Up), NonlinearityCase.LeastSide(layer)));

            // Float32 input on both sides: what is compared is what is done to it.
            NonlinearityCase c = NonlinearityCase.Draw(
                subject, layer, 1, Channels, side, side - 1, 1.5, value => (float)value, value => value);
            double[][][,] expected = Expected(c);
            foreach (IFilteredLeakyRelu op in subject.Nonlinearities)
                foreach (ScalarType dtype in (ScalarType[])[ScalarType.Float64, ScalarType.Float32])
                    yield return One(c, expected, op, dtype);
        }
    }

    /// <summary>The spec's result.</summary>
    protected abstract double[][][,] Expected(NonlinearityCase c);

    /// <summary>What an implementation has for it, [1, C, H, W].</summary>
    protected abstract Tensor Measured(NonlinearityCase c, IFilteredLeakyRelu op, ScalarType dtype);

    private Finding One(NonlinearityCase c, double[][][,] expected, IFilteredLeakyRelu op, ScalarType dtype)
    {
        using IDisposable scope = NewDisposeScope();
        Tensor measured = Measured(c, op, dtype);
        double[] e = [.. expected.SelectMany(image => image).SelectMany(plane => plane.Cast<double>())];
        double u = dtype == ScalarType.Float64 ? Math.ScaleB(1, -53) : Math.ScaleB(1, -24);
        long[] size = [1, expected[0].Length, expected[0][0].Height(), expected[0][0].Width()];
        string where = $"L{c.Layer.Index} ↑{c.Layer.Up} ↓{c.Layer.Down}, {op.Name}, {dtype}";
        if (!measured.shape.SequenceEqual(size))
            return Differences.Equal(where, string.Join("×", size), string.Join("×", measured.shape));
        return Differences.Array(where, size, e, Bridge.Values(measured), 16 * u * Math.Sqrt(c.Terms));
    }
}

internal sealed class NonlinearityForwardCheck : NonlinearityCheck
{
    public override string Id => "op.flrelu.forward";

    protected override double[][][,] Expected(NonlinearityCase c) => c.Forward();

    protected override Tensor Measured(NonlinearityCase c, IFilteredLeakyRelu op, ScalarType dtype) => c.Produce(op, dtype).Y;
}

internal sealed class NonlinearityGradientCheck : NonlinearityCheck
{
    public override string Id => "op.flrelu.gradient";

    protected override double[][][,] Expected(NonlinearityCase c) => c.Gradient();

    protected override Tensor Measured(NonlinearityCase c, IFilteredLeakyRelu op, ScalarType dtype) =>
        c.ProduceGradient(op, dtype).X;
}

internal sealed class NonlinearitySecondCheck : NonlinearityCheck
{
    public override string Id => "op.flrelu.second";

    protected override double[][][,] Expected(NonlinearityCase c) => c.Tangent();

    protected override Tensor Measured(NonlinearityCase c, IFilteredLeakyRelu op, ScalarType dtype) => c.ProduceSecond(op, dtype);
}
