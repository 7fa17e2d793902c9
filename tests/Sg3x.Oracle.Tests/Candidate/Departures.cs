using System.Text.Json.Nodes;
using Sg3x.Oracle.Candidate;
using Sg3x.Schedule;

namespace Sg3x.Oracle.Tests.Candidate;

/// <summary>A point where a published write-up of config T in JAX leaves the paper, as its export would show it.</summary>
/// <param name="Name">What it does.</param>
/// <param name="CaughtBy">The check that must fail.</param>
/// <param name="Says">Words that its explanation must have.</param>
/// <param name="Plant">Spoils a healthy export.</param>
internal sealed record Departure(string Name, string CaughtBy, string Says, Action<JsonObject> Plant)
{
    /// <inheritdoc/>
    public override string ToString() => Name;

    public static IReadOnlyList<Departure> All { get; } =
    [
        new("filters of 3 taps", "schedule.resampling", "half-width was not divided", e =>
            EachLayer(e, (layer, _) => Delta(layer, grid: false))),
        new("3×3 delta filters", "filter.taps", "half-width was not divided", e =>
            EachLayer(e, (layer, _) => Delta(layer, grid: true))),
        new("delta filters of full length", "filter.taps", "next to a delta", e => EachLayer(e, (layer, _) => FullDelta(layer))),
        new("what delta filters pass", "filter.response", "where", e => EachLayer(e, (layer, _) => FullDelta(layer))),
        new("no lrelu upsampling, said nowhere", "schedule.resampling", "with m = 2 no layer", e =>
            e["schedule"] = HealthyExport.Schedule(HealthyExport.Config with { LreluUpsampling = 1 })),
        new("no lrelu upsampling, as configured", "config.alias-free", "nonlinearity aliases", e =>
            Configure(e, c => c with { LreluUpsampling = 1 })),
        new("27 and 81 taps, as in its text", "schedule.resampling", "n = 6 and m = 2", e => EachLayer(e, (layer, _) =>
        {
            foreach (string taps in new[] { "up_taps", "down_taps" })
                layer[taps] = (int)layer[taps]! switch { 12 => 27, 24 => 81, int other => other };
        })),
        new("no margin, said nowhere", "schedule.layers", "margin of 10 pixels a side is missing", e =>
            e["schedule"] = HealthyExport.Schedule(HealthyExport.Config with { Margin = 0 })),
        new("no margin, as configured", "config.alias-free", "border", e => Configure(e, c => c with { Margin = 0 })),
        new("same-size zero padding", "schedule.resampling", "pads k − 1", e =>
            EachLayer(e, (layer, _) => layer["conv_padding"] = (int)layer["conv_kernel"]! / 2)),
        Faulty("same-size zero padding, in the operation", "modulated-convolution", "SamePadding"),
        new("layer i reads entry i and writes i + 1", "schedule.layers", "layer i reads entry max", Shifted),
        new("the Fourier grid is not scaled by the rate", "schedule.input", "scaled by the rate", e =>
            e["schedule"]!["input"]!["sampling_rate"] = 36),
        Faulty("the Fourier grid is not scaled by the rate, in the operation", "fourier-features", "GridNotScaledByRate"),
        new("frequencies on the unit circle", "fourier.draw", "circle of radius 1", e => e["fourier"] =
            HealthyExport.Fourier(512, 1, onCircle: true)),
        Faulty("frequencies on the unit circle, from given draws", "fourier-frequencies", "FrequenciesOnCircle"),
        Faulty("style + 1 after normalisation", "modulated-convolution", "StylePlusOne"),
        Faulty("style + 1 after normalisation, in the layer", "synthesis-layer", "StylePlusOne"),
        Faulty("output scale before ToRGB", "synthesis-layer", "OutputScaleBeforeToRgb"),
        Faulty("no √2 in the mapping", "mapping", "NoRootTwo"),
        Faulty("σ² never frozen", "magnitude-ema", "NeverFrozen"),
        new("gradient norm clipped at 10", "training.gradients", "R1's", e => e["training"]!["gradient_clip"] = 10),
        Faulty("gradient norm clipped at 10, in the step", "adam", "GradientClipped"),
        new("losses that are not numbers are replaced", "training.gradients", "healthy for days", e =>
            e["training"]!["on_nonfinite"] = "replace"),
        Faulty("losses that are not numbers are replaced, in the step", "non-finite-loss", "NonFiniteReplaced"),
        new("a replaced loss in the log", "training.losses", "has been replaced", e => e["trace"]![20]!["d_loss"] = 0),
        new("a log that goes on after a loss that is no number", "training.losses", "goes on", e => e["trace"]![20]!["g_loss"] =
            "NaN"),
        new("ADA's step without the factor of 4 iterations", "ada.trace", "lacks the factor of 4", e =>
            e["trace"] = HealthyExport.Trace(HealthyExport.Batch / 500_000.0)),
        Faulty("ADA's step without the factor of 4 iterations, from given logits", "ada-controller", "NoIntervalFactor"),
        new("p that moves after iterations 0, 4, 8, …", "ada.trace", "at the end of iterations 3, 7", e =>
            e["trace"] = HealthyExport.TraceOfIterations(0)),
        Faulty("p that moves after iterations 0, 4, 8, …, from given logits", "ada-iterations", "MovesBeforeItCounts"),
        new("p capped at 0.9", "ada.trace", "no upper bound", e =>
            e["trace"] = HealthyExport.Trace(4 * HealthyExport.Batch / 500_000.0, cap: 0.9, start: 0.895)),
        Faulty("p capped at 0.9, from given logits", "ada-controller", "CappedAtNineTenths"),
        new("a fixed β of 0.999 for G_ema", "training.averages", "a fixed 0.999", e =>
        {
            foreach (JsonNode? point in e["training"]!["generator_ema"]!.AsArray())
                point!["beta"] = 0.999;
        }),
        Faulty("a fixed β of 0.999 for G_ema, as a function", "generator-ema", "FixedGeneratorBeta"),
        new("norms in bfloat16", "precision.dtypes", "squares are summed in float32", e => Type(e, "norm.style", "bfloat16")),
        Faulty("norms in bfloat16, by their result", "bfloat16-sums", "NormInBfloat16"),
        new("a float32 filter that promotes the convolution", "precision.dtypes", "promotes", e =>
            Type(e, "filter.up", "float32")),
        new("what was promoted", "precision.dtypes", "without a word", e => Type(e, "nonlinearity.output", "float32")),
        new("the discriminator has won", "training.collapse", "discriminator has won", e =>
        {
            for (int i = 0; i < 60; i++)
            {
                JsonNode line = e["trace"]![i]!;
                (line["images"], line["d_loss"], line["g_loss"]) = (32 * (1060 + 20 * i), 0.02 + 0.001 * i, 4.0);
                line.AsObject().Remove("p");
            }
        }),
    ];

