using Sg3x.Data;
using Sg3x.Training;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Sg3x.Oracle.Tests.Checks;

/// <summary>
/// The training loop written out over production's networks, losses and optimisers, each decision replaceable: the place for
/// faults that lie inside an iteration. Unchanged it passes.
/// </summary>
internal sealed record RebuiltTraining
{
    /// <summary>The steps of iteration i, of G, D, R1, EMA.</summary>
    public Func<long, long, IEnumerable<string>> Steps { get; init; } = (i, k) =>
        i % k == 0 ? ["G", "D", "R1", "EMA"] : ["G", "D", "EMA"];

    /// <summary>What the latents of a step are drawn for, and in which iteration.</summary>
    public Func<string, long, (RandomPurpose Purpose, long Iteration)> Latents { get; init; } = (step, i) =>
        (step == "G" ? RandomPurpose.GeneratorLatents : RandomPurpose.DiscriminatorLatents, i);

    /// <summary>The steps in whose generator pass the averages move.</summary>
    public Func<string, bool> Moves { get; init; } = step => step == "D";

    /// <summary>γ, k → what R1 is multiplied by.</summary>
    public Func<double, double, double> R1Weight { get; init; } = (γ, k) => k * γ / 2;

    /// <summary>Trains a state to its end.</summary>
    public void Run(TrainingState state, ImageBatches reals, Action after)
    {
        while (state.Images < state.Config.Training.Kimg * 1000)
        {
            using (NewDisposeScope())
            {
                Tensor real = reals.Next().to(state.Device).to(ScalarType.Float32) / 127.5 - 1;
                foreach (string step in Steps(state.Iteration, state.Config.Training.R1Interval))
                    Take(step, state, real);
            }
            state.Iteration++;
            after();
        }
    }

    /// <summary>One step.</summary>
    public void Take(string step, TrainingState state, Tensor real)
    {
        switch (step)
        {
            case "G":
                Minimise(state.OptimiserG, Losses.Generator(state.D.forward(Images(step, state))));
                break;
            case "D":
                Minimise(state.OptimiserD, OnImages(state, real));
                break;
            case "R1":
                Minimise(state.OptimiserD, OnGradient(state, real));
                break;
            case "D with R1":
                Minimise(state.OptimiserD, OnImages(state, real) + OnGradient(state, real));
                break;
            default:
                new TrainingPhases(state, new TickStatistics()).AverageWeights();
                break;
        }
    }

    private Tensor OnImages(TrainingState state, Tensor real)
    {
        Tensor fake;
        using (no_grad())
            fake = Images("D", state);
        return Losses.DiscriminatorOnFake(state.D.forward(fake)) + Losses.DiscriminatorOnReal(state.D.forward(real));
    }

    private Tensor OnGradient(TrainingState state, Tensor real)
    {
        Tensor x = real.detach().clone().requires_grad_(true), logits = state.D.forward(x);
        double weight = R1Weight(state.Config.Training.R1Gamma, state.Config.Training.R1Interval);
        return Losses.R1(logits, x) * weight + logits.mean() * 0;
    }

    private Tensor Images(string step, TrainingState state)
    {
        (RandomPurpose purpose, long iteration) = Latents(step, state.Iteration);
        Tensor z = CounterRandom.Normal(CounterRandom.Seed(state.Config.Training.Seed, purpose, iteration), state.Device,
            state.Config.Training.Batch, state.Config.Generator.ZDim);
        return state.G.Synthesize(state.G.Map(z, updateAverages: Moves(step)), Moves(step));
    }

    private static void Minimise(AdamOptimiser optimiser, Tensor loss)
    {
        Parameter[] parameters = [.. optimiser.Parameters];
        optimiser.Step([.. autograd.grad([loss], [.. parameters])]);
    }
}
