using System.Diagnostics.CodeAnalysis;
using Sg3x.Configuration;
using Sg3x.Data;
using Sg3x.Ops;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Sg3x.Training;

/// <summary>
/// The steps of an iteration. Each goes through its batch in parts that fit the device and accumulates the gradient of the mean
/// over the whole batch; the minibatch deviation takes its groups within a part. Nothing waits for the device: a loss or gradient
/// that is not finite is noted there, and every update from then on withheld; <see cref="TrainingState.DemandFinite"/> asks.
/// </summary>
public sealed class TrainingPhases
{
    private readonly TrainingState _state;
    private readonly TickStatistics _statistics;
    private readonly ImageLabels? _labels;

    /// <summary>The steps on one state.</summary>
    /// <param name="state">What they change.</param>
    /// <param name="statistics">Where they count losses and verdicts.</param>
    /// <param name="labels">What labels of generated images are drawn from: the classes of the real ones. Needed where the
    /// networks have classes.</param>
    /// <exception cref="ArgumentException">There are not as many classes as the networks have.</exception>
    public TrainingPhases(TrainingState state, TickStatistics statistics, ImageLabels? labels = null)
    {
        (_state, _statistics) = (state, statistics);
        int classes = state.Config.Generator.CDim;
        if (classes > 0 && labels?.Classes != classes)
        {
            throw new ArgumentException($"Expected labels of {classes} classes, found {labels?.Classes ?? 0}.", nameof(labels));
        }

        _labels = classes > 0 ? labels : null;
    }

    private TrainingConfig Config => _state.Config.Training;

    /// <summary>Moves a batch to the device and to the range of the networks.</summary>
    /// <param name="bytes">uint8 [N, 3, R, R].</param>
    /// <returns>float32 [N, 3, R, R], 0…255 ↦ −1…1.</returns>
    public Tensor ToDevice(Tensor bytes) =>
        DeviceTransfer.Send(bytes, _state.Device).to_type(ScalarType.Float32).div(127.5).sub(1);

    /// <summary>Labels as the networks take them.</summary>
    /// <param name="classes">Classes of a batch, N of them.</param>
    /// <returns>float32 [N, CDim], one-hot; null where the networks have no classes.</returns>
    public Tensor? ToLabels(IReadOnlyList<int>? classes) =>
        _labels is null || classes is null ? null : ImageLabels.OneHot(classes, _labels.Classes, _state.Device);

    /// <summary>G: min over G of E[softplus(−D(G(z)))], or of D(G(z, c), c) with classes.</summary>
    public void GeneratorStep()
    {
        Tensor z = Latents(RandomPurpose.GeneratorLatents);
        Tensor? c = Labels(RandomPurpose.GeneratorLabels);
        Minimise("G", _state.OptimiserG, part =>
        {
            Tensor? label = part.Of(c);
            Tensor logits = Judge(_state.G.forward(part.Of(z), label), label, RandomPurpose.GeneratorAugmentation, part);
            return new([new(Losses.Generator(logits), Statistic.GeneratorLoss)]);
        });
    }

    /// <summary>D: min over D of E[softplus(D(G(z)))] + E[softplus(−D(x))], or of D(G(z, c), c) and D(x, c) with classes. Here
    /// alone, once an iteration, the generator's moving averages (σ² of each layer's input, mean of w) are updated.</summary>
    /// <remarks>With gradient accumulation they are moved once, by the first part of the batch: β is that of a whole batch, and parts
    /// of different σ² would each see another network.</remarks>
    /// <param name="real">x, float32 [N, 3, R, R] in [−1, 1].</param>
    /// <param name="labels">c of the real images, [N, CDim]; null of networks without classes.</param>
    public void DiscriminatorStep(Tensor real, Tensor? labels = null)
    {
        Tensor z = Latents(RandomPurpose.DiscriminatorLatents);
        Tensor? c = Labels(RandomPurpose.DiscriminatorLabels);
        using IDisposable scope = NewDisposeScope();
        Tensor[] averages = [.. _state.G.named_buffers().Where(b => IsAverage(b.name)).Select(b => b.buffer)];
        Tensor before = Joined();
        Minimise("D", _state.OptimiserD, part =>
        {
            Tensor? label = part.Of(c);
            Tensor fakes = GenerateForDiscriminator(part.Of(z), label, updateAverages: part.IsFirst);
            Tensor fakeLogits = Judge(fakes, label, RandomPurpose.FakeAugmentation, part);
            Tensor realLogits = Judge(part.Of(real), part.Of(labels), RandomPurpose.RealAugmentation, part);
            return new(
                [
                    new(Losses.DiscriminatorOnFake(fakeLogits), Statistic.DiscriminatorLossFake),
                    new(Losses.DiscriminatorOnReal(realLogits), Statistic.DiscriminatorLossReal),
                    new(realLogits.detach().sign().mean(), Statistic.RealSign, Weight: 0),
                ],
                realLogits);
        });

        // They have moved before anything was known of the images that moved them.
        using IDisposable noGradient = no_grad();
        Tensor[] kept = where(_state.Finite.Withheld, before, Joined()).split([.. averages.Select(a => a.numel())]);
        foreach ((Tensor average, Tensor value) in averages.Zip(kept))
        {
            average.copy_(value.view(average.shape));
        }

        Tensor Joined() => cat([.. averages.Select(a => a.reshape(-1))]);
    }