    private static Departure Faulty(string name, string group, string flag) => new(name, $"vector.{group}", flag, e =>
    {
        VectorGroup vectors = VectorCatalogue.Groups.Single(g => g.Name == group);
        JsonArray results = e["results"]!.AsArray();
        foreach (VectorCase test in vectors.Cases)
            if (test.Faults.FirstOrDefault(fault => fault.Bug.Flag == flag) is { } fault)
            {
                JsonNode own = results.Single(r => (string)r!["group"]! == group && (int)r["case"]! == test.Id)!;
                results[results.IndexOf(own)] = HealthyExport.Result(vectors, test, fault.Outputs);
            }
    });

    private static void Configure(JsonObject e, Func<GeneratorConfig, GeneratorConfig> change)
    {
        GeneratorConfig config = change(HealthyExport.Config);
        e["config"]!["margin_size"] = config.Margin;
        e["config"]!["lrelu_upsampling"] = config.LreluUpsampling;
        e["schedule"] = HealthyExport.Schedule(config);
    }

    private static void EachLayer(JsonObject e, Action<JsonObject, int> change)
    {
        JsonArray layers = e["schedule"]!["layers"]!.AsArray();
        for (int i = 0; i < layers.Count - 1; i++)
            change(layers[i]!.AsObject(), i);
    }

    private static void Delta(JsonObject layer, bool grid)
    {
        foreach (string side in new[] { "up", "down" })
        {
            layer[$"{side}_taps"] = 3;
            layer[$"{side}_filter"] = grid
                ? new JsonArray(new JsonArray(0, 0, 0), new JsonArray(0, 1, 0), new JsonArray(0, 0, 0)) : new JsonArray(0, 1, 0);
        }
    }

    private static void FullDelta(JsonObject layer)
    {
        foreach (string filter in new[] { "up_filter", "down_filter" })
        {
            int n = layer[filter]!.AsArray().Count;
            layer[filter] = new JsonArray(
                [.. Enumerable.Range(0, n).Select(j => (JsonNode)(j == n / 2 || j == n / 2 - 1 ? 0.5 : 0))]);
        }
    }

    private static void Shifted(JsonObject e)
    {
        JsonArray layers = e["schedule"]!["layers"]!.AsArray();
        JsonObject[] right = [.. layers.Select(layer => layer!.DeepClone().AsObject())];
        for (int i = 1; i < right.Length; i++)
            foreach (string value in new[] { "cutoff", "half_width", "sampling_rate", "size", "channels" })
            {
                layers[i]![$"in_{value}"] = right[i][$"out_{value}"]!.DeepClone();
                layers[i]![$"out_{value}"] = right[Math.Min(i + 1, right.Length - 1)][$"out_{value}"]!.DeepClone();
            }
    }

    private static void Type(JsonObject e, string role, string type) =>
        e["dtypes"]!["tensors"]!.AsArray().Single(tensor => (string)tensor!["role"]! == role)!["dtype"] = type;
}
