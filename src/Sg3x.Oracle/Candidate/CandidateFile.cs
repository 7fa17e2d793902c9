using System.Text.Json;
using Sg3x.Checkpoints;
using Sg3x.Oracle.Checks;
using Sg3x.Spec.Schedule;
using static TorchSharp.torch;

namespace Sg3x.Oracle.Candidate;

/// <summary>Reads an export (<c>docs/candidate.md</c>). It comes from outside: everything is checked before it is used.</summary>
public static class CandidateFile
{
    /// <summary>The format's name in the file.</summary>
    public const string Format = "sg3x-candidate";

    private const long MaxBytes = 1 << 26;
    private const int MaxLayers = 257;

    /// <summary>Reads a file, and the tensors beside it that it names.</summary>
    /// <param name="path">The JSON file.</param>
    /// <exception cref="UserException">It cannot be read or is not of the format; the message names the file and the
    /// entry.</exception>
    public static CandidateExport Load(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        using JsonDocument document = Parse(path);
        JsonEntry root = new JsonEntry(path, "", document.RootElement).Only(
            "format", "version", "implementation", "tensors", "config", "schedule", "fourier", "results", "training", "trace",
                "dtypes", "notes");
        root.Need("format").OneOf(Format);
        root.Need("version").Whole(VectorCatalogue.Version, VectorCatalogue.Version);
        JsonEntry implementation = root.Need("implementation").Only("name", "version", "notes");
        using IDisposable scope = NewDisposeScope();
        using SafeTensorsFile? tensors = root.Get("tensors") is { } name ? Open(path, name) : null;
        var arrays = new ArraySource(tensors);

        var export = new CandidateExport
        {
            File = path,
            Name = implementation.Need("name").Text(),
            Config = root.Get("config") is { } config ? Config(config) : null,
            Results = [.. (root.Get("results")?.Items(10_000) ?? []).Select(entry => Outputs(entry, arrays))],
            Training = root.Get("training") is { } training ? CandidateTrainingFile.Training(training) : new(),
            Trace = root.Get("trace") is { } trace ? CandidateTrainingFile.Trace(trace) : null,
        };
        if (root.Get("schedule") is { } schedule)
        {
            if (export.Config is null)
                throw root.Bad("\"config\" with a schedule: what it was computed from", "none");
            export = CandidateLayers.Read(schedule, export, arrays, MaxLayers);
        }
        if (root.Get("fourier") is { } fourier)
        {
            fourier.Only("freqs", "phases");
            export = export with { Frequencies = arrays.Read(fourier.Get("freqs")), Phases = arrays.Read(fourier.Get("phases")) };
        }
        return root.Get("dtypes") is { } types ? CandidateTrainingFile.Types(types, export) : export;
    }