    /// <summary>R1: a step on k·γ/2·E‖∇ₓ D(x)‖², k the interval at which it is made.</summary>
    /// <param name="real">x, float32 [N, 3, R, R] in [−1, 1].</param>
    /// <param name="labels">c of the images, [N, CDim]; null of networks without classes.</param>
    public void R1Step(Tensor real, Tensor? labels = null)
    {
        double weight = Config.R1Interval * Config.R1Gamma / 2;
        Minimise("R1", _state.OptimiserD, part =>
        {
            Tensor x = part.Of(real).detach().requires_grad_(true);
            Tensor logits = Judge(x, part.Of(labels), RandomPurpose.PenaltyAugmentation, part);
            return new(
                [
                    new(Losses.R1(logits, x), Statistic.R1Penalty, weight),

                    // No penalty depends on the last bias: with weight 0 it has a gradient all the same, and Adam a step for it.
                    new(logits.mean(), Statistic.None, Weight: 0),
                    new(logits.detach().sign().mean(), Statistic.RealSign, Weight: 0),
                ],
                logits);
        });
    }

    /// <summary>Moves the probability of augmentation where it is time, by r_t.</summary>
    public void AdaptAugmentation() => _state.Augmentation.Controller.EndIteration(_state.Iteration, _state.Finite.Withheld);

    /// <summary>G_ema ← β·G_ema + (1 − β)·G.</summary>
    public void AverageWeights() => WeightAverage.Update(
        _state.Average,
        _state.G,
        WeightAverage.Beta(Config.Batch, _state.Config.EmaHalfLifeImages, Config.EmaRampup, _state.Images),
        _state.Finite.Withheld);

    /// <summary>D's verdict on images as it sees them: blurred at the start of config R's training, then augmented.</summary>
    private Tensor Judge(Tensor images, Tensor? labels, RandomPurpose augmentation, BatchPart part)
    {
        double sigma = InitialBlur.Sigma(Config.BlurSigma, _state.Config.BlurFadeImages, _state.Images);
        Tensor blurred = InitialBlur.Apply(images, sigma);
        long start = (long)part.Index * part.Size;
        return _state.D.forward(_state.Augmentation.Apply(blurred, augmentation, _state.Iteration, start), labels);
    }

    private static bool IsAverage(string buffer) =>
        buffer.EndsWith("magnitude_ema", StringComparison.Ordinal) || buffer.EndsWith("w_avg", StringComparison.Ordinal);

    private Tensor GenerateForDiscriminator(Tensor z, Tensor? labels, bool updateAverages)
    {
        using IDisposable noGradient = no_grad();
        Tensor ws = _state.G.Map(z, labels, updateAverages: updateAverages);
        return _state.G.Synthesize(ws, updateAverages);
    }

    private Tensor Latents(RandomPurpose purpose) => CounterRandom.Normal(
        CounterRandom.Seed(Config.Seed, purpose, _state.Iteration), _state.Device, Config.Batch, _state.Config.Generator.ZDim);

    private Tensor? Labels(RandomPurpose purpose) =>
        ToLabels(_labels?.Draw(CounterRandom.Seed(Config.Seed, purpose, _state.Iteration), Config.Batch));

    /// <summary>One optimiser step on the weighted sum of the terms that <paramref name="loss"/> gives for each part.</summary>
    private void Minimise(string phase, AdamOptimiser optimiser, Func<BatchPart, PartLoss> loss)
    {
        using IDisposable scope = NewDisposeScope();
        Parameter[] parameters = [.. optimiser.Parameters];
        Tensor? gradient = null;
        List<Tensor> values = [], realLogits = [];
        Statistic[] kinds = [];
        int parts = Config.Batch / _state.Config.BatchDevice;
        for (int i = 0; i < parts; i++)
        {
            using DisposeScope partScope = NewDisposeScope();
            (Term[] terms, Tensor? ofReals) = loss(new BatchPart(i, _state.Config.BatchDevice));
            kinds = [.. terms.Select(t => t.Kind)];
            Tensor total = terms.Where(t => t.Value.requires_grad)
                .Select(t => t.Value * (t.Weight / parts))
                .Aggregate((a, b) => a + b);
            IList<Tensor> ofPart = autograd.grad([total], parameters);
            CustomBackward.ThrowIfFailed();
            values.Add(partScope.MoveToOuter(stack([.. terms.Select(t => t.Value.detach())])));
            if (ofReals is not null)
            {
                realLogits.Add(partScope.MoveToOuter(ofReals.detach()));
            }

            Tensor flat = optimiser.Layout.Flatten(ofPart);
            gradient = gradient is null ? partScope.MoveToOuter(flat) : gradient.add_(flat);
        }

        Tensor means = stack(values).mean([0]), withheld = _state.Finite.Withheld;
        _state.Finite.Look(
            new(phase, _state.Iteration, _state.OptimiserG.Steps, _state.OptimiserD.Steps, kinds, optimiser.Layout), means,
            gradient!);
        optimiser.Step(gradient!, withheld);
        _statistics.Add(kinds, means);
        if (realLogits.Count > 0)
        {
            _state.Augmentation.Controller.Observe(cat(realLogits), withheld);
        }
    }

    /// <summary>The loss of a part of the batch.</summary>
    /// <param name="Terms">What is minimised, and counted.</param>
    /// <param name="RealLogits">D's verdicts on real images, for the augmentation; null where there are none.</param>
    private sealed record PartLoss(Term[] Terms, Tensor? RealLogits = null);

    /// <summary>A term of a loss: its mean over a part of the batch, what it is counted as, and its weight in the sum.</summary>
    private sealed record Term(Tensor Value, Statistic Kind, double Weight = 1);

    private readonly record struct BatchPart(int Index, int Size)
    {
        public bool IsFirst => Index == 0;

        [return: NotNullIfNotNull(nameof(batch))]
        public Tensor? Of(Tensor? batch) => batch?.narrow(0, (long)Index * Size, Size);
    }
}
