using Sg3x.Augmentation;
using Sg3x.Data;
using Sg3x.Spec.Augmentation;
using Sg3x.Spec.Training;
using Sg3x.Training;
using TorchSharp.Modules;
using static TorchSharp.torch;
using Losses = Sg3x.Training.Losses;
using SpecAdam = Sg3x.Spec.Training.Adam;

namespace Sg3x.Oracle.Checks;

/// <summary>
/// Training by the spec's order of an iteration, its Adam, averages, weight of R1, augmented images and what moves their p, over
/// production's networks and gradients, which other checks hold to the spec.
/// </summary>
/// <param name="state">Networks to train, at their start; the optimisers in it are not used.</param>
/// <param name="data">The classes of the data's images; null where the networks have none.</param>
internal sealed class DefinedTraining(TrainingState state, ImageLabels? data = null)
{
    // The share of the largest logit within which rounding may turn a sign: as much as a step's movement may be off.
    private const double SignsOfRounding = 0.01;

    private readonly SpecAdam[][] generator = Adams(state.G, AdamOf(state, state.Config.Training.GeneratorLearningRate));
    private readonly SpecAdam[][] discriminator = Adams(state.D, LazyRegularization.Correct(
        AdamOf(state, state.Config.Training.DiscriminatorLearningRate), state.Config.Training.R1Interval));

    /// <summary>p, and the signs since it last moved.</summary>
    public Controller Controller { get; private set; } = ControllerAt(state, state.Config.Augmentation.P);

    /// <summary>Of the real logits from which p moved last, or is to move next, those whose sign could be rounding's.</summary>
    public int Doubtful { get; private set; }

    /// <summary>One iteration on real images, float32 [N, 3, R, R], and their classes.</summary>
    public void Iterate(Tensor real, int[]? classes = null)
    {
        Doubtful = Controller.Count == 0 ? 0 : Doubtful;
        foreach (Phase phase in Iteration.Phases((int)state.Iteration, state.Config.Training.R1Interval))
            Take(phase, real, classes);
        Controller.EndIteration((int)state.Iteration);
        state.Iteration++;
    }

    /// <summary>Goes on from another p, where it has just moved.</summary>
    public void Follow(double p) => Controller = Controller.Count == 0 ? ControllerAt(state, p) : Controller;

    /// <summary>One step of an iteration.</summary>
    public void Take(Phase phase, Tensor real, int[]? classes = null)
    {
        using IDisposable scope = NewDisposeScope();
        Tensor? own = Vectors(classes), label = Drawn(phase);
        switch (phase)
        {
            case Phase.Generator:
                Step(state.G, generator, Losses.Generator(
                    state.D.forward(Augmented(Images(phase, label), RandomPurpose.GeneratorAugmentation), label)));
                break;
            case Phase.Discriminator:
                Tensor fake;
                using (no_grad())
                    fake = Augmented(Images(phase, label), RandomPurpose.FakeAugmentation);
                Tensor verdicts = state.D.forward(Augmented(real, RandomPurpose.RealAugmentation), own);
                Observe(verdicts);
                Step(state.D, discriminator, Losses.DiscriminatorOnFake(state.D.forward(fake, label))
                    + Losses.DiscriminatorOnReal(verdicts));
                break;
            case Phase.R1:
                Tensor x = real.detach().clone().requires_grad_(true);
                Tensor logits = state.D.forward(Augmented(x, RandomPurpose.PenaltyAugmentation), own);
                Observe(logits);
                double weight = Iteration.R1Weight(state.Config.Training.R1Gamma, state.Config.Training.R1Interval);

                // The last bias has no part in a gradient with respect to images: it has one of 0.
                Step(state.D, discriminator, Losses.R1(logits, x) * weight + logits.sum() * 0);
                break;
            default:
                Average();
                break;
        }
    }

    private Tensor? Vectors(int[]? classes)
    {
        double[] OneHot(int number) =>
            [.. Enumerable.Range(0, state.Config.Generator.CDim).Select(k => k == number ? 1.0 : 0)];
        return Bridge.Rows(classes?.Select(OneHot).ToArray(), ScalarType.Float32)?.to(state.Device);
    }

