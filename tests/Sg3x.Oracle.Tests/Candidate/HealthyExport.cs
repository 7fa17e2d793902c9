using System.Globalization;
using System.Text.Json.Nodes;
using Sg3x.Oracle.Candidate;
using Sg3x.Schedule;

namespace Sg3x.Oracle.Tests.Candidate;

/// <summary>The export of an implementation with nothing wrong: production's schedule and constants, the spec's
/// results.</summary>
internal static class HealthyExport
{
    public static GeneratorConfig Config { get; } = new() { Resolution = 128, Layers = 11, ChannelMax = 512 };

    public static int Batch => 32;

    public static JsonObject Create() => new()
    {
        ["format"] = "sg3x-candidate",
        ["version"] = 1,
        ["implementation"] = new JsonObject { ["name"] = "healthy", ["version"] = "1" },
        ["config"] = ScheduleOf(Config)["config"]!.DeepClone(),
        ["schedule"] = Schedule(Config),
        ["fourier"] = Fourier(512, 2, onCircle: false),
        ["results"] = new JsonArray(
            [.. VectorCatalogue.Groups.SelectMany(group => group.Cases.Select(test => Result(group, test, test.Expected)))]),
        ["training"] = Training(),
        ["trace"] = Trace(4 * Batch / 500_000.0),
        ["dtypes"] = Types(),
    };

    /// <summary>A schedule in the official names, with what the convolutions pad.</summary>
    public static JsonObject Schedule(GeneratorConfig config)
    {
        JsonObject whole = ScheduleOf(config);
        foreach (JsonNode? layer in whole["layers"]!.AsArray())
            layer!["conv_padding"] = (int)layer["conv_kernel"]! - 1;
        return new JsonObject
        {
            ["precision"] = "float32",
            ["num_ws"] = whole["num_ws"]!.DeepClone(),
            ["input"] = whole["input"]!.DeepClone(),
            ["layers"] = whole["layers"]!.DeepClone(),
        };
    }

    public static JsonObject Result(
        VectorGroup group, VectorCase test, IReadOnlyDictionary<string, NumericArray> outputs, string? precision = null) => new()
    {
        ["group"] = group.Name,
        ["case"] = test.Id,
        ["precision"] = precision ?? (group.Name == "bfloat16-sums" ? "bfloat16" : "float64"),
        ["outputs"] = new JsonObject(outputs.Select(output => KeyValuePair.Create(output.Key, (JsonNode?)Array(output.Value)))),
    };

    public static JsonNode Array(NumericArray array, int depth = 0, int offset = 0)
    {
        if (depth == array.Shape.Count)
            return double.IsFinite(array.Values[offset]) ? JsonValue.Create(array.Values[offset])
                : JsonValue.Create(array.Values[offset].ToString(CultureInfo.InvariantCulture));
        int below = array.Shape.Skip(depth + 1).Aggregate(1, (product, side) => product * side);
        return new JsonArray([.. Enumerable.Range(0, array.Shape[depth])
            .Select(i => Array(array, depth + 1, offset + i * below))]);
    }

    /// <summary>Frequencies of a new network, by a rule: radii and angles of an even sequence.</summary>
    public static JsonObject Fourier(int channels, double bandwidth, bool onCircle)
    {
        double Golden(int i, double ratio) => (i * ratio + 0.37) % 1;
        return new JsonObject
        {
            ["freqs"] = new JsonArray([.. Enumerable.Range(0, channels).Select(i =>
            {
                double r = onCircle ? bandwidth : bandwidth * Math.Sqrt((i + 0.5) / channels), angle =
                    2 * Math.PI * Golden(i, 0.6180339887);
                return (JsonNode)new JsonArray(r * Math.Cos(angle), r * Math.Sin(angle));
            })]),
            ["phases"] = new JsonArray([.. Enumerable.Range(0, channels).Select(i => (JsonNode)(Golden(i, 0.7548776662) - 0.5))]),
        };
    }

    /// <summary>A log of every update of p; a cap and a share of the step may be planted.</summary>
    public static JsonArray Trace(double step, double cap = double.PositiveInfinity, double start = 0)
    {
        var trace = new JsonArray();
        double p = start;
        for (int i = 0; i < 60; i++)
        {
            double r = i % 15 == 14 ? 0.25 : 0.75;
            p = Math.Min(cap, Math.Max(0, p + Math.Sign(r - 0.6) * step));
            trace.Add(new JsonObject { ["images"] = 4 * Batch * (i + 1), ["r_t"] = r, ["p"] = p, ["g_loss"] = 0.8 + 0.001 * i,
                ["d_loss"] = 1.1 });
        }
        return trace;
    }

    /// <summary>A log of every iteration; p moves where the iteration plus <paramref name="shift"/> is a multiple of 4.</summary>
    public static JsonArray TraceOfIterations(int shift)
    {
        int updates = 0;
        return [.. Enumerable.Range(0, 40).Select(i => (JsonNode)new JsonObject
        {
            ["images"] = Batch * (i + 1), ["r_t"] = 0.75,
            ["p"] = (updates += (i + shift) % 4 == 0 ? 1 : 0) * (4 * Batch / 500_000.0),
        })];
    }

    private static JsonObject ScheduleOf(GeneratorConfig config) =>
        JsonNode.Parse(ScheduleJson.Render(LayerSchedule.Create(config)))!.AsObject();

    private static JsonObject Training()
    {
        static JsonObject Adam(double lr, double beta2) =>
            new() { ["lr"] = lr, ["beta1"] = 0, ["beta2"] = beta2, ["eps"] = 1e-8 };
        double c = 16 / 17.0;
        return new JsonObject
        {
            ["batch"] = Batch,
            ["generator"] = Adam(0.0025, 0.99),
            ["discriminator"] = Adam(0.002 * c, Math.Pow(0.99, c)),
            ["r1"] = new JsonObject { ["interval"] = 16, ["weight"] = 16 },
            ["generator_ema"] = new JsonArray([.. new[] { 0, 3200, 1_000_000 }.Select(n => (JsonNode)new JsonObject
            {
                ["images"] = n,
                ["beta"] = n == 0 ? 0 : Math.Pow(0.5, Batch / Math.Min(10_000, 0.05 * n)),
            })]),
            ["magnitude_beta"] = Math.Pow(0.5, Batch / 20_000.0),
            ["w_avg_beta"] = 0.998,
            ["gradient_clip"] = null,
            ["on_nonfinite"] = "stop",
            ["ada"] = new JsonObject { ["interval"] = 4, ["target"] = 0.6, ["kimg"] = 500 },
        };
    }

    private static JsonObject Types()
    {
        string[] computed = ["conv.input", "conv.weight", "conv.output", "filter.up", "filter.down", "nonlinearity.input",
            "nonlinearity.output"];
        string[] full = ["conv.sum", "norm.weight", "norm.style", "demodulation", "magnitude", "parameter", "optimiser",
            "average", "mapping", "fourier", "image", "logits", "loss"];
        static JsonNode Tensor(string role, string type) =>
            new JsonObject { ["layer"] = "L3", ["role"] = role, ["dtype"] = type };
        return new JsonObject
        {
            ["compute"] = "bfloat16",
            ["tensors"] = new JsonArray(
                [.. computed.Select(role => Tensor(role, "bfloat16")), .. full.Select(role => Tensor(role, "float32"))]),
        };
    }
}
