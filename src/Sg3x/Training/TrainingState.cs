using Sg3x.Augmentation;
using Sg3x.Configuration;
using Sg3x.Data;
using Sg3x.Networks;
using static TorchSharp.torch;

namespace Sg3x.Training;

/// <summary>
/// Everything that changes while a run trains: the weights of G, D and G_ema, both optimisers, the probability of augmentation
/// and the number of iterations.
/// Together with the configuration it determines the rest of the run.
/// </summary>
public sealed class TrainingState : IDisposable
{
    /// <summary>The state before the first iteration.</summary>
    /// <param name="config">A valid configuration.</param>
    /// <param name="device">Device that holds it.</param>
    public TrainingState(RunConfig config, Device device)
    {
        (Config, Device) = (config, device);
        long seed = config.Training.Seed;
        long weights = CounterRandom.Seed(seed, RandomPurpose.GeneratorWeights);
        G = new Networks.Generator(config.Generator, weights, device);
        Average = new Networks.Generator(config.Generator, weights, device);
        D = new Discriminator(config.Discriminator, CounterRandom.Seed(seed, RandomPurpose.DiscriminatorWeights), device);
        G.Synthesis.MagnitudeBeta = Math.Pow(0.5, config.Training.Batch / (config.Training.MagnitudeHalfLifeKimg * 1000));
        Average.eval();
        Augmentation = new RunAugmentation(config, device);
        Finite = new FiniteRecord(device);

        TrainingConfig t = config.Training;
        G.Synthesis.Rematerialised = t.Rematerialise;
        (G.Synthesis.ComputeType, D.ComputeType) = (t.ComputeType(), t.ComputeType());

        OptimiserG = new AdamOptimiser(
            G.named_parameters(), new AdamSettings(t.GeneratorLearningRate, t.AdamBeta1, t.AdamBeta2, t.AdamEpsilon));
        OptimiserD = new AdamOptimiser(
            D.named_parameters(),
            new AdamSettings(t.DiscriminatorLearningRate, t.AdamBeta1, t.AdamBeta2, t.AdamEpsilon)
                .ForLazyRegularisation(t.R1Interval));
    }

    /// <summary>The run's configuration.</summary>
    public RunConfig Config { get; }

    /// <summary>The images that it is trained on; null where that is not known.</summary>
    public DatasetIdentity? Data { get; set; }

    /// <summary>Device that holds the networks.</summary>
    public Device Device { get; }

    /// <summary>The generator that is trained.</summary>
    public Networks.Generator G { get; }

    /// <summary>The discriminator.</summary>
    public Discriminator D { get; }

    /// <summary>G_ema, the moving average of <see cref="G"/>.</summary>
    public Networks.Generator Average { get; }

    /// <summary>The augmentation of what D sees, with its probability.</summary>
    public RunAugmentation Augmentation { get; }

    /// <summary>Adam of G.</summary>
    public AdamOptimiser OptimiserG { get; }

    /// <summary>Adam of D, corrected for lazy regularisation; R1 steps share its state.</summary>
    public AdamOptimiser OptimiserD { get; }

    /// <summary>Whether all losses and gradients have been finite. It is no part of what is saved.</summary>
    public FiniteRecord Finite { get; }

    /// <summary>Iterations done.</summary>
    public long Iteration { get; set; }

    /// <summary>An iteration has begun to change the state and has not ended: one network may have stepped and the other not. It
    /// stays so where an exception ended the iteration.</summary>
    internal bool IsWithinIteration { get; set; }

    /// <summary>Real images shown to D so far, each iteration's batch counted once.</summary>
    public long Images => Iteration * Config.Training.Batch;

    /// <summary>Thousands of real images shown to D so far.</summary>
    public double Kimg => Images / 1000.0;

    /// <summary>
    /// Reads whether every loss and gradient has been finite, which waits for the device. To be called before anything of the
    /// state is saved or shown: where one was not, the device has withheld every update since, and here the host's counters go
    /// back to that step. So the state is the one from before it.
    /// </summary>
    /// <exception cref="TrainingStoppedException">One was not: the message names iteration, phase and tensor.</exception>
    public void DemandFinite()
    {
        if (Finite.Read() is not { } found)
        {
            return;
        }

        (Iteration, OptimiserG.Steps, OptimiserD.Steps) = (found.Step.Iteration, found.Step.StepsOfG, found.Step.StepsOfD);
        throw new TrainingStoppedException(found.Step.Iteration, found.Step.Phase, found.Tensor, found.Value);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Finite.Dispose();
        OptimiserG.Dispose();
        OptimiserD.Dispose();
        G.Dispose();
        D.Dispose();
        Average.Dispose();
        Augmentation.Dispose();
    }
}
