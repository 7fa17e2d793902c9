using System.Globalization;
using System.Text.RegularExpressions;
using Sg3x.Augmentation;
using Sg3x.Checkpoints;
using static TorchSharp.torch;

namespace Sg3x.Oracle.Vectors;

/// <summary>Holds each augmentation alone, and all together, at p = 1 to a file of batches augmented at quantiles of the
/// draws.</summary>
internal static partial class AugmentationVectors
{
    // What is padded and doubled on the way has 36 times the image's pixels.
    private const int MostPixels = 512;

    private static readonly Dictionary<string, AugmentationKinds> Kinds = new(StringComparer.Ordinal)
    {
        ["xflip"] = new() { XFlip = 1 },
        ["rotate90"] = new() { Rotate90 = 1 },
        ["xint"] = new() { XInt = 1 },
        ["scale"] = new() { Scale = 1 },
        ["rotate"] = new() { Rotate = 1 },
        ["aniso"] = new() { Aniso = 1 },
        ["xfrac"] = new() { XFrac = 1 },
        ["brightness"] = new() { Brightness = 1 },
        ["contrast"] = new() { Contrast = 1 },
        ["lumaflip"] = new() { LumaFlip = 1 },
        ["hue"] = new() { Hue = 1 },
        ["saturation"] = new() { Saturation = 1 },
        ["all"] = AugmentationKinds.Bgc,
    };

    /// <summary>Checks one file.</summary>
    /// <param name="file">An open file with a tensor named <c>NAME@Q</c>.</param>
    /// <param name="device">Where the augmentations compute.</param>
    /// <exception cref="UserException">A tensor is none of the format.</exception>
    public static VectorReport Check(SafeTensorsFile file, Device device)
    {
        string[] names = [.. file.Entries.Keys.Where(n => n != "x")];
        if (names.FirstOrDefault(n => !Case().IsMatch(n) || !Kinds.ContainsKey(n.Split('@')[0])) is string unknown)
        {
            throw UserException.Mismatch(
                file.FilePath, $"x and tensors NAME@QUANTILE, NAME one of {string.Join(", ", Kinds.Keys)}, 0 < QUANTILE < 1",
                $"\"{unknown}\"");
        }

        IReadOnlyList<long> shape = file.Entry("x").Shape;
        if (shape.Count != 4 || shape[0] < 1 || shape[1] != 3 || shape[2] != shape[3] || shape[2] is < 2 or > MostPixels)
        {
            throw UserException.Mismatch($"{file.FilePath}: \"x\"", $"[N, 3, size, size], size from 2 to {MostPixels}",
                Compare.Brackets(shape));
        }

        if (file.Entry("x").Dtype is not (ScalarType.Float32 or ScalarType.Float64))
        {
            throw UserException.Mismatch($"{file.FilePath}: \"x\"", "float32 or float64", $"{file.Entry("x").Dtype}");
        }

        if (names.FirstOrDefault(n => !file.Entries[n].Shape.SequenceEqual(shape)) is string odd)
        {
            throw UserException.Mismatch($"{file.FilePath}: \"{odd}\"", $"shape {Compare.Brackets(shape)}",
                Compare.Brackets(file.Entries[odd].Shape));
        }

        Tensor x = file.Load("x").to(device);
        return new VectorReport
        {
            File = file.FilePath,
            Kind = VectorKind.Augmentation,
            Subject = FormattableString.Invariant($"{names.Length} augmented batches {Compare.Brackets(shape)}"),
            Comparisons = [.. names.Select(name => One(file, name, x))],
        };
    }

    private static Comparison One(SafeTensorsFile file, string name, Tensor x)
    {
        using IDisposable scope = NewDisposeScope();
        string[] parts = name.Split('@');
        using AugmentationPipeline pipeline = new(Kinds[parts[0]], (int)x.shape[3], x.device);
        AugmentationDraws draws = AugmentationDraws.FromQuantile(
            double.Parse(parts[1], CultureInfo.InvariantCulture), x.shape[0], x.device);
        Tensor y = pipeline.Apply(x, ones([], dtype: ScalarType.Float64, device: x.device), draws);
        return Compare.Tensors(name, file.Load(name), y, Tolerances.Augmented((int)x.shape[3]));
    }

    [GeneratedRegex(@"^[a-z][a-z0-9]*@0\.0*[1-9]\d{0,15}$")]
    private static partial Regex Case();
}
