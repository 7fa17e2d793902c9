using Sg3x.Spec.Training;
using Sg3x.Training;
using TorchSharp.Modules;
using static TorchSharp.torch;
using Losses = Sg3x.Training.Losses;
using SpecAdam = Sg3x.Spec.Training.Adam;

namespace Sg3x.Oracle.Checks;

/// <summary>
/// Training by the spec's order of an iteration, its Adam, averages and weight of R1, over production's networks and their
/// gradients, which other checks hold to the spec.
/// </summary>
/// <param name="state">Networks to train, at their start; the optimisers in it are not used.</param>
internal sealed class DefinedTraining(TrainingState state)
{
    private readonly SpecAdam[][] generator = Adams(state.G, AdamOf(state, state.Config.Training.GeneratorLearningRate));
    private readonly SpecAdam[][] discriminator = Adams(state.D, LazyRegularization.Correct(
        AdamOf(state, state.Config.Training.DiscriminatorLearningRate), state.Config.Training.R1Interval));

    /// <summary>One iteration on real images, float32 [N, 3, R, R].</summary>
    public void Iterate(Tensor real)
    {
        foreach (Phase phase in Iteration.Phases((int)state.Iteration, state.Config.Training.R1Interval))
            Take(phase, real);
        state.Iteration++;
    }

    /// <summary>One step of an iteration.</summary>
    public void Take(Phase phase, Tensor real)
    {
        using IDisposable scope = NewDisposeScope();
        switch (phase)
        {
            case Phase.Generator:
                Step(state.G, generator, Losses.Generator(state.D.forward(Images(phase))));
                break;
            case Phase.Discriminator:
                Tensor fake;
                using (no_grad())
                    fake = Images(phase);
                Step(state.D, discriminator, Losses.DiscriminatorOnFake(state.D.forward(fake))
                    + Losses.DiscriminatorOnReal(state.D.forward(real)));
                break;
            case Phase.R1:
                Tensor x = real.detach().clone().requires_grad_(true), logits = state.D.forward(x);
                double weight = Iteration.R1Weight(state.Config.Training.R1Gamma, state.Config.Training.R1Interval);

                // The last bias has no part in a gradient with respect to images: it has one of 0.
                Step(state.D, discriminator, Losses.R1(logits, x) * weight + logits.sum() * 0);
                break;
            default:
                Average();
                break;
        }
    }

    // Latents are normal and of the phase and the iteration alone; which ones is production's to say.
    private Tensor Images(Phase phase)
    {
        RandomPurpose purpose = phase == Phase.Generator ? RandomPurpose.GeneratorLatents : RandomPurpose.DiscriminatorLatents;
        long seed = CounterRandom.Seed(state.Config.Training.Seed, purpose, state.Iteration);
        Tensor z = CounterRandom.Normal(seed, state.Device, state.Config.Training.Batch, state.Config.Generator.ZDim);
        bool moves = Iteration.MovesAverages(phase);
        return state.G.Synthesize(state.G.Map(z, updateAverages: moves), moves);
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

    private static AdamConstants AdamOf(TrainingState state, double rate) => new(
        rate, state.Config.Training.AdamBeta1, state.Config.Training.AdamBeta2, state.Config.Training.AdamEpsilon);

    private static SpecAdam[][] Adams(nn.Module network, AdamConstants constants) => [.. network.parameters().Select(
        p => Enumerable.Range(0, (int)p.numel()).Select(_ => new SpecAdam(constants)).ToArray())];
}
