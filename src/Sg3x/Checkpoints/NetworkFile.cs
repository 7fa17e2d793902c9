using Sg3x.Schedule;
using Sg3x.Training;
using static TorchSharp.torch;
using Generator = Sg3x.Networks.Generator;

namespace Sg3x.Checkpoints;

/// <summary>Generators from files: a run's checkpoint (its G_ema), or a state under the official release's names.</summary>
public static class NetworkFile
{
    /// <summary>Reads a generator.</summary>
    /// <param name="path">
    /// A checkpoint; or a safetensors file with <c>mapping.…</c> and <c>synthesis.…</c> whose metadata are the constructor
    /// arguments of the official release. Other tensors in it (reference values) are passed over.
    /// </param>
    /// <param name="device">Where it goes.</param>
    /// <returns>A new generator in evaluation mode.</returns>
    /// <exception cref="UserException">The file is damaged, of a newer format, or holds no generator of its
    /// configuration.</exception>
    public static Generator LoadGenerator(string path, Device device)
    {
        using SafeTensorsFile file = SafeTensors.Read(path);
        if (file.Metadata.ContainsKey(Checkpoint.FormatKey))
        {
            return Checkpoint.LoadGenerator(path, device, out _);
        }

        if (!file.Entries.Keys.Any(n => n.StartsWith("synthesis.", StringComparison.Ordinal)))
        {
            throw UserException.Mismatch(path, "a checkpoint of a run, or a generator (synthesis.…, mapping.…)", "neither");
        }

        file.VerifyChecksum();
        LayerSchedule schedule = ReadSchedule(file);
        DemandGenerator(file, schedule);
        var generator = new Generator(schedule.Config, seed: 0, device);
        try
        {
            CopyInto(generator, file);
            generator.eval();
            return generator;
        }
        catch
        {
            generator.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Demands that a file has the weights of a generator: before anything is allocated by a configuration from outside, the file
    /// must be of that size itself.
    /// </summary>
    /// <param name="file">The file.</param>
    /// <param name="schedule">The layers that follow from its configuration.</param>
    /// <param name="prefix">What stands before the official names.</param>
    /// <exception cref="UserException">A weight is missing or of another shape.</exception>
    public static void DemandGenerator(SafeTensorsFile file, LayerSchedule schedule, string prefix = "")
    {
        GeneratorConfig config = schedule.Config;
        if (config.CDim > 0)
        {
            Demand(file, $"{prefix}mapping.embed.weight", [config.WDim, config.CDim]);
        }

        int first = config.ZDim + (config.CDim > 0 ? config.WDim : 0);
        for (int i = 0; i < config.MappingLayers; i++)
        {
            Demand(file, $"{prefix}mapping.fc{i}.weight", [config.WDim, i == 0 ? first : config.WDim]);
        }

        Demand(file, $"{prefix}synthesis.input.weight", [schedule.Input.Channels, schedule.Input.Channels]);
        foreach (LayerPlan layer in schedule.Layers)
        {
            string name = $"{prefix}synthesis.{layer.Name}";
            Demand(file, $"{name}.weight", [layer.OutChannels, layer.InChannels, layer.Kernel, layer.Kernel]);
            Demand(file, $"{name}.affine.weight", [layer.InChannels, config.WDim]);
        }
    }

    private static LayerSchedule ReadSchedule(SafeTensorsFile file)
    {
        try
        {
            return LayerSchedule.Create(OfficialArguments.Generator(
                file.Metadata.Where(m => m.Key != SafeTensors.ChecksumKey).ToDictionary(
                    m => m.Key, m => m.Value, StringComparer.Ordinal)));
        }
        catch (UserException e)
        {
            throw new UserException($"{file.FilePath}: metadata: {e.Message}", e);
        }
    }

    private static void CopyInto(Generator generator, SafeTensorsFile file)
    {
        using IDisposable ungraded = no_grad();
        foreach ((string name, Tensor target) in generator.state_dict())
        {
            Demand(file, name, target.shape);
            using Tensor value = file.Load(name);
            target.copy_(value);
        }
    }

    private static void Demand(SafeTensorsFile file, string name, long[] shape)
    {
        if (!file.Entry(name).Shape.SequenceEqual(shape))
        {
            throw UserException.Mismatch($"{file.FilePath}: \"{name}\"",
                $"shape [{string.Join(", ", shape)}] by the configuration in its metadata",
                $"[{string.Join(", ", file.Entry(name).Shape)}]");
        }
    }
}
