using Sg3x.Oracle.Checks;
using Sg3x.Training;
using static Sg3x.Faults.Tests.PlantedFault;
using static TorchSharp.torch;

namespace Sg3x.Faults.Tests;

/// <summary>Optimiser, averages of weights, losses, penalty, blur.</summary>
internal static class TrainingFaults
{
    public static IReadOnlyList<PlantedFault> All { get; } =
    [
        Fault("no correction for lazy R1", "lazy regularisation", Classic, "17 steps do the work of 16", "training.optimiser",
            p => p with { Lazy = (settings, _) => settings }),
        Fault("only the rate corrected", "lazy regularisation", Classic, "β left as it is", "training.optimiser", p => p with
        {
            Lazy = (settings, k) => settings with { LearningRate = settings.LearningRate * k / (k + 1) },
        }),
        Fault("15/16 in the place of 16/17", "lazy regularisation", Classic, "k − 1 of k", "training.optimiser", p =>
            p with { Lazy = (settings, k) => settings.ForLazyRegularisation(k - 1) }),
        Fault("ε under the root", "ε of Adam", Classic, "10⁻⁴ for 10⁻⁸", "training.optimiser", p => p with
        {
            Optimiser = (settings, start, g, device) =>
                p.Optimiser(settings with { Epsilon = Math.Sqrt(settings.Epsilon) }, start, g, device),
        }),
        Fault("gradients clipped at 10", "size of the gradients", WriteUp,
            "Adam does not mind a scale, but minds one that changes", "training.optimiser", p => p with
        {
            Optimiser = (settings, start, g, device) =>
                p.Optimiser(settings, start, [.. g.Select(x => Math.Clamp(x, -10, 10))], device),
        }),
        Fault("no correction of Adam's bias", "bias of Adam", Classic, "β₂ = 0.99 makes the first steps ten times too long",
            "training.optimiser", p => p with
        {
            Optimiser = (settings, start, g, device) =>
                p.Optimiser(
                    settings with { LearningRate = settings.LearningRate * Math.Sqrt(1 - settings.Beta2) }, start, g, device),
        }),
        Fault("half-life in thousands", "half-life of G_ema", Classic, "kimg taken for images: an average of the last ten",
            "training.average", p => p with
        {
            Beta = (batch, life, ramp, images) => WeightAverage.Beta(batch, life / 1000, ramp, images),
        }),
        Fault("no ramp-up", "half-life of G_ema", Classic, "the first samples are those of random weights", "training.average",
            p => p with
        {
            Beta = (batch, life, _, images) => WeightAverage.Beta(batch, life, null, images),
        }),
        Fault("a fixed β of 0.999", "half-life of G_ema", WriteUp, "whatever the batch", "training.average", p =>
            p with { Beta = (_, _, _, _) => 0.999 }),
        Fault("buffers averaged or left", "buffers of G_ema", "rosinality/style-based-gan-pytorch#112",
            "an average over parameters alone: G_ema keeps σ² = 1 and w_avg = 0", "training.average", p => p with
        {
            Average = (average, source, β) =>
            {
                using IDisposable quiet = no_grad();
                foreach (((_, TorchSharp.Modules.Parameter mean),
                    (_, TorchSharp.Modules.Parameter value)) in average.named_parameters().Zip(source.named_parameters()))
                    mean.mul_(β).add_(value, 1 - β);
            },
        }),
        Fault("β and 1 − β exchanged", "weights of G_ema", Classic, "an average of the last step", "training.average", p => p with
        {
            Average = (average, source, β) => WeightAverage.Update(average, source, 1 - β),
        }),
        Fault("the saturating loss", "loss", Classic, "no gradient while D is right", "training.losses", p =>
            p with { GeneratorLoss = fake => -Losses.DiscriminatorOnFake(fake) }),
        Fault("real and fake swapped", "loss", Classic, "D learns to call its own images real", "training.losses", p => p with
        {
            DiscriminatorLoss = (fake, real) => TrainingParts.Production.DiscriminatorLoss(real, fake),
        }),
        Fault("a loss per batch", "loss", Classic, "summed, not averaged", "training.losses", p =>
            p with { GeneratorLoss = fake => Losses.Generator(fake) * fake.shape[0] }),
        Fault("R1 of the mean logit", "R1", Classic, "1/N² of it", "training.losses", p =>
            p with { R1 = (logits, x) => Losses.R1(logits / logits.shape[0], x) }),
        Fault("R1 of softplus(D)", "R1", "rosinality/style-based-gan-pytorch#34",
            "the gradient of the loss in the place of the logit's", "training.losses", p => p with
        {
            R1 = (logits, x) => Losses.R1(nn.functional.softplus(logits), x),
        }),
        Fault("R1 as a length", "R1", "labmlai/annotated_deep_learning_paper_implementations#51",
            "‖∇D‖ in the place of its square", "training.losses", p => p with
        {
            R1 = (logits, x) =>
                autograd.grad([logits.sum()], [x], retain_graph: true, create_graph: true)[0].square().sum(1, 2, 3).sqrt().mean(),
        }),
        Fault("R1 averaged over pixels", "size of R1", Classic, "γ means something else at every resolution", "training.losses",
            p => p with
        {
            R1 = (logits, x) => Losses.R1(logits, x) / (x.shape[1] * x.shape[2] * x.shape[3]),
        }),
        Fault("R1 without its own gradient", "gradient of R1", "brownvc/R3GAN#20",
            "detached, as that issue proposes: a number that nothing minimises", "training.losses", p => p with
        {
            R1 = (logits, x) => Losses.R1(logits, x).detach() + x.sum() * 0,
        }),
        Fault("a Gaussian of base e", "blur", Classic, "σ is where the filter falls to a half", "training.blur", p =>
            p with { Blur = (x, σ) => InitialBlur.Apply(x, σ * Math.Sqrt(Math.Log(2))) }),
        Fault("a blur that does not fade", "fading of the blur", Classic, "D never sees a sharp image", "training.blur", p =>
            p with { BlurSigma = (first, _, _) => first }),
        Fault("a blur that comes back", "fading of the blur", Classic, "|1 − images/fade|", "training.blur", p => p with
        {
            BlurSigma = (first, fade, images) => first * Math.Abs(1 - images / fade),
        }),
        Fault("NaN taken for 0", "what is not finite", WriteUp, "NaN losses replaced instead of stopped on", "training.finite",
            p => p with { Demand = _ => { } }),
        Fault("stopped a step too late", "what is not finite", Classic, "the loss is looked at after the optimiser has stepped",
            "training.finite", p => p with
        {
            Step = (phase, state, real) =>
            {
                using (no_grad())
                    foreach (TorchSharp.Modules.Parameter parameter in (
                        phase == "G" ? state.G.parameters() : state.D.parameters()))
                        parameter.add_(1);
                p.Step(phase, state, real);
            },
        }),
        Fault("steps after what is not finite", "updates after what is not finite", Classic,
            "the next losses are finite again, and Adam steps on where the run was to end", "training.finite", p =>
            p with { Step = (phase, state, real) => Anew(state, () => p.Step(phase, state, real)) }),
        Fault("a gradient of 0 for what is not finite", "updates after what is not finite", Classic,
            "Adam moves on by its averages, which decay: no gradient is not no step", "training.finite", p => p with
        {
            Step = (phase, state, real) =>
            {
                p.Step(phase, state, real);
                if (phase == "D" && state.Finite.Withheld.item<bool>())
                    state.OptimiserD.Step([.. state.OptimiserD.Parameters.Select(parameter => zeros_like(parameter))]);
            },
        }),
        Fault("the last one named", "which is named of what is not finite", Classic,
            "a record that each writes over: the cause is gone, and the last consequence reported", "training.finite", p =>
            p with
        {
            Step = (phase, state, real) =>
            {
                if (real.isnan().any().item<bool>())
                    Anew(state, () => p.Step(phase, state, real));
                else
                    p.Step(phase, state, real);
            },
        }),
        Fault("G_ema not withheld", "averages of what is not finite", Classic,
            "it goes on towards a G that stands still: what is saved is no state that the run ever had", "training.finite", p =>
            p with
        {
            Step = (phase, state, real) =>
            {
                if (phase == "EMA")
                    WeightAverage.Update(state.Average, state.G, 0.5);
                else
                    p.Step(phase, state, real);
            },
        }),
        Fault("σ² and w_avg not withheld", "averages of what is not finite", Classic,
            "they move in the forward pass, before anything is known of its loss", "training.finite", p => p with
        {
            Step = (phase, state, real) =>
            {
                p.Step(phase, state, real);
                using IDisposable quiet = no_grad();
                if (phase == "D" && state.Finite.Withheld.item<bool>())
                    state.G.Map(zeros(4, state.Config.Generator.ZDim), updateAverages: true);
            },
        }),
        Fault("p not withheld", "augmentation of what is not finite", Classic,
            "p is moved by the signs from before, and then again when the run goes on", "training.finite", p => p with
        {
            Step = (phase, state, real) =>
            {
                if (phase == "p")
                    state.Augmentation.Controller.EndIteration(state.Iteration);
                else
                    p.Step(phase, state, real);
            },
        }),
    ];

    // A step that does not heed what was found before it.
    private static void Anew(TrainingState state, Action step)
    {
        using IDisposable quiet = no_grad();
        using Tensor before = state.Finite.Withheld.clone();
        state.Finite.Withheld.fill_(false);
        using (enable_grad())
            step();
        state.Finite.Withheld.copy_(state.Finite.Withheld.bitwise_or(before));
    }

    private static PlantedFault Fault(
        string name, string mechanism, string source, string story, string caughtBy, Func<TrainingParts, TrainingParts> change) =>
        new(name, mechanism, source, story, caughtBy, () => T with { Training = change(TrainingParts.Production) });
}
