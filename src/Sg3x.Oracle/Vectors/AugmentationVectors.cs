using System.Text.RegularExpressions;
using Sg3x.Checkpoints;

namespace Sg3x.Oracle.Vectors;

/// <summary>Recognises files of augmented images; the augmentations themselves are not part of this build.</summary>
internal static partial class AugmentationVectors
{
    /// <summary>Checks that the file is well formed, and says that nothing in it was compared.</summary>
    /// <param name="file">An open file with a tensor named <c>NAME@Q</c>.</param>
    /// <exception cref="UserException">A tensor is none of the format.</exception>
    public static VectorReport Check(SafeTensorsFile file)
    {
        string[] names = [.. file.Entries.Keys];
        if (names.FirstOrDefault(n => n != "x" && !Case().IsMatch(n)) is string unknown)
        {
            throw UserException.Mismatch(file.FilePath, "x and tensors NAME@QUANTILE", $"\"{unknown}\"");
        }

        IReadOnlyList<long> shape = file.Entry("x").Shape;
        if (names.FirstOrDefault(n => !file.Entries[n].Shape.SequenceEqual(shape)) is string odd)
        {
            throw UserException.Mismatch($"{file.FilePath}: \"{odd}\"", $"shape {Compare.Brackets(shape)}",
                Compare.Brackets(file.Entries[odd].Shape));
        }

        return new VectorReport
        {
            File = file.FilePath,
            Kind = VectorKind.Augmentation,
            Subject = FormattableString.Invariant($"{names.Length - 1} augmented batches {Compare.Brackets(shape)}"),
            Comparisons = [],
            NotInThisBuild = "augmentation is not in this build: nothing in this file was checked",
        };
    }

    [GeneratedRegex(@"^[a-z][a-z0-9]*@(0|1|0\.\d+|1\.0+)$")]
    private static partial Regex Case();
}
