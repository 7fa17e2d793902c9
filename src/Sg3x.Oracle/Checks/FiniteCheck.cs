using Sg3x.Training;
using static TorchSharp.torch;

namespace Sg3x.Oracle.Checks;

/// <summary>Losses and gradients that are not finite, found some iterations after the step that made them.</summary>
internal sealed class FiniteCheck : ICheck
{
    // p would move at the end of the iteration that goes wrong.
    private const int Wrong = TinyTraining.Interval - 1;

    private static readonly string[] Steps = ["G", "D", "R1", "EMA", "p"];

    public string Id => "training.finite";

    public string Equation =>
        "a loss or gradient of NaN stops the run: the first is named, and the state is the one from before its step";

    public string ToleranceBasis => "equal";

    public IEnumerable<Finding> Run(Subject subject)
    {
        foreach (string phase in Steps[..3])
        {
            using IDisposable scope = NewDisposeScope();
            using TrainingState measured = TinyTraining.State(subject), before = TinyTraining.State(subject);
            Tensor real = subject.Tensor(
                new Draw(subject.Seed).Batch(TinyTraining.Batch, 3, 16, 16), ScalarType.Float32);
            for (int i = 0; i < Wrong; i++)
            {
                Iterate(subject, measured, real, Steps);
                Iterate(subject, before, real, Steps);
            }
            string[] earlier = [.. Steps.TakeWhile(step => step != phase)];
            foreach (string step in earlier)
                subject.Training.Step(step, before, real);

            // Once more in the next iteration, and then no more.
            Iterate(subject, measured, real, Steps, phase);
            Iterate(subject, measured, real, Steps, "R1");
            Iterate(subject, measured, real, Steps);
            string found = "nothing";
            try
            {
                subject.Training.Demand(measured);
            }
            catch (TrainingStoppedException e)
            {
                found = $"iteration {e.Iteration}, {e.Phase}";
            }
            yield return Differences.Equal($"what is found of a NaN in {phase}", $"iteration {Wrong}, {phase}", found,
                found == "nothing" ? "training goes on from weights that are ruined, and nobody looks for weeks"
                    : "what is not finite makes the next thing so: the first of them is the cause");
            yield return Differences.Equal($"{phase}: iterations and steps",
                $"{Wrong}, {before.OptimiserG.Steps}, {before.OptimiserD.Steps}",
                $"{measured.Iteration}, {measured.OptimiserG.Steps}, {measured.OptimiserD.Steps}",
                "the counters are those of the step that was not made");
            string? changed = Tensors(measured).Zip(Tensors(before))
                .FirstOrDefault(t => !Bridge.Values(t.First.Tensor).AsSpan().SequenceEqual(Bridge.Values(t.Second.Tensor)))
                .First.Name;
            yield return Differences.Equal($"{phase}: what the NaN and all after it changed", "nothing", changed ?? "nothing",
                "from the first value that is not finite on every update is withheld");
        }
    }

    // A phase goes wrong by what is not its own: G by D's weights, whose values are put back, the others by the images.
    private static void Iterate(Subject subject, TrainingState state, Tensor real, string[] steps, string? wrong = null)
    {
        foreach (string step in steps)
        {
            bool throughD = step == wrong && step == "G";
            Tensor weight = state.D.named_parameters().First(p => p.name == "b4.out.weight").parameter;
            using Tensor kept = weight.detach().clone();
            using IDisposable noGradient = no_grad();
            if (throughD)
                weight.fill_(double.NaN);
            using (enable_grad())
                subject.Training.Step(step, state, step == wrong && !throughD ? real * double.NaN : real);
            if (throughD)
                weight.copy_(kept);
        }
        state.Iteration++;
    }

    private static IEnumerable<(string Name, Tensor Tensor)> Tensors(TrainingState state) =>
    [
        .. new (string Name, nn.Module Network)[] { ("G", state.G), ("D", state.D), ("G_ema", state.Average) }
            .SelectMany(n => n.Network.state_dict().Select(t => ($"{n.Name}.{t.Key}", t.Value))),
        .. state.OptimiserG.State.Select(t => ($"Adam of G: {t.Name}", t.Tensor)),
        .. state.OptimiserD.State.Select(t => ($"Adam of D: {t.Name}", t.Tensor)),
        .. state.Augmentation.Controller.State,
    ];
}
