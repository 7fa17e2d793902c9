using Sg3x.Oracle.Vectors;
using Sg3x.Schedule;
using static TorchSharp.torch;

namespace Sg3x.Oracle.Checks;

/// <summary>The averages that move in a forward pass.</summary>
internal sealed class AveragesCheck : NarrowCheck
{
    public override string Id => "network.averages";

    public override string Equation =>
        "AFG B: σ² ← β·σ² + (1 − β)·E x², β = 0.5^(batch/20 000), before use; w_avg ← 0.998·w_avg + 0.002·E w";

    public override string ToleranceBasis => "16·2⁻²⁴ and 2(1 − β) of the forward pass's own, 0.002 for w_avg; the image as"
        + " the generator's";

    internal override IEnumerable<Finding> Measure(Subject subject, Sg3x.Networks.Generator generator, Draw draw)
    {
        GeneratorConfig config = generator.Config;
        Spec.Networks.NetworkState before = Narrow.State(generator);
        var spec = new Spec.Networks.Generator(Bridge.Schedule(config), before);

        // A β of the right formula, and one small enough that a wrong order of update and use would show in the result.
        foreach (double? β in new double?[] { null, 0.3 })
        {
            NetworkStateRestore(generator, before);
            const int batch = 2;
            double[][] z = [.. Enumerable.Range(0, batch).Select(
                _ => draw.Row(config.ZDim).Select(value => (double)(float)value).ToArray())];
            Tensor latents = subject.Tensor([.. z.SelectMany(row => row)], [batch, config.ZDim], ScalarType.Float32);
            var magnitudes = new Dictionary<string, double>();
            double[][] w = spec.Map(z);
            double[][][,] images = spec.Synthesize(w, new Spec.Networks.SynthesisOptions
            {
                MagnitudeBeta = β ?? Spec.Training.MovingAverage.MagnitudeBeta(batch),
                Magnitude = (layer, σ2) => magnitudes[layer.Name] = σ2,
            });
            generator.Synthesis.MagnitudeBeta = β;
            using IDisposable quiet = no_grad();
            Tensor measured = subject.Networks.Synthesize(generator, subject.Networks.Map(generator, latents, 1, true), true);
            Spec.Networks.NetworkState after = Narrow.State(generator);
            string? changed = after.Arrays.Keys.FirstOrDefault(name =>
                !name.EndsWith("magnitude_ema", StringComparison.Ordinal) && name != "mapping.w_avg"
                    && !after[name].Values.SequenceEqual(before[name].Values));
            yield return Differences.Equal("what moves besides σ² and w_avg", "nothing", changed ?? "nothing",
                "a forward pass leaves weights, filters and frequencies as they are");
            _ = subject.Networks.Synthesize(generator, subject.Networks.Map(generator, latents, 1, false), false);
            Spec.Networks.NetworkState still = Narrow.State(generator);
            string? moved = after.Arrays.Keys.FirstOrDefault(name => !after[name].Values.SequenceEqual(still[name].Values));
            yield return Differences.Equal("what moves without an update", "nothing", moved ?? "nothing",
                "averages move in the generator pass of D's step alone");
            Spec.Networks.NetworkState used = magnitudes.Aggregate(before, (state, σ2) =>
                state.With($"synthesis.{σ2.Key}.magnitude_ema", new Spec.Networks.NamedArray([], [σ2.Value])));
            double close = ImageRounding.Tolerance(spec, used, w, images);

            // A dozen roundings, and of the forward pass's own the share that enters: of a square twice.
            double tolerance = 16 * 5.96e-8 + 2 * (1 - (β ?? Spec.Training.MovingAverage.MagnitudeBeta(batch))) * close;
            string what = β?.ToString() ?? "of the batch";
            foreach ((string name, double σ2) in magnitudes)
            {
                double old = before.Scalar($"synthesis.{name}.magnitude_ema"), now =
                    after.Scalar($"synthesis.{name}.magnitude_ema");
                yield return Differences.Number($"{name} σ², β = {what}", σ2, now, tolerance, now == old ? "it did not move"
                    : $"it moved {(now - old) / (σ2 - old):G3} times as far as it should: another β, another power, or another "
                        + "input, of which network.layer knows");
            }
            double[] average = spec.UpdatedAverage(z);
            yield return Differences.Array("w_avg", [average.Length], average, after.Vector("mapping.w_avg"),
                Tolerances.Averages(LayerSchedule.Create(config)).Value);
            Finding image = Compare($"image with the new averages, β = {what}", images);

            // With the averages that it came with, the image says which of the two is wrong.
            yield return image.Passed ? image : image with
            {
                Explanation = Compare("", spec.Synthesize(w)).Passed ? "σ² is used before it moves: it must move first"
                    : "the image is another one with the old averages too: not they, the network is wrong, see network.layer",
            };

            Finding Compare(string where, double[][][,] expected) => Differences.Array(
                where, measured.shape, [.. expected.SelectMany(one => one).SelectMany(plane => plane.Cast<double>())],
                Bridge.Values(measured), close);
        }
    }

    private static void NetworkStateRestore(nn.Module network, Spec.Networks.NetworkState state)
    {
        using IDisposable quiet = no_grad();
        using IDisposable scope = NewDisposeScope();
        foreach ((string name, Tensor value) in network.state_dict())
            value.copy_(Bridge.Tensor(state[name].Values, value.shape, ScalarType.Float32));
    }
}
