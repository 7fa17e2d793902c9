using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Sg3x.Checkpoints;
using Sg3x.Configuration;
using Sg3x.Data;
using Sg3x.Schedule;
using static TorchSharp.torch;

namespace Sg3x.Training;

/// <summary>
/// A <see cref="TrainingState"/> as a safetensors file. Tensors: <c>G.KEY</c>, <c>G_ema.KEY</c>, <c>D.KEY</c> with the official
/// release's keys, <c>adam_G.…</c>, <c>adam_D.…</c>, and <c>augmentation.…</c> where there is one. Metadata:
/// <c>sg3x.format</c>, <c>sg3x.config</c> (JSON), <c>sg3x.iteration</c>, <c>sg3x.adam_G.steps</c>, <c>sg3x.adam_D.steps</c>,
/// <c>sg3x.images</c> and <c>sg3x.images.sha256</c> (which images it was trained on), and the tensors' SHA-256. Random numbers
/// and the order of the images follow from the configuration's seed and the iteration.
/// </summary>
public static class Checkpoint
{
    /// <summary>Version of the format that is written; older ones are read, newer ones refused.</summary>
    public const int FormatVersion = 1;

    internal const string FormatKey = "sg3x.format";

    // Far beyond any run, and times a batch still a number of images.
    private const long MostIterations = 1L << 40;

    private const string AugmentationPrefix = "augmentation.";
    private const string ConfigKey = "sg3x.config";
    private const string IterationKey = "sg3x.iteration";
    private const string ImagesKey = "sg3x.images";
    private const string ImagesDigestKey = "sg3x.images.sha256";

    /// <summary>Writes a checkpoint, whole or not at all.</summary>
    /// <param name="path">The file.</param>
    /// <param name="state">What is saved.</param>
    /// <param name="more">More metadata, by keys of its own; null: none.</param>
    /// <exception cref="UserException">The file cannot be written.</exception>
    /// <exception cref="TrainingStoppedException">A loss or gradient since the last look was not finite; nothing is
    /// written.</exception>
    public static void Save(string path, TrainingState state, IReadOnlyDictionary<string, string>? more = null)
    {
        state.DemandFinite();
        using IDisposable scope = NewDisposeScope();
        Dictionary<string, string> metadata = new(more ?? new Dictionary<string, string>(), StringComparer.Ordinal)
        {
            [FormatKey] = Text(FormatVersion),
            [ConfigKey] = ConfigJson.Format(state.Config),
            [IterationKey] = Text(state.Iteration),
            [StepsKey("adam_G")] = Text(state.OptimiserG.Steps),
            [StepsKey("adam_D")] = Text(state.OptimiserD.Steps),
        };
        if (state.Data is DatasetIdentity data)
        {
            metadata[ImagesKey] = Text(data.Count);
            metadata[ImagesDigestKey] = data.Digest;
        }

        SafeTensors.Write(path, Tensors(state, state.Augmentation.IsOn), metadata);
    }

    /// <summary>Room that a checkpoint takes.</summary>
    /// <param name="state">What would be saved.</param>
    /// <returns>Bytes: the tensors' own, and as many as their names and the configuration can take.</returns>
    public static long Bytes(TrainingState state)
    {
        const int OfEntry = 256, OfMetadata = 1 << 14;
        return OfMetadata
            + Tensors(state, state.Augmentation.IsOn).Sum(t => (t.Tensor.numel() * t.Tensor.element_size()) + OfEntry);
    }

    /// <summary>Reads a checkpoint into a state of the same architecture.</summary>
    /// <param name="path">The file.</param>
    /// <param name="state">What is overwritten. After an exception it is not to be used.</param>
    /// <exception cref="UserException">The file is damaged, of a newer format, of other networks, or of other images.</exception>
    public static void Load(string path, TrainingState state)
    {
        using IDisposable scope = NewDisposeScope();
        using SafeTensorsFile file = Open(path, out RunConfig config);
        RequireSame(path, "generator", config.Generator, state.Config.Generator);
        RequireSame(path, "discriminator", config.Discriminator, state.Config.Discriminator);
        if (config.Training.Seed != state.Config.Training.Seed || config.Training.Batch != state.Config.Training.Batch)
        {
            throw UserException.Mismatch(
                path,
                $"a run of training.seed = {state.Config.Training.Seed}, training.batch = {state.Config.Training.Batch}",
                $"training.seed = {config.Training.Seed}, training.batch = {config.Training.Batch}");
        }

        RequireSameImages(file, state);
        CopyInto(file, "", Tensors(state, file.Entries.ContainsKey($"{AugmentationPrefix}p")));
        state.Augmentation.Controller.Restored();
        state.Iteration = Number(file, IterationKey);
        state.OptimiserG.Steps = Number(file, StepsKey("adam_G"));
        state.OptimiserD.Steps = Number(file, StepsKey("adam_D"));
        state.Finite.Clear();
    }

    /// <summary>Looks whether a checkpoint is whole.</summary>
    /// <param name="path">The file.</param>
    /// <returns>What is wrong with it, or null. A newer format is no damage.</returns>
    public static string? FindDamage(string path)
    {
        try
        {
            using SafeTensorsFile file = SafeTensors.Read(path);
            if (Number(file, FormatKey) <= FormatVersion)
            {
                file.VerifyChecksum();
            }

            return null;
        }
        catch (UserException e)
        {
            return e.Message;
        }
    }

