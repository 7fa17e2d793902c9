using Sg3x.Oracle.Checks;
using static TorchSharp.torch;

namespace Sg3x.Faults.Tests;

/// <summary>
/// The mapping of a generator with classes written out over production's weights, each step replaceable. Unchanged it passes.
/// </summary>
internal sealed record RebuiltClasses
{
    /// <summary>The label, before its embedding.</summary>
    public Func<Tensor, Tensor> Label { get; init; } = c => c;

    /// <summary>e → ê.</summary>
    public Func<Tensor, Tensor> Embedding { get; init; } = Normalised;

    /// <summary>z → ẑ.</summary>
    public Func<Tensor, Tensor> Latent { get; init; } = Normalised;

    /// <summary>ẑ, ê → the first layer's input.</summary>
    public Func<Tensor, Tensor, Tensor> Join { get; init; } = (z, e) => cat([z, e], 1);

    /// <summary>w of the batch, its labels → what enters w_avg.</summary>
    public Func<Tensor, Tensor, Tensor> Mean { get; init; } = (w, _) => w.mean([0]);

    /// <summary>As a part of a subject's networks.</summary>
    public NetworkParts Parts => NetworkParts.Production with { MapClasses = Map };

    private static Tensor Normalised(Tensor x) => x * (x.square().mean([1], true) + 1e-8).rsqrt();

    private Tensor Map(Sg3x.Networks.Generator g, Tensor z, Tensor labels, double ψ, bool update)
    {
        Dictionary<string, Tensor> state = g.Mapping.state_dict();
        Tensor w = Join(Latent(z), Embedding(Linear(Label(labels), "embed", 1)));
        for (int i = 0; state.ContainsKey($"fc{i}.weight"); i++)
            w = (Linear(w, $"fc{i}", 0.01) * Math.Sqrt(2)).leaky_relu(0.2);
        Tensor average = state["w_avg"];
        if (update)
        {
            using IDisposable quiet = no_grad();
            average.mul_(0.998).add_(Mean(w, labels).detach() * 0.002);
        }
        return (average + (w - average) * ψ).unsqueeze(1).expand(-1, g.Schedule.NumWs, -1);

        Tensor Linear(Tensor x, string name, double rate) =>
            x.matmul(state[$"{name}.weight"].t()) * (rate / Math.Sqrt(x.shape[1])) + state[$"{name}.bias"] * rate;
    }
}
