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

    /// <summary>Images and what they are augmented for → what D is shown.</summary>
    public Func<TrainingState, Tensor, RandomPurpose, Tensor> Augment { get; init; } = (state, images, purpose) =>
        state.Augmentation.Apply(images, purpose, state.Iteration, 0);

    /// <summary>x and what D is shown of it → what R1's gradient is taken with respect to.</summary>
    public Func<Tensor, Tensor, Tensor> PenaltyOf { get; init; } = (x, _) => x;

    /// <summary>A step's logits of generated images (none in R1's) and of real ones → those that r_t is of.</summary>
    public Func<Tensor?, Tensor, Tensor?> Signs { get; init; } = (_, real) => real;

    /// <summary>At the end of an iteration.</summary>
    public Action<TrainingState> Adapt { get; init; } = state => state.Augmentation.Controller.EndIteration(state.Iteration);

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
                Adapt(state);
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
                Minimise(state.OptimiserG, Losses.Generator(
                    state.D.forward(Augment(state, Images(step, state), RandomPurpose.GeneratorAugmentation))));
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
            fake = Augment(state, Images("D", state), RandomPurpose.FakeAugmentation);
        Tensor ofFake = state.D.forward(fake), ofReal = state.D.forward(Augment(state, real, RandomPurpose.RealAugmentation));
        Observe(state, ofFake, ofReal);
        return Losses.DiscriminatorOnFake(ofFake) + Losses.DiscriminatorOnReal(ofReal);
    }

    private Tensor OnGradient(TrainingState state, Tensor real)
    {
        Tensor x = real.detach().clone().requires_grad_(true);
        Tensor shown = Augment(state, x, RandomPurpose.PenaltyAugmentation), logits = state.D.forward(shown);
        Observe(state, null, logits);
        double weight = R1Weight(state.Config.Training.R1Gamma, state.Config.Training.R1Interval);
        return Losses.R1(logits, PenaltyOf(x, shown)) * weight + logits.mean() * 0;
    }

    private void Observe(TrainingState state, Tensor? ofFake, Tensor ofReal)
    {
        if (Signs(ofFake, ofReal) is { } counted)
            state.Augmentation.Controller.Observe(counted);
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
