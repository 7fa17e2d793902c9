using System.Text.Json;
using System.Text.RegularExpressions;
using Sg3x.Checkpoints;
using Sg3x.Ops;
using Sg3x.Schedule;
using static TorchSharp.torch;

namespace Sg3x.Oracle.Vectors;

/// <summary>
/// Holds the filtered leaky ReLU (result, and gradient of Σ y·probe with respect to x) and the modulated convolution against a
/// file of cases. The nonlinearity is computed by the implementation that production selects, and by its definition as well.
/// </summary>
internal static partial class OpsVectors
{
    // Far beyond any layer's, and small enough that no file can ask for more memory than its own size accounts for.
    private const int MostFactor = 32;
    private const int MostPixels = 4096;

    private static readonly string[] NonlinearityTensors = ["x", "b", "fu", "fd", "y", "probe", "dx"];
    private static readonly string[] NonlinearityArguments = ["up", "down", "fu", "fd", "padding", "gain", "slope", "clamp"];
    private static readonly string[] ConvolutionTensors = ["x", "w", "s", "input_gain", "y"];
    private static readonly string[] ConvolutionArguments = ["demodulate", "padding"];

    /// <summary>Checks one file.</summary>
    /// <param name="file">An open file with a case's arguments as JSON in its metadata.</param>
    /// <param name="device">Where the ops compute, in the dtype of the file's tensors.</param>
    /// <exception cref="UserException">A tensor or argument is missing, unknown or does not fit the others.</exception>
    public static VectorReport Check(SafeTensorsFile file, Device device)
    {
        string[] cases = [.. file.Entries.Keys.Select(n => n.Split('.', 2)[0]).Distinct().Order(StringComparer.Ordinal)];
        var comparisons = new List<Comparison>();
        foreach (string name in cases)
        {
            if (!CaseName().IsMatch(name))
            {
                throw UserException.Mismatch(file.FilePath, "cases flrelu0, flrelu1, …, modconv0, …", $"\"{name}\"");
            }

            bool isConvolution = name.StartsWith("modconv", StringComparison.Ordinal);
            DemandTensors(file, name, isConvolution ? ConvolutionTensors : NonlinearityTensors);
            using JsonDocument document = Arguments(file, name, isConvolution ? ConvolutionArguments : NonlinearityArguments);
            var arguments = new CaseArguments($"{file.FilePath}: {name}", document.RootElement);
            using IDisposable scope = NewDisposeScope();
            try
            {
                comparisons.AddRange(isConvolution
                    ? Convolution(file, device, name, arguments)
                    : Nonlinearity(file, device, name, arguments));
            }
            catch (ArgumentException e)
            {
                throw new UserException($"{file.FilePath}: {name}: {e.Message}", e);
            }
        }

        return new VectorReport
        {
            File = file.FilePath,
            Kind = VectorKind.Ops,
            Subject = $"cases {string.Join(", ", cases)}",
            Comparisons = comparisons,
        };
    }

    private static List<Comparison> Nonlinearity(SafeTensorsFile file, Device device, string name, CaseArguments arguments)
    {
        Tensor? up = Filter("fu"), down = Filter("fd");
        int[] padding = arguments.Integers("padding", 4, -MostPixels, MostPixels);
        var shape = new FilteredLeakyReluShape(
            arguments.Integer("up", 1, MostFactor), arguments.Integer("down", 1, MostFactor),
            new ImagePadding(padding[0], padding[1], padding[2], padding[3]),
            arguments.Number("gain"), arguments.Number("slope"), arguments.NumberOrNull("clamp"));
        Tensor x = file.Load($"{name}.x").to(device), bias = file.Load($"{name}.b").to(device);
        IFilteredLeakyRelu selected = FilteredLeakyRelu.Select(x, up, down, shape);
        var results = new List<Comparison>();
        foreach (IFilteredLeakyRelu op in new[] { selected, FilteredLeakyRelu.Composed }.Distinct())
        {
            string suffix = op == selected ? "" : " (by definition)";
            Tensor input = x.detach().clone().requires_grad_(true);
            Tensor y = op.Forward(input, bias, up, down, shape);
            Tolerance tolerance = ToleranceFor(x);
            Add($"{name}.y", y);
            if (file.Entries.ContainsKey($"{name}.dx"))
            {
                Tensor probe = file.Load($"{name}.probe").to(device);
                if (!probe.shape.SequenceEqual(y.shape))
                {
                    throw UserException.Mismatch($"{file.FilePath}: \"{name}.probe\"",
                        $"the shape of y, {Compare.Brackets(y.shape)}", Compare.Brackets(probe.shape));
                }

                Tensor gradient = autograd.grad([(y * probe).sum()], [input])[0];
                CustomBackward.ThrowIfFailed();
                Add($"{name}.dx", gradient);
            }

            void Add(string tensor, Tensor computed)
            {
                if (file.Entries.ContainsKey(tensor))
                {
                    results.Add(Compare.Tensors(tensor, file.Load(tensor), computed, tolerance) with { Name = tensor + suffix });
                }
            }
        }

        return results;

        Tensor? Filter(string key)
        {
            int taps = arguments.Integer(key, 0, MostPixels);
            Tensor? filter = file.Entries.ContainsKey($"{name}.{key}") ? file.Load($"{name}.{key}").to(device) : null;
            return (filter?.shape[0] ?? 0) == taps ? filter
                : throw UserException.Mismatch($"{file.FilePath}: \"{name}.{key}\"",
                    FormattableString.Invariant($"{taps} taps by the metadata"),
                    filter is null ? "none" : Compare.Brackets(filter.shape));
        }
    }

