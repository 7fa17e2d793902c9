using Sg3x.Configuration;
using Sg3x.Data;
using Sg3x.Training;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Sg3x.Oracle.Checks;

/// <summary>The values of one parameter after each of some steps of an optimiser, from a start, the steps' gradients and the
/// device that holds them.</summary>
public delegate double[] OptimiserPath(AdamSettings settings, double start, double[] gradients, Device device);

/// <summary>β of G_ema, with the arguments of <see cref="WeightAverage.Beta"/>.</summary>
public delegate double AverageBeta(int batch, double halfLifeImages, double? rampup, long imagesBefore);

/// <summary>The parts of the training step that can be replaced.</summary>
public sealed record TrainingParts
{
    /// <summary>Adam.</summary>
    public required OptimiserPath Optimiser { get; init; }

    /// <summary>The correction for a regulariser taken every k-th iteration.</summary>
    public required Func<AdamSettings, int, AdamSettings> Lazy { get; init; }

    /// <summary>β of G_ema.</summary>
    public required AverageBeta Beta { get; init; }

    /// <summary>Average ← β·average + (1 − β)·source; buffers are copied.</summary>
    public required Action<nn.Module, nn.Module, double> Average { get; init; }

    /// <summary>A step of an iteration on real images: of "G", "D" or "R1", the moving average's ("EMA") or the augmentation's
    /// ("p").</summary>
    public required Action<string, TrainingState, Tensor> Step { get; init; }

    /// <summary>Asks whether every loss and gradient of the steps so far was finite.</summary>
    public Action<TrainingState> Demand { get; init; } = state => state.DemandFinite();

    /// <summary>Trains a state on batches of real images until its configuration's images are shown; the action follows each
    /// iteration.</summary>
    public required Action<TrainingState, ImageBatches, Action> Loop { get; init; }

    /// <summary>The labels of generated images: the data's, a seed, how many.</summary>
    public Func<ImageLabels, long, int, int[]> Labels { get; init; } = (labels, seed, count) => labels.Draw(seed, count);

    /// <summary>What is trained with where nothing else is said.</summary>
    public required TrainingConfig Defaults { get; init; }

    /// <summary>G's loss of logits [N, 1].</summary>
    public required Func<Tensor, Tensor> GeneratorLoss { get; init; }

    /// <summary>D's loss of generated and of real images' logits.</summary>
    public required Func<Tensor, Tensor, Tensor> DiscriminatorLoss { get; init; }

    /// <summary>E‖∇ₓ D(x)‖² of logits and images.</summary>
    public required Func<Tensor, Tensor, Tensor> R1 { get; init; }

    /// <summary>σ of config R's blur after some images: σ₀, fade, images.</summary>
    public required Func<double, double, long, double> BlurSigma { get; init; }

    /// <summary>The blur of images [N, C, H, W] by σ.</summary>
    public required Func<Tensor, double, Tensor> Blur { get; init; }

    /// <summary>Production as it is.</summary>
    public static TrainingParts Production { get; } = new()
    {
        Optimiser = Path,
        Lazy = (settings, interval) => settings.ForLazyRegularisation(interval),
        Beta = WeightAverage.Beta,
        Average = WeightAverage.Update,
        Step = TakeStep,
        Loop = Train,
        Defaults = new TrainingConfig(),
        GeneratorLoss = Losses.Generator,
        DiscriminatorLoss = (fake, real) => Losses.DiscriminatorOnFake(fake) + Losses.DiscriminatorOnReal(real),
        R1 = Losses.R1,
        BlurSigma = InitialBlur.Sigma,
        Blur = InitialBlur.Apply,
    };

    private static void Train(TrainingState state, ImageBatches reals, Action after)
    {
        using var statistics = new TickStatistics();
        TrainingLoop.Run(state, new TrainingPhases(state, statistics, reals.Labels), reals, after, CancellationToken.None);
    }

    private static void TakeStep(string phase, TrainingState state, Tensor real)
    {
        using var statistics = new TickStatistics();
        var phases = new TrainingPhases(state, statistics);
        switch (phase)
        {
            case "G":
                phases.GeneratorStep();
                break;
            case "D":
                phases.DiscriminatorStep(real);
                break;
            case "R1":
                phases.R1Step(real);
                break;
            case "EMA":
                phases.AverageWeights();
                break;
            case "p":
                phases.AdaptAugmentation();
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(phase), phase, "Expected G, D, R1, EMA or p.");
        }
    }

    private static double[] Path(AdamSettings settings, double start, double[] gradients, Device device)
    {
        using IDisposable scope = NewDisposeScope();
        var parameter = new Parameter(Bridge.Tensor([start], [1], ScalarType.Float64).to(device));
        using var adam = new AdamOptimiser([("x", parameter)], settings);
        return [.. gradients.Select(g =>
        {
            adam.Step([Bridge.Tensor([g], [1], ScalarType.Float64).to(device)]);
            return Bridge.Values(parameter)[0];
        })];
    }
}
