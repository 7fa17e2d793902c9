using Sg3x.Schedule;
using Sg3x.Spec.Networks;
using Sg3x.Spec.Signals;
using TorchSharp;
using static TorchSharp.torch;
using NetworkState = Sg3x.Spec.Networks.NetworkState;

namespace Sg3x.Oracle.Checks;

/// <summary>
/// The generator's gradient, in float64: the derivative of a functional f = Σ r·g of the image along a random direction v of the
/// weights, by production's backward pass and by difference quotients of the definition.
/// <para>The limit is the definition's own. A quotient D(h) = (f(θ + hv) − f(θ))/h is f' + c·h + ρ(h): curvature, and the
/// rounding of two functionals, |ρ(h)| ≤ 2ε/h. So |D(h/2) − f'| ≤ |c|·h/2 + 4ε/h, and |D(h/2) − D(h)| ≥ |c|·h/2 − 6ε/h: D(h/2) is
/// off by at most |D(h/2) − D(h)| + 10ε/h, c is not needed. ε is the image's rounding as <see cref="ImageRounding"/> has it, in
/// 2⁻⁵³, added up as a random walk over the pixels: times ‖r‖.</para>
/// <para>Where an activation changes its branch within a step, the quotient is of both branches. The quotient to the other side
/// is then right: of some 10⁵ activations each moving by h one in 10³ steps meets one, and one in 10⁶ on both sides.</para>
/// </summary>
internal sealed class GeneratorGradientCheck : NarrowCheck
{
    private const double Step = 1e-8;

    public override string Id => "network.gradient";

    public override string Equation => "⟨∇_θ Σ r·g(z; θ), v⟩ = (Σ r·g(z; θ ± hv) − Σ r·g(z; θ))/±h; none through σ²";

    public override string ToleranceBasis =>
        "how far the quotient of the definition moves when h = 10⁻⁸ is halved, and 10/h times the image's rounding in 2⁻⁵³";

    protected override int Largest => 16;

    internal override IEnumerable<Finding> Measure(Subject subject, Sg3x.Networks.Generator generator, Draw draw)
    {
        GeneratorConfig config = generator.Config;
        Spec.Schedule.LayerSchedule schedule = Bridge.Schedule(config);
        generator.to(ScalarType.Float64);
        NetworkState state = Narrow.State(generator);
        double[][] z = [[.. draw.Row(config.ZDim).Select(v => (double)(float)v)]];
        double[][][,] r = draw.Batch(1, config.ImageChannels, config.Resolution, config.Resolution);

        Point start = At(state);
        foreach ((string what, Func<string, bool> chosen) in Groups)
            yield return Compare(what, chosen, start, null);

        // In training σ² follows the input, but is a constant to the gradient.
        const double β = 0.3;
        var magnitudes = new Dictionary<string, double>();
        var spec = new Spec.Networks.Generator(schedule, state);
        spec.Synthesize(
            spec.Map(z), new SynthesisOptions { MagnitudeBeta = β, Magnitude = (layer, σ2) => magnitudes[layer.Name] = σ2 });
        NetworkState frozen = state;
        foreach ((string name, double σ2) in magnitudes)
            frozen = frozen.With($"synthesis.{name}.magnitude_ema", new NamedArray([], [σ2]));
        generator.Synthesis.MagnitudeBeta = β;
        yield return Compare("all, while the averages move", _ => true, At(frozen), β);

        // f there, and the rounding ε of one that the definition computes.
        Point At(NetworkState around)
        {
            double[][,] still = ImageOf(around);
            var definition = new Spec.Networks.Generator(schedule, around);
            double ε = ImageRounding.Tolerance(definition, around, definition.Map(z), [still]) * Math.ScaleB(1, 24 - 53)
                * still.Max(plane => plane.Cast<double>().Max(Math.Abs)) * Math.Sqrt(Plane.Dot(r[0], r[0]));
            return new Point(around, Plane.Dot(still, r[0]), ε);
        }

        Finding Compare(string what, Func<string, bool> chosen, Point around, double? β)
        {
            using IDisposable scope = NewDisposeScope();
            (string Name, TorchSharp.Modules.Parameter Value)[] parameters =
                [.. generator.named_parameters().Where(p => chosen(p.name))];
            Tensor latents = subject.Tensor(z[0], [1, config.ZDim], ScalarType.Float64);
            Tensor ws = subject.Networks.Map(generator, latents, 1, false);
            Tensor image = subject.Networks.Synthesize(generator, ws, β is not null);
            Tensor sum = (image * subject.Tensor(r, ScalarType.Float64)).sum();
            IList<Tensor> gradients = autograd.grad([sum], parameters.Select(p => (Tensor)p.Value).ToList());
            Ops.CustomBackward.ThrowIfFailed();

            double measured = 0, square = 0;
            var directions = new List<(string Name, double[] V)>();
            foreach (((string name, _), Tensor gradient) in parameters.Zip(gradients))
            {
                double[] values = state[name].Values, g = Bridge.Values(gradient);
                double scale = Math.Max(0.1, Math.Sqrt(values.Average(value => value * value)));
                double[] v = [.. draw.Row(values.Length).Select(value => value * scale)];
                measured += v.Zip(g, (a, b) => a * b).Sum();
                square += scale * scale * g.Sum(value => value * value);
                directions.Add((name, v));
            }
            Finding ahead = Side(1);
            return ahead.Passed ? ahead : Side(-1);

            Finding Side(int sign)
            {
                double far = Quotient(sign * Step), expected = Quotient(sign * Step / 2);
                double length = Math.Max(Math.Sqrt(square), Math.Abs(expected));
                double error = measured == expected ? 0 : Math.Abs(measured - expected) / length;
                double tolerance = (Math.Abs(expected - far) + 10 * around.Rounding / Step) / length;
                return new Finding(
                    what, $"{expected:G9}", $"{measured:G9}", error, tolerance,
                    error <= tolerance ? null
                        : "the backward pass is not that of the forward pass: something is detached, or σ² is not");
            }

            double Quotient(double h)
            {
                NetworkState moved = directions.Aggregate(
                    around.State, (at, d) => at.Moved(d.Name, [.. d.V.Select(value => h * value)]));
                return (Plane.Dot(ImageOf(moved), r[0]) - around.Value) / h;
            }
        }

        double[][,] ImageOf(NetworkState at)
        {
            var g = new Spec.Networks.Generator(schedule, at);
            return g.Synthesize(g.Map(z))[0];
        }
    }

    private sealed record Point(NetworkState State, double Value, double Rounding);

    private static IEnumerable<(string What, Func<string, bool> Chosen)> Groups =>
    [
        ("mapping", name => name.StartsWith("mapping.", StringComparison.Ordinal)),
        ("Fourier input", name => name.StartsWith("synthesis.input.", StringComparison.Ordinal)),
        ("affine layers", name =>
            name.StartsWith("synthesis.L", StringComparison.Ordinal) && name.Contains("affine", StringComparison.Ordinal)),
        ("weights and biases", name =>
            name.StartsWith("synthesis.L", StringComparison.Ordinal) && !name.Contains("affine", StringComparison.Ordinal)),
    ];
}