    // Drawn for the phase and the iteration alone; that they are the data's, training.labels knows.
    private Tensor? Drawn(Phase phase)
    {
        RandomPurpose purpose = phase == Phase.Generator ? RandomPurpose.GeneratorLabels : RandomPurpose.DiscriminatorLabels;
        return Vectors(data?.Draw(
            CounterRandom.Seed(state.Config.Training.Seed, purpose, state.Iteration), state.Config.Training.Batch));
    }

    // Latents are normal and of the phase and the iteration alone; which ones is production's to say.
    private Tensor Images(Phase phase, Tensor? label)
    {
        RandomPurpose purpose = phase == Phase.Generator ? RandomPurpose.GeneratorLatents : RandomPurpose.DiscriminatorLatents;
        long seed = CounterRandom.Seed(state.Config.Training.Seed, purpose, state.Iteration);
        Tensor z = CounterRandom.Normal(seed, state.Device, state.Config.Training.Batch, state.Config.Generator.ZDim);
        bool moves = Iteration.MovesAverages(phase);
        return state.G.Synthesize(state.G.Map(z, label, updateAverages: moves), moves);
    }

    // Where there is a gradient it is production's pipeline that has it; its images are not looked at.
    private Tensor Augmented(Tensor images, RandomPurpose purpose)
    {
        long seed = CounterRandom.Seed(state.Config.Training.Seed, purpose, state.Iteration);
        AugmentationDraws draws = AugmentationDraws.FromSeed(seed, images.shape[0], images.device);
        double[][][,] defined = [.. Bridge.Planes(images).Zip(
            SpecDraws.Of(draws), (image, draw) => Pipeline.Apply(image, Kinds.Bgc, Controller.P, draw))];
        Tensor result = Bridge.Tensor(defined, images.dtype).to(images.device);
        if (!images.requires_grad)
            return result;
        using var pipeline = new AugmentationPipeline(AugmentationKinds.Bgc, (int)images.shape[3], images.device);
        Tensor p = Bridge.Tensor([Controller.P], [], ScalarType.Float64).to(images.device);
        Tensor differentiable = pipeline.Apply(images, p, draws);
        return differentiable + (result - differentiable).detach();
    }

    private void Observe(Tensor logits)
    {
        double[] values = Bridge.Values(logits);
        Controller.Observe(values);
        Doubtful += values.Count(value => Math.Abs(value) < SignsOfRounding * values.Max(Math.Abs));
    }

    private void Average()
    {
        using IDisposable quiet = no_grad();
        double β = MovingAverage.GeneratorBeta(state.Config.Training.Batch, state.Images);
        HashSet<string> weights = [.. state.G.named_parameters().Select(p => p.name)];
        Dictionary<string, Tensor> source = state.G.state_dict();
        foreach ((string name, Tensor average) in state.Average.state_dict())
        {
            double keep = weights.Contains(name) ? β : 0;
            double[] mean = [.. Bridge.Values(average).Zip(Bridge.Values(source[name]), (a, x) => MovingAverage.Step(a, x,
                keep))];
            average.copy_(Bridge.Tensor(mean, average.shape, ScalarType.Float32));
        }
    }

    private static void Step(nn.Module network, SpecAdam[][] adams, Tensor loss)
    {
        Parameter[] parameters = [.. network.parameters()];
        IList<Tensor> gradients = autograd.grad([loss], [.. parameters]);
        Ops.CustomBackward.ThrowIfFailed();
        using IDisposable quiet = no_grad();
        foreach ((Parameter θ, Tensor gradient, SpecAdam[] adam) in parameters.Zip(gradients, adams))
        {
            double[] values = Bridge.Values(θ), g = Bridge.Values(gradient);
            θ.copy_(Bridge.Tensor([.. values.Select((value, i) => adam[i].Step(value, g[i]))], θ.shape, ScalarType.Float32));
        }
    }

    private static Controller ControllerAt(TrainingState state, double p) => new(
        state.Config.Training.Batch, state.Config.Augmentation.Target, state.Config.Augmentation.Kimg,
        state.Config.Augmentation.Interval, p);

    private static AdamConstants AdamOf(TrainingState state, double rate) => new(
        rate, state.Config.Training.AdamBeta1, state.Config.Training.AdamBeta2, state.Config.Training.AdamEpsilon);

    private static SpecAdam[][] Adams(nn.Module network, AdamConstants constants) => [.. network.parameters().Select(
        p => Enumerable.Range(0, (int)p.numel()).Select(_ => new SpecAdam(constants)).ToArray())];
}
