using Sg3x.Schedule;
using Sg3x.Spec.Networks;
using Sg3x.Spec.Signals;
using TorchSharp;
using static TorchSharp.torch;
using NetworkState = Sg3x.Spec.Networks.NetworkState;

namespace Sg3x.Oracle.Checks;

/// <summary>
/// The generator's gradient, in float64: the derivative of a functional of the image along a random direction of the weights, by
/// production's backward pass and by differences of the definition. The image has a kink wherever an activation changes its
/// branch; where
/// one lies within a step, the difference to the other side is right.
/// </summary>
internal sealed class GeneratorGradientCheck : ICheck
{
    // Doubles leave 10⁻¹⁵/h for rounding and h times the second derivative for the difference.
    private const double Step = 1e-7;
    private const double Tolerance = 100 * Step;

    public string Id => "network.gradient";

    public string Equation => "⟨∇_θ Σ r·g(z; θ), v⟩ = (Σ r·g(z; θ ± hv) − Σ r·g(z; θ))/±h; none through σ²";

    public string ToleranceBasis => "h = 10⁻⁷ times a second derivative of up to 200 times the gradient's length";

    public IEnumerable<Finding> Run(Subject subject)
    {
        GeneratorConfig config = Narrow.Of(subject.Config) with { Resolution = 16 };
        var draw = new Draw(subject.Seed);
        using Sg3x.Networks.Generator generator = subject.Generator(config, subject.Seed);
        Narrow.Disturb(generator, subject.Seed);
        Spec.Schedule.LayerSchedule schedule = Bridge.Schedule(config);
        generator.to(ScalarType.Float64);
        NetworkState state = Narrow.State(generator);
        double[][] z = [[.. draw.Row(config.ZDim).Select(v => (double)(float)v)]];
        double[][][,] r = draw.Batch(1, config.ImageChannels, config.Resolution, config.Resolution);

        foreach ((string what, Func<string, bool> chosen) in Groups)
            yield return Compare(what, chosen, state, null);

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
        yield return Compare("all, while the averages move", _ => true, frozen, β);

        Finding Compare(string what, Func<string, bool> chosen, NetworkState around, double? β)
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
            NetworkState ahead = around, behind = around;
            foreach (((string name, _), Tensor gradient) in parameters.Zip(gradients))
            {
                double[] values = state[name].Values, g = Bridge.Values(gradient);
                double scale = Math.Max(0.1, Math.Sqrt(values.Average(value => value * value)));
                double[] v = [.. draw.Row(values.Length).Select(value => value * scale)];
                measured += v.Zip(g, (a, b) => a * b).Sum();
                square += scale * scale * g.Sum(value => value * value);
                ahead = ahead.Moved(name, [.. v.Select(value => Step * value)]);
                behind = behind.Moved(name, [.. v.Select(value => -Step * value)]);
            }
            double here = Functional(around), up = (Functional(ahead) - here) / Step, down = (here - Functional(behind)) / Step;
            double expected = Math.Abs(up - measured) < Math.Abs(down - measured) ? up : down;
            double length = Math.Max(Math.Sqrt(square), Math.Abs(expected));
            double error = measured == expected ? 0 : Math.Abs(measured - expected) / length;
            return new Finding(
                what, $"{expected:G9}", $"{measured:G9}", error, Tolerance,
                error <= Tolerance ? null
                    : "the backward pass is not that of the forward pass: something is detached, or σ² is not");
        }

        double Functional(NetworkState at)
        {
            var g = new Spec.Networks.Generator(schedule, at);
            return Plane.Dot(g.Synthesize(g.Map(z))[0], r[0]);
        }
    }

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