    /// <summary>Reads G_ema, ready to make pictures.</summary>
    /// <param name="path">A checkpoint.</param>
    /// <param name="device">Device of the result; null: the CPU.</param>
    /// <param name="config">The configuration of the run that wrote it.</param>
    /// <returns>A new generator in evaluation mode.</returns>
    /// <exception cref="UserException">The file is damaged, of a newer format, or no checkpoint.</exception>
    public static Networks.Generator LoadGenerator(string path, Device? device, out RunConfig config)
    {
        using IDisposable scope = NewDisposeScope();
        using SafeTensorsFile file = Open(path, out config);
        NetworkFile.DemandGenerator(file, LayerSchedule.Create(config.Generator), "G_ema.");
        Networks.Generator generator = new(config.Generator, 0, device ?? CPU);
        try
        {
            CopyInto(file, "G_ema.", Named("G_ema", generator));
            generator.eval();
            return generator;
        }
        catch
        {
            generator.Dispose();
            throw;
        }
    }

    private static SafeTensorsFile Open(string path, out RunConfig config)
    {
        SafeTensorsFile file = SafeTensors.Read(path);
        try
        {
            if (!file.Metadata.ContainsKey(FormatKey))
            {
                throw UserException.Mismatch(path, "a checkpoint of a run", $"a safetensors file without \"{FormatKey}\"");
            }

            if (Number(file, FormatKey) is var version and (< 1 or > FormatVersion))
            {
                throw UserException.Mismatch($"{path}: format version", $"at most {FormatVersion}", $"{version}");
            }

            config = ConfigJson.Parse(file.Metadata.GetValueOrDefault(ConfigKey, ""), $"{path}: {ConfigKey}").Validate();
            file.VerifyChecksum();
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    private static IEnumerable<(string Name, Tensor Tensor)> Tensors(TrainingState state, bool augmentation) =>
    [
        .. Named("G", state.G), .. Named("G_ema", state.Average), .. Named("D", state.D),
        .. state.OptimiserG.State.Select(s => ($"adam_G.{s.Name}", s.Tensor)),
        .. state.OptimiserD.State.Select(s => ($"adam_D.{s.Name}", s.Tensor)),
        .. augmentation ? state.Augmentation.Controller.State.Select(s => (AugmentationPrefix + s.Name, s.Tensor)) : [],
    ];

    private static IEnumerable<(string Name, Tensor Tensor)> Named(string prefix, nn.Module module) =>
        module.state_dict().Select(entry => ($"{prefix}.{entry.Key}", entry.Value));

    /// <summary>Copies every tensor of the file under a prefix; both sides must have the same names and shapes.</summary>
    private static void CopyInto(SafeTensorsFile file, string prefix, IEnumerable<(string Name, Tensor Tensor)> targets)
    {
        using IDisposable noGradient = no_grad();
        HashSet<string> surplus = [.. file.Entries.Keys.Where(k => k.StartsWith(prefix, StringComparison.Ordinal))];
        (string Name, Tensor Tensor)[] all = [.. targets];
        foreach ((string name, Tensor target) in all)
        {
            TensorEntry entry = file.Entry(name);
            if (entry.Dtype != target.dtype || !entry.Shape.SequenceEqual(target.shape))
            {
                throw UserException.Mismatch(
                    $"{file.FilePath}: \"{name}\"", Describe(target.dtype, target.shape), Describe(entry.Dtype, entry.Shape));
            }

            surplus.Remove(name);
        }

        if (surplus.Count > 0)
        {
            throw UserException.Mismatch(
                file.FilePath, $"the {all.Length} tensors of the networks", $"\"{surplus.First()}\" as well");
        }

        foreach ((string name, Tensor target) in all)
        {
            using Tensor value = file.Load(name);
            target.copy_(value);
        }
    }

    /// <summary>The order of the images follows from how many there are, and what D has learnt from what they show.</summary>
    private static void RequireSameImages(SafeTensorsFile file, TrainingState state)
    {
        // Of a build that did not write them down, or of a state that is not a run's.
        if (state.Data is not DatasetIdentity here || !file.Metadata.TryGetValue(ImagesDigestKey, out string? digest))
        {
            return;
        }

        DatasetIdentity trained = new((int)Math.Min(Number(file, ImagesKey), int.MaxValue), digest);
        if (trained != here)
        {
            UserException different = UserException.Mismatch(
                state.Config.Data.Source, $"the images that {file.FilePath} was trained on, {trained}", $"{here}");
            throw new UserException(
                $"{different.Message} On other images a run begins with the weights of this one: train --init.");
        }
    }

    private static void RequireSame<T>(string path, string what, T found, T expected)
        where T : notnull
    {
        if (found.Equals(expected))
        {
            return;
        }

        JsonObject here = JsonSerializer.SerializeToNode(expected, ConfigJson.Options)!.AsObject();
        JsonObject there = JsonSerializer.SerializeToNode(found, ConfigJson.Options)!.AsObject();
        (string name, JsonNode? value) = here.First(p => !JsonNode.DeepEquals(p.Value, there[p.Key]));
        throw UserException.Mismatch($"{path}: {what}.{name}", $"{value}", $"{there[name]}");
    }

    private static string Describe(ScalarType dtype, IEnumerable<long> shape) => $"{dtype} [{string.Join(", ", shape)}]";

    private static string StepsKey(string optimiser) => $"sg3x.{optimiser}.steps";

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static long Number(SafeTensorsFile file, string key) =>
        file.Metadata.TryGetValue(key, out string? text)
        && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long number) && number <= MostIterations
            ? number
            : throw UserException.Mismatch(
                $"{file.FilePath}: {key}", $"a whole number up to {MostIterations}", text is null ? "nothing" : $"\"{text}\"");
}
