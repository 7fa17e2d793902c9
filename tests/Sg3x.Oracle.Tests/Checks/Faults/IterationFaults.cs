using Sg3x.Configuration;
using Sg3x.Oracle.Checks;
using Sg3x.Training;
using static Sg3x.Oracle.Tests.Checks.PlantedFault;

namespace Sg3x.Oracle.Tests.Checks;

/// <summary>The order of an iteration, its latents, its averages, and R1's weight and interval.</summary>
internal static class IterationFaults
{
    public static IReadOnlyList<PlantedFault> All { get; } =
    [
        Loop("D before G", "order of an iteration", Classic, "as most GANs have it; G sees a D that has just seen the same reals",
            new() { Steps = (i, k) => i % k == 0 ? ["D", "R1", "G", "EMA"] : ["D", "G", "EMA"] }),
        Loop("R1 before D", "order of an iteration", Classic, "D's loss at weights that the penalty has moved", new()
        {
            Steps = (i, k) => i % k == 0 ? ["G", "R1", "D", "EMA"] : ["G", "D", "EMA"],
        }),
        Loop("G_ema before G", "order of an iteration", Classic, "an average one iteration late, whose buffers are too",
            new() { Steps = (i, k) => i % k == 0 ? ["EMA", "G", "D", "R1"] : ["EMA", "G", "D"] }),
        Loop("R1 within D's step", "R1's own step", Classic,
            "one step on the sum of both losses: 16 times R1 drowns the loss in it, and Adam's v remembers", new()
        {
            Steps = (i, k) => i % k == 0 ? ["G", "D with R1", "EMA"] : ["G", "D", "EMA"],
        }),
        Loop("R1 from iteration k on", "interval of R1", Classic, "k − 1, 2k − 1, … in the place of 0, k, …",
            new() { Steps = (i, k) => (i + 1) % k == 0 ? ["G", "D", "R1", "EMA"] : ["G", "D", "EMA"] }),
        Loop("R1 in every iteration", "interval of R1", Classic,
            "with the weight of every 16th: sixteen times the penalty", new() { Steps = (_, _) => ["G", "D", "R1", "EMA"] }),
        Loop("one z for G and D", "latents of a step", Classic, "D is shown what G has just been corrected on",
            new() { Latents = (_, i) => (RandomPurpose.GeneratorLatents, i) }),
        Loop("one z for all iterations", "latents of a step", Classic, "a seed set inside the loop",
            new() { Latents = (step, _) => (step == "G" ? RandomPurpose.GeneratorLatents : RandomPurpose.DiscriminatorLatents,
                0) }),
        Loop("averages that move in G's pass too", "when averages move", Classic,
            "a module in training mode updates whenever it runs: twice as fast", new() { Moves = _ => true }),
        Loop("averages that move in G's pass", "when averages move", Classic, "once an iteration, but before G's step",
            new() { Moves = step => step == "G" }),
        Weight("R1 without its interval", "γ/2: taken every 16th time, it weighs a sixteenth", (γ, _) => γ / 2),
        Weight("R1 without its half", "k·γ: the half is the definition's, not a convention", (γ, k) => γ * k),
        new("R1 every 4th iteration", "interval of R1", "lucidrains/stylegan2-pytorch", "another k by default", "training.r1",
            () => T with { Training = TrainingParts.Production with { Defaults = new TrainingConfig { R1Interval = 4 } } }),
    ];

    private static PlantedFault Loop(string name, string mechanism, string source, string story, RebuiltTraining rebuilt) =>
        new(name, mechanism, source, story, "training.iteration",
            () => T with { Training = TrainingParts.Production with { Loop = rebuilt.Run } });

    private static PlantedFault Weight(string name, string story, Func<double, double, double> weight)
    {
        var rebuilt = new RebuiltTraining { R1Weight = weight };
        return new(name, "weight of R1", Classic, story, "training.r1",
            () => T with { Training = TrainingParts.Production with { Step = rebuilt.Take, Loop = rebuilt.Run } });
    }
}
