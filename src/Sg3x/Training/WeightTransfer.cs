using Sg3x.Checkpoints;
using Sg3x.Configuration;
using TorchSharp;
using static TorchSharp.torch;

namespace Sg3x.Training;

/// <summary>What a transfer took, by the names of a checkpoint (<c>G.…</c>, <c>G_ema.…</c>, <c>D.…</c>).</summary>
/// <param name="Source">The file.</param>
/// <param name="Matched">Tensors whose values were taken.</param>
/// <param name="Unmatched">Tensors that keep their initial values, each with why.</param>
public sealed record TransferReport(string Source, IReadOnlyList<string> Matched, IReadOnlyDictionary<string, string> Unmatched)
{
    /// <summary>How many tensors of each network were taken, and which were not, in a line.</summary>
    public string Describe()
    {
        string counts = string.Join(", ", WeightTransfer.Networks.Select(
            n => $"{n} {Of(Matched, n)} of {Of(Matched, n) + Of(Unmatched.Keys, n)}"));
        const int Shown = 4;
        string rest = Unmatched.Count == 0 ? "all tensors matched"
            : "not taken: " + string.Join(", ", Unmatched.Take(Shown).Select(u => $"{u.Key} ({u.Value})"))
                + (Unmatched.Count > Shown ? $" and {Unmatched.Count - Shown} more, see log.jsonl" : "");
        return $"{Source}: weights taken ({counts}); {rest}";

        static int Of(IEnumerable<string> names, string network) =>
            names.Count(n => n.StartsWith(network + ".", StringComparison.Ordinal));
    }
}

/// <summary>
/// Transfer learning: a run begins with the weights of another network. Tensors of the same name and shape are taken; optimisers,
/// counters and everything else begin anew.
/// </summary>
public static class WeightTransfer
{
    internal static readonly string[] Networks = ["G", "G_ema", "D"];

    private const string Missing = "no such tensor";

    /// <summary>The configuration of a run that begins with the weights of another: no ramp-up of G_ema, which has no random start
    /// to forget, and an augmentation that adapts in 100 kimg, since D can overfit at once.</summary>
    /// <param name="config">The configuration otherwise.</param>
    /// <param name="source">The file; see <see cref="Into"/>.</param>
    public static RunConfig Configure(RunConfig config, string source) =>
        config with
        {
            Training = config.Training with { Init = Path.GetFullPath(source), EmaRampup = null },
            Augmentation = config.Augmentation with { Kimg = 100 },
        };

    /// <summary>Takes what fits.</summary>
    /// <param name="state">A state before its first iteration.</param>
    /// <param name="path">
    /// A checkpoint: G, G_ema and D each from its own; or a safetensors file with a network under the official release's names:
    /// a generator goes into G and G_ema, a discriminator into D.
    /// </param>
    /// <returns>What was taken.</returns>
    /// <exception cref="UserException">The file is damaged, or nothing in it fits.</exception>
    /// <remarks>Filters and the user's transform follow from the configuration and are never taken. The fixed frequencies of the
    /// Fourier input are taken where they lie within its bandwidth.</remarks>
    public static TransferReport Into(TrainingState state, string path)
    {
        ArgumentNullException.ThrowIfNull(state);
        using IDisposable scope = NewDisposeScope();
        using IDisposable noGradient = no_grad();
        using SafeTensorsFile file = SafeTensors.Read(path);
        file.VerifyChecksum();
        bool isCheckpoint = file.Metadata.ContainsKey(Checkpoint.FormatKey);
        List<string> matched = [];
        Dictionary<string, string> unmatched = [];
        nn.Module[] modules = [state.G, state.Average, state.D];
        double bandwidth = state.G.Schedule.Input.Bandwidth;
        foreach ((string network, nn.Module module) in Networks.Zip(modules))
        {
            bool foreignInput = false;
            // The mappings of G and D have the same names: a generator's is none of D's.
            string part = module is Networks.Generator ? "synthesis." : "b4.";
            bool there = isCheckpoint || file.Entries.Keys.Any(k => k.StartsWith(part, StringComparison.Ordinal));
            string? classes = OtherClasses(file, isCheckpoint ? $"{network}." : "", module);
            foreach ((string key, Tensor target) in module.state_dict().OrderBy(e => e.Key, StringComparer.Ordinal)
                .Where(e => !FollowsFromConfig(e.Key)))
            {
                string name = $"{network}.{key}";
                if ((there ? WhyNot(file, isCheckpoint ? name : key, target) : Missing) is string reason)
                {
                    unmatched[name] = DependsOnClasses(key, reason) ? classes ?? reason : reason;
                    continue;
                }

                using Tensor value = file.Load(isCheckpoint ? name : key);
                if (key == "synthesis.input.freqs")
                {
                    foreignInput = value.square().sum([1]).sqrt().max().ToDouble() > bandwidth * (1 + 1e-5);
                }

                // Frequencies come before the phases by name, and neither means anything without the other.
                if (foreignInput && key is "synthesis.input.freqs" or "synthesis.input.phases")
                {
                    unmatched[name] = "frequencies beyond this network's bandwidth";
                    continue;
                }

                target.copy_(value);
                matched.Add(name);
            }
        }

        if (matched.Count == 0)
        {
            throw UserException.Mismatch(path, "tensors of this run's networks, by name and shape", "none that fits");
        }

        return new TransferReport(path, matched, unmatched);
    }

    private static bool FollowsFromConfig(string key) =>
        key.EndsWith("_filter", StringComparison.Ordinal) || key.EndsWith(".transform", StringComparison.Ordinal);

    /// <summary>Whether other classes alone may be why a tensor is not taken: of the mappings, what only networks with classes
    /// have, and what their embedding goes into.</summary>
    private static bool DependsOnClasses(string key, string reason) =>
        key is "mapping.embed.weight" or "mapping.fc0.weight" || key.StartsWith("b4.out.", StringComparison.Ordinal)
        || (reason == Missing && key.StartsWith("mapping.", StringComparison.Ordinal));

    /// <summary>That the file's network has other classes, in words; null where it has not, or the file has no such
    /// network.</summary>
    private static string? OtherClasses(SafeTensorsFile file, string prefix, nn.Module module)
    {
        const string Embedding = "mapping.embed.weight";
        long here = module.state_dict().TryGetValue(Embedding, out Tensor? own) ? own.shape[1] : 0;
        long there = file.Entries.GetValueOrDefault(prefix + Embedding) is { Shape: [_, var classes] } ? classes : 0;
        string last = module is Networks.Generator ? "mapping.fc0.weight" : "b4.out.weight";
        return here == there || !file.Entries.ContainsKey(prefix + last) ? null : $"{Words(here)} here, {Words(there)} there";

        static string Words(long classes) => classes == 0 ? "no classes" : $"{classes} class{(classes == 1 ? "" : "es")}";
    }

    private static string? WhyNot(SafeTensorsFile file, string key, Tensor target)
    {
        if (!file.Entries.TryGetValue(key, out TensorEntry? entry))
        {
            return Missing;
        }

        return !entry.Shape.SequenceEqual(target.shape)
            ? $"[{string.Join(", ", target.shape)}] here, [{string.Join(", ", entry.Shape)}] there"
            : entry.Dtype is ScalarType.Float32 or ScalarType.Float64 or ScalarType.Float16 or ScalarType.BFloat16 ? null
            : $"{entry.Dtype} there";
    }
}
