using System.Text.Json.Nodes;
using Sg3x.Configuration;
using Sg3x.Training;

namespace Sg3x.Departures;

/// <summary>
/// A run as <c>sg3x verify --candidate</c> judges it, as if it were somebody else's: what its build makes of its configuration,
/// and its log. What is stated of the training is what the papers' run has.
/// </summary>
internal static class Export
{
    /// <summary>The export.</summary>
    /// <param name="name">The run's.</param>
    /// <param name="schedule">What <c>sg3x schedule --json</c> of the run's build prints.</param>
    /// <param name="paper">The configuration without a departure.</param>
    /// <param name="ticks">The run's lines of statistics.</param>
    /// <returns>JSON, in the format of <c>docs/candidate.md</c>.</returns>
    public static string Of(string name, string schedule, RunConfig paper, IReadOnlyList<TrainingTick> ticks)
    {
        JsonObject layers = JsonNode.Parse(schedule)!.AsObject();
        JsonNode config = layers["config"]!.DeepClone();
        layers.Remove("config");
        return new JsonObject
        {
            ["format"] = "sg3x-candidate",
            ["version"] = 1,
            ["implementation"] = new JsonObject { ["name"] = name },
            ["config"] = config,
            ["schedule"] = layers,
            ["training"] = new JsonObject
            {
                ["batch"] = paper.Training.Batch,
                ["ada"] = new JsonObject
                {
                    ["interval"] = paper.Augmentation.Interval,
                    ["target"] = paper.Augmentation.Target,
                    ["kimg"] = paper.Augmentation.Kimg,
                },
            },
            ["trace"] = new JsonArray([.. ticks.Select(Line)]),
        }.ToJsonString() + "\n";
    }

    private static JsonNode Line(TrainingTick tick)
    {
        var line = new JsonObject
        {
            ["images"] = (long)Math.Round(tick.Kimg * 1000),
            ["g_loss"] = tick.GeneratorLoss,
            ["d_loss"] = tick.DiscriminatorLoss,
        };
        if (tick.AugmentationP is double p)
            line["p"] = p;
        return line;
    }
}