    private static JsonDocument Parse(string path)
    {
        try
        {
            var file = new FileInfo(path);
            if (Directory.Exists(path))
                throw UserException.Mismatch(path, "an export in JSON", "a folder");
            if (!file.Exists)
                throw UserException.Mismatch(path, "an export in JSON", "no such file");
            if (file.Length > MaxBytes)
                throw UserException.Mismatch(path, $"an export of at most {MaxBytes} bytes", $"{file.Length}");
            using FileStream stream = file.OpenRead();
            return JsonDocument.Parse(stream, new JsonDocumentOptions { MaxDepth = 16, AllowDuplicateProperties = false });
        }
        catch (JsonException e)
        {
            string why = JsonEntry.Printable(e.Message);
            throw new UserException($"{path}: expected JSON (NaN and infinities as texts), found something else: {why}", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new UserException($"{path}: cannot be read: {e.Message}", e);
        }
    }

    // A name and not a path: an export must not point at other files of the machine.
    private static SafeTensorsFile Open(string path, JsonEntry entry)
    {
        string name = entry.Text();
        if (name.Length == 0 || name is "." or ".." || name != Path.GetFileName(name)
            || name.Contains('\\', StringComparison.Ordinal))
            throw entry.Bad("the name of a safetensors file in the same folder, without a path");
        string beside = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(path))!, name);
        if (new FileInfo(beside).LinkTarget is not null)
            throw entry.Bad("a file, not a link", $"\"{name}\", a link");
        SafeTensorsFile file = SafeTensors.Read(beside);
        try
        {
            file.VerifyChecksum();
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    private static CandidateOutputs Outputs(JsonEntry entry, ArraySource arrays)
    {
        entry.Only("group", "case", "precision", "outputs");
        string name = entry.Need("group").Text();
        VectorGroup group = VectorCatalogue.Groups.FirstOrDefault(g => g.Name == name)
            ?? throw entry.Need("group").Bad($"one of {string.Join(", ", VectorCatalogue.Groups.Select(g => g.Name))}");
        int id = entry.Need("case").Whole(1, group.Cases.Count);
        JsonEntry outputs = entry.Need("outputs").Only([.. group.Cases[id - 1].Expected.Keys]);
        JsonEntry precision = entry.Need("precision");
        double u = Precisions.Roundoff(precision);
        if (u > 1e-5 && !group.AnyPrecision)
            throw precision.Bad($"float32 or float64 for {name}: nothing of it is computed in 16 bits");
        return new CandidateOutputs(name, id, u, outputs.Names.ToDictionary(n => n, n => arrays.Read(outputs.Get(n))!));
    }

    /// <summary>The official constructor arguments that shape a schedule.</summary>
    private static ScheduleConfig Config(JsonEntry entry)
    {
        entry.Only(
            "img_resolution", "img_channels", "channel_base", "channel_max", "num_layers", "num_critical", "first_cutoff",
                "first_stopband",
            "last_stopband_rel", "margin_size", "conv_kernel", "filter_size", "lrelu_upsampling", "use_radial_filters");
        int resolution = entry.Need("img_resolution").Whole(16, 4096);
        if ((resolution & (resolution - 1)) != 0)
            throw entry.Need("img_resolution").Bad("a power of two");
        var t = ScheduleConfig.T(resolution);
        int layers = entry.Get("num_layers")?.Whole(2, MaxLayers - 1) ?? t.N;
        double cutoff = entry.Get("first_cutoff")?.Within(0.5, resolution / 2.0 - 0.25) ?? t.FirstCutoff;
        return t with
        {
            ImageChannels = entry.Get("img_channels")?.Whole(1, 4096) ?? t.ImageChannels,
            ChannelBase = entry.Get("channel_base")?.Whole(1, 1 << 24) ?? t.ChannelBase,
            ChannelMax = entry.Get("channel_max")?.Whole(1, 1 << 16) ?? t.ChannelMax,
            N = layers,
            NCrit = entry.Get("num_critical")?.Whole(0, layers - 1) ?? Math.Min(t.NCrit, layers - 1),
            FirstCutoff = cutoff,
            FirstStopband = entry.Get("first_stopband")?.Within(cutoff, 8.0 * resolution) ?? t.FirstStopband,
            LastStopbandOverCutoff = entry.Get("last_stopband_rel")?.Within(1, 16) ?? t.LastStopbandOverCutoff,
            Margin = entry.Get("margin_size")?.Whole(0, 1024) ?? t.Margin,
            Kernel = entry.Get("conv_kernel")?.Whole(1, 15) ?? t.Kernel,
            FilterSize = entry.Get("filter_size")?.Whole(1, 64) ?? t.FilterSize,
            LreluUpsampling = entry.Get("lrelu_upsampling")?.Whole(1, 16) ?? t.LreluUpsampling,
            Radial = entry.Get("use_radial_filters")?.Truth() ?? t.Radial,
        };
    }
}

/// <summary>Arrays of an export: in the JSON itself, or by name in the safetensors file beside it.</summary>
internal sealed class ArraySource(SafeTensorsFile? tensors)
{
    private const long MaxNumbers = 1 << 22;
    private const long MostNumbers = 1 << 24;

    private readonly Dictionary<string, NumericArray> loaded = [];
    private long numbers;

    public NumericArray? Read(JsonEntry? entry)
    {
        if (entry is not { } value)
            return null;
        if (!value.IsObject)
            return value.Numbers();
        string name = value.Only("tensor").Need("tensor").Text();
        if (tensors is null)
            throw value.Bad("\"tensors\" at the top: the safetensors file", "none");
        if (!tensors.Entries.TryGetValue(name, out TensorEntry? stored))
            throw value.Bad($"the name of a tensor in {tensors.FilePath}", $"\"{name}\"");
        if (loaded.TryGetValue(name, out NumericArray? known))
            return known;
        long count = stored.Shape.Aggregate(1L, (product, side) => Math.Min(product, MaxNumbers + 1) * Math.Min(side, MaxNumbers + 1));
        if (count > MaxNumbers || stored.Shape.Any(side => side > MaxNumbers))
            throw value.Bad($"a tensor of at most {MaxNumbers} numbers", $"[{string.Join(", ", stored.Shape)}]");

        // Once for all entries that name it, and not more of them than a file in JSON could hold.
        numbers += count;
        if (numbers > MostNumbers)
            throw value.Bad($"tensors of at most {MostNumbers} numbers in all", $"{numbers}");
        using IDisposable scope = NewDisposeScope();
        return loaded[name] = new NumericArray([.. stored.Shape.Select(side => (int)side)], Bridge.Values(tensors.Load(name)));
    }
}

/// <summary>Precisions by name.</summary>
internal static class Precisions
{
    public static string[] Names { get; } = ["float64", "float32", "float16", "bfloat16"];

    /// <summary>u of what is computed once, before training, and never in 16 bits: a quarter off would pass there.</summary>
    public static double OfConstants(JsonEntry entry)
    {
        double u = Roundoff(entry);
        return u <= 1e-5 ? u
            : throw entry.Bad("float32 or float64 for a schedule: it is designed before anything is rounded to 16 bits");
    }

    /// <summary>u: half the gap between 1 and the next number.</summary>
    public static double Roundoff(JsonEntry entry) => entry.OneOf(Names) switch
    {
        "float64" => Math.ScaleB(1, -53),
        "float32" => Math.ScaleB(1, -24),
        "float16" => Math.ScaleB(1, -11),
        _ => Math.ScaleB(1, -8),
    };
}
