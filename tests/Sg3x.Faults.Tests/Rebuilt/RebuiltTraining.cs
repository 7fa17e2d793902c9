using Sg3x.Data;
using Sg3x.Training;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Sg3x.Faults.Tests;

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

    /// <summary>The classes of a step's generated images, of the data's.</summary>
    public Func<string, TrainingState, ImageLabels, int[]> FakeClasses { get; init; } = (step, state, data) => data.Draw(
        CounterRandom.Seed(
            state.Config.Training.Seed, step == "G" ? RandomPurpose.GeneratorLabels : RandomPurpose.DiscriminatorLabels,
            state.Iteration),
        state.Config.Training.Batch);

    /// <summary>The classes that D is told of generated images, of those that G was.</summary>
    public Func<string, int[], int[]> ToldOfFakes { get; init; } = (_, classes) => classes;

    /// <summary>The classes that D is told of real images in a step, of their own.</summary>
    public Func<string, int[], int[]> ToldOfReals { get; init; } = (_, classes) => classes;

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
                    Take(step, state, real, reals.Classes, reals.Labels);
                Adapt(state);
            }
            state.Iteration++;
            after();
        }
    }

    /// <summary>One step.</summary>
    public void Take(string step, TrainingState state, Tensor real) => Take(step, state, real, null, null);

    private void Take(string step, TrainingState state, Tensor real, int[]? own, ImageLabels? data)
    {
        int[]? drawn = data is null ? null : FakeClasses(step[..1], state, data);
        switch (step)
        {
            case "G":
                Minimise(state.OptimiserG, Losses.Generator(OfFakes("G", state, drawn)));
                break;
            case "D":
                Minimise(state.OptimiserD, OnImages(state, real, own, drawn));
                break;
            case "R1":
                Minimise(state.OptimiserD, OnGradient(state, real, own));
                break;
            case "D with R1":
                Minimise(state.OptimiserD, OnImages(state, real, own, drawn) + OnGradient(state, real, own));
                break;
            default:
                new TrainingPhases(state, new TickStatistics(), data).AverageWeights();
                break;
        }
    }

    private Tensor OnImages(TrainingState state, Tensor real, int[]? own, int[]? drawn)
    {
        Tensor ofFake = OfFakes("D", state, drawn), ofReal = state.D.forward(
            Augment(state, real, RandomPurpose.RealAugmentation), Vectors(state, own is null ? null : ToldOfReals("D", own)));
        Observe(state, ofFake, ofReal);
        return Losses.DiscriminatorOnFake(ofFake) + Losses.DiscriminatorOnReal(ofReal);
    }

    // D's verdict on generated images; G has a part in G's step alone.
    private Tensor OfFakes(string step, TrainingState state, int[]? drawn)
    {
        Tensor fake;
        using (step == "G" ? enable_grad() : no_grad())
        {
            fake = Augment(
                state, Images(step, state, Vectors(state, drawn)),
                step == "G" ? RandomPurpose.GeneratorAugmentation : RandomPurpose.FakeAugmentation);
        }
        return state.D.forward(fake, Vectors(state, drawn is null ? null : ToldOfFakes(step, drawn)));
    }

    private static Tensor? Vectors(TrainingState state, int[]? classes) =>
        classes is null ? null : ImageLabels.OneHot(classes, state.Config.Generator.CDim, state.Device);

    private Tensor OnGradient(TrainingState state, Tensor real, int[]? own)
    {
        Tensor x = real.detach().clone().requires_grad_(true);
        Tensor shown = Augment(state, x, RandomPurpose.PenaltyAugmentation);
        Tensor logits = state.D.forward(shown, Vectors(state, own is null ? null : ToldOfReals("R1", own)));
        Observe(state, null, logits);
        double weight = R1Weight(state.Config.Training.R1Gamma, state.Config.Training.R1Interval);
        return Losses.R1(logits, PenaltyOf(x, shown)) * weight + logits.mean() * 0;
    }

    private void Observe(TrainingState state, Tensor? ofFake, Tensor ofReal)
    {
        if (Signs(ofFake, ofReal) is { } counted)
            state.Augmentation.Controller.Observe(counted);
    }

    private Tensor Images(string step, TrainingState state, Tensor? label)
    {
        (RandomPurpose purpose, long iteration) = Latents(step, state.Iteration);
        Tensor z = CounterRandom.Normal(CounterRandom.Seed(state.Config.Training.Seed, purpose, iteration), state.Device,
            state.Config.Training.Batch, state.Config.Generator.ZDim);
        return state.G.Synthesize(state.G.Map(z, label, updateAverages: Moves(step)), Moves(step));
    }

    private static void Minimise(AdamOptimiser optimiser, Tensor loss)
    {
        Parameter[] parameters = [.. optimiser.Parameters];
        optimiser.Step([.. autograd.grad([loss], [.. parameters])]);
    }
}