    private static Comparison[] Convolution(SafeTensorsFile file, Device device, string name, CaseArguments arguments)
    {
        Tensor x = file.Load($"{name}.x").to(device);
        Tensor? gain = file.Entries.ContainsKey($"{name}.input_gain") ? file.Load($"{name}.input_gain").to(device) : null;
        if (gain is not null && gain.numel() != 1)
        {
            throw UserException.Mismatch($"{file.FilePath}: \"{name}.input_gain\"", "one value", Compare.Brackets(gain.shape));
        }

        Tensor y = ModulatedConv.Apply(
            x, file.Load($"{name}.w").to(device), file.Load($"{name}.s").to(device),
            arguments.Boolean("demodulate"), arguments.Integer("padding", 0, MostFactor), gain);
        return [Compare.Tensors($"{name}.y", file.Load($"{name}.y"), y, ToleranceFor(x))];
    }

    private static Tolerance ToleranceFor(Tensor x) =>
        x.dtype == ScalarType.Float64 ? Tolerances.DoubleOps : Tolerances.SingleOps;

    private static void DemandTensors(SafeTensorsFile file, string name, string[] known)
    {
        string[] found = [.. file.Entries.Keys
            .Where(n => n.StartsWith(name + ".", StringComparison.Ordinal))
            .Select(n => n[(name.Length + 1)..])];
        if (found.Except(known).FirstOrDefault() is string unknown)
        {
            throw UserException.Mismatch(file.FilePath, $"tensors {string.Join(", ", known.Select(k => $"{name}.{k}"))}",
                $"an unknown \"{name}.{unknown}\"");
        }

        // The gradient can only be formed with its probe; a probe alone checks nothing, and neither does a case without results.
        _ = file.Entry($"{name}.y");
        if (found.Contains("dx") != found.Contains("probe"))
        {
            _ = file.Entry(found.Contains("dx") ? $"{name}.probe" : $"{name}.dx");
        }

        if (found.FirstOrDefault(n => file.Entry($"{name}.{n}").Dtype is not (ScalarType.Float64 or ScalarType.Float32))
            is string other)
        {
            throw UserException.Mismatch($"{file.FilePath}: \"{name}.{other}\"", "F64 or F32",
                file.Entry($"{name}.{other}").Dtype.ToString());
        }
    }

    private static JsonDocument Arguments(SafeTensorsFile file, string name, string[] known)
    {
        if (!file.Metadata.TryGetValue(name, out string? json))
        {
            throw UserException.Mismatch($"{file.FilePath}: metadata", $"the arguments of \"{name}\" as JSON", "none");
        }

        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(json);
        }
        catch (JsonException e)
        {
            throw new UserException($"{file.FilePath}: metadata of \"{name}\": not JSON: {e.Message}", e);
        }

        if (document.RootElement.ValueKind == JsonValueKind.Object
            && document.RootElement.EnumerateObject().Select(p => p.Name).Order(StringComparer.Ordinal)
                .SequenceEqual(known.Order(StringComparer.Ordinal)))
        {
            return document;
        }

        document.Dispose();
        throw UserException.Mismatch(
            $"{file.FilePath}: metadata of \"{name}\"", $"an object with {string.Join(", ", known)}", json);
    }

    [GeneratedRegex(@"^(flrelu|modconv)\d+$")]
    private static partial Regex CaseName();
}
