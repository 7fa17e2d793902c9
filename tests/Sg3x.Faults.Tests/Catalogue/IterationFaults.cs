using Sg3x.Configuration;
using Sg3x.Oracle.Checks;
using Sg3x.Training;
using static Sg3x.Faults.Tests.PlantedFault;
using static TorchSharp.torch;

namespace Sg3x.Faults.Tests;

/// <summary>The order of an iteration, its latents, its averages, what it augments and counts, and R1's weight and
/// interval.</summary>
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
        Loop("D's generated images as they are", "what is augmented", Classic,
            "D tells them by what augmentation leaves in the real ones, and r_t rises", Without(RandomPurpose.FakeAugmentation)),
        Loop("D's real images as they are", "what is augmented", Classic,
            "G learns to make augmented images", Without(RandomPurpose.RealAugmentation)),
        Loop("G's images as they are", "what is augmented", Classic,
            "G is judged on what D was not trained on, and leaks augmentations", Without(RandomPurpose.GeneratorAugmentation)),
        Step("R1 of images as they are", "images of R1", "the penalty holds D where it is not trained",
            Without(RandomPurpose.PenaltyAugmentation)),
        Step("R1's gradient at the augmented image", "images of R1", "the penalty does not see that augmentation stretches it",
            new() { PenaltyOf = (_, shown) => shown }),
        Loop("gradients past the augmentation", "gradient through augmentation", Classic,
            "a library that augments without gradients, and a way round it", new()
        {
            Augment = (state, images, purpose) =>
                images + (state.Augmentation.Apply(images, purpose, state.Iteration, 0) - images).detach(),
        }),
        Loop("generated and real images augmented alike", "draws of augmentation", Classic,
            "one seed an iteration: D learns pairs", new()
        {
            Augment = (state, images, _) =>
                state.Augmentation.Apply(images, RandomPurpose.RealAugmentation, state.Iteration, 0),
        }),
        Loop("r_t of the generated images", "logits of r_t", Classic, "p falls where D is sure of itself",
            new() { Signs = (fake, _) => fake }),
        Loop("r_t without R1's pass", "logits of r_t", Classic, "in every 16th iteration half of what there is to know",
            new() { Signs = (fake, real) => fake is null ? null : real }),
        Loop("r_t of real and generated images", "logits of r_t", Classic, "it is near 0 whatever D knows, and p stays at 0",
            new() { Signs = (fake, real) => fake is null ? real : cat([fake, real]) }),
        Loop("p that moves a step before its time", "when p moves", Classic, "at iterations 0, k, 2k, … as R1 is",
            new() { Adapt = state => state.Augmentation.Controller.EndIteration(state.Iteration + 1) }),
        Weight("R1 without its interval", "γ/2: taken every 16th time, it weighs a sixteenth", (γ, _) => γ / 2),
        Weight("R1 without its half", "k·γ: the half is the definition's, not a convention", (γ, k) => γ * k),
        new("R1 every 4th iteration", "interval of R1", "lucidrains/stylegan2-pytorch", "another k by default", "training.r1",
            () => T with { Training = TrainingParts.Production with { Defaults = new TrainingConfig { R1Interval = 4 } } }),
    ];

    private static PlantedFault Loop(string name, string mechanism, string source, string story, RebuiltTraining rebuilt) =>
        new(name, mechanism, source, story, "training.iteration",
            () => T with { Training = TrainingParts.Production with { Loop = rebuilt.Run } });

    private static PlantedFault Weight(string name, string story, Func<double, double, double> weight) =>
        Step(name, "weight of R1", story, new() { R1Weight = weight });

    private static PlantedFault Step(string name, string mechanism, string story, RebuiltTraining rebuilt) =>
        new(name, mechanism, Classic, story, "training.r1",
            () => T with { Training = TrainingParts.Production with { Step = rebuilt.Take, Loop = rebuilt.Run } });

    private static RebuiltTraining Without(RandomPurpose left) => new()
    {
        Augment = (state, images, purpose) => purpose == left ? images
            : state.Augmentation.Apply(images, purpose, state.Iteration, 0),
    };
}
