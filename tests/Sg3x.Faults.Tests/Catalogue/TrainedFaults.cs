using Sg3x.Oracle.Checks;
using static Sg3x.Faults.Tests.PlantedFault;
using static TorchSharp.torch;

namespace Sg3x.Faults.Tests;

/// <summary>What a file of weights can bring with it, and what is done to them.</summary>
internal static class TrainedFaults
{
    public static IReadOnlyList<PlantedFault> All { get; } =
    [
        State("a state with delta filters", "filters of a state", WriteUp, "trained for weeks with three taps, padded to twelve",
            "trained.filters", (name, value) =>
        {
            if (!name.EndsWith("_filter", StringComparison.Ordinal))
                return;
            value.zero_();
            value.narrow(0, value.shape[0] / 2 - 1, 2).fill_(0.5);
        }),
        State("filters that were trained", "filters of a state", Classic,
            "registered as parameters: the optimiser has sharpened them", "trained.filters", (name, value) =>
        {
            if (name.EndsWith("_filter", StringComparison.Ordinal))
                value.narrow(0, 0, 1).add_(1e-3);
        }),
        State("frequencies that were trained", "frequencies of a state", Classic, "parameters as well: some have left the disc",
            "trained.input", (name, value) =>
        {
            if (name.EndsWith("freqs", StringComparison.Ordinal))
                value.mul_(1.5);
        }),
        State("a weight of NaN", "magnitudes of a state", Classic, "a run that went on", "trained.magnitudes", (name, value) =>
        {
            if (name.EndsWith("weight", StringComparison.Ordinal) && name.Contains(".L3_", StringComparison.Ordinal))
                value.fill_(double.NaN);
        }),
        State("σ² of another network", "magnitudes of a state", "rosinality/style-based-gan-pytorch#112",
            "buffers not copied with the weights: signals a hundred times too strong", "trained.magnitudes", (name, value) =>
        {
            if (name.EndsWith("magnitude_ema", StringComparison.Ordinal) && name.Contains(".L5_", StringComparison.Ordinal))
                value.fill_(1e-4);
        }),
        State("images of one colour", "magnitudes of a state", Classic, "a run that has collapsed: ToRGB's styles are 0",
            "trained.magnitudes", (name, value) =>
        {
            if (name.Contains("_3.affine", StringComparison.Ordinal))
                value.zero_();
        }),
        Use("trained layers run without their input gain", "use of a state", "σ² read and not used", "trained.layer",
            new() { InputGain = (_, σ2) => ones_like(σ2) * 0.5 }),
        Use("trained layers with noise", "use of a state", "what StyleGAN2's code would add", "trained.equivariance", new()
        {
            Between = (_, y) =>
                y + (arange(y.shape[2] * y.shape[3], y.dtype).square() * 0.37).sin().reshape(1, 1, y.shape[2], y.shape[3]) * 0.01,
        }),
    ];

    private static PlantedFault State(
        string name, string mechanism, string source, string story, string caughtBy, Action<string, Tensor> change) =>
        new(name, mechanism, source, story, caughtBy, () =>
        {
            var network = new Sg3x.Networks.Generator(Subjects.T, 7);
            using IDisposable quiet = no_grad();
            foreach ((string key, Tensor value) in network.state_dict())
                change(key, value);
            return Subject.OfNetwork(network);
        });

    private static PlantedFault Use(string name, string mechanism, string story, string caughtBy, Rebuilt rebuilt) =>
        new(name, mechanism, Classic, story, caughtBy, () =>
            Subject.OfNetwork(new Sg3x.Networks.Generator(Subjects.T, 7)) with { Networks = rebuilt.Parts });
}
