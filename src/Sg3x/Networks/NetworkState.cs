using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Sg3x.Networks;

/// <summary>Parameters and buffers: drawn, made and loaded.</summary>
public static class NetworkState
{
    /// <summary>
    /// Copies a state into a network. Names and shapes must be exactly the network's; nothing is copied unless all of them are.
    /// </summary>
    /// <param name="network">The network.</param>
    /// <param name="state">Tensors by the official release's names, of any floating dtype and device.</param>
    /// <param name="source">What the state was read from, for messages.</param>
    /// <exception cref="UserException">A name is missing or unknown, or a shape differs.</exception>
    public static void Load(nn.Module network, IReadOnlyDictionary<string, Tensor> state, string source)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(state);
        using DisposeScope scope = NewDisposeScope();
        Dictionary<string, Tensor> own = network.state_dict();
        foreach ((string name, Tensor target) in own)
        {
            if (!state.TryGetValue(name, out Tensor? value))
                throw UserException.Mismatch($"{source}: {name}", Describe(target), "no such tensor");
            if (!value.shape.AsSpan().SequenceEqual(target.shape))
                throw UserException.Mismatch($"{source}: {name}", Describe(target), Describe(value));
        }
        if (state.Keys.FirstOrDefault(name => !own.ContainsKey(name)) is { } unknown)
            throw UserException.Mismatch(
                $"{source}: {unknown}", "only tensors of this network", "a tensor that it does not have");
        using IDisposable quiet = no_grad();
        foreach ((string name, Tensor target) in own)
            target.copy_(state[name]);
    }

    // A network outlives whatever scope it is made in.
    internal static Parameter Parameter(Tensor value)
    {
        var parameter = new Parameter(value, requires_grad: true);
        parameter.DetachFromDisposeScope();
        return parameter;
    }

    internal static Tensor Buffer(Tensor value) => value.DetachFromDisposeScope();

    internal static Tensor Buffer(Schedule.Filter filter) => Buffer(tensor(filter.ToSingle()).reshape(filter.Shape));

    internal static Tensor Normal(torch.Generator generator, params long[] shape) =>
        randn(shape, ScalarType.Float32, generator: generator);

    /// <summary>Normalises each row to unit second moment: x / √(mean x² + 1e−8).</summary>
    internal static Tensor Normalised(Tensor x) => x * (x.square().mean([1], true) + 1e-8).rsqrt();

    /// <summary>Checks labels: [N, CDim] for a conditional network, none for any other.</summary>
    internal static void CheckLabels(Tensor? labels, long batch, int cDim)
    {
        if (cDim > 0 && labels is not null)
            CheckShape(nameof(labels), labels, batch, cDim);
        else if (cDim > 0 || labels is not null)
        {
            string wanted = cDim > 0 ? $"[{batch}, {cDim}]" : "none, since the network has no classes";
            throw new ArgumentException(
                $"{nameof(labels)}: expected {wanted}, found {(labels is null ? "none" : Describe(labels))}.", nameof(labels));
        }
    }

    internal static string Describe(Tensor x) => $"[{string.Join(", ", x.shape)}]";

    internal static void CheckShape(string name, Tensor x, params ReadOnlySpan<long?> expected)
    {
        ArgumentNullException.ThrowIfNull(x, name);
        long[] shape = x.shape;
        bool fits = shape.Length == expected.Length;
        for (int i = 0; fits && i < shape.Length; i++)
            fits = expected[i] is null || expected[i] == shape[i];
        if (!fits)
        {
            string wanted = string.Join(
                ", ",
                expected.ToArray().Select(size => size?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "any"));
            throw new ArgumentException($"{name}: expected [{wanted}], found {Describe(x)}.", name);
        }
    }
}
