using System.Globalization;
using Sg3x.Oracle.Vectors;

namespace Sg3x.Oracle.Checks;

/// <summary>Makes findings of numbers.</summary>
internal static class Differences
{
    /// <summary>Two values that must be equal.</summary>
    public static Finding Equal<T>(string where, T expected, T measured, string? explanation = null)
    {
        bool same = EqualityComparer<T>.Default.Equals(expected, measured);
        return new Finding(where, Text(expected), Text(measured), same ? 0 : 1, 0, same ? null : explanation);
    }

    /// <summary>|measured − expected| over |expected|, or over 1 where that is 0.</summary>
    public static Finding Number(string where, double expected, double measured, double tolerance, string? explanation = null)
    {
        double error = measured == expected ? 0 : Math.Abs(measured - expected) / (expected == 0 ? 1 : Math.Abs(expected));
        return new Finding(where, Text(expected), Text(measured), error, tolerance, error <= tolerance ? null : explanation);
    }

    /// <summary>The largest difference of two arrays over the largest expected value.</summary>
    public static Finding Array(
        string where, IReadOnlyList<long> shape, ReadOnlySpan<double> expected, ReadOnlySpan<double> measured, double tolerance,
        string? explanation = null)
    {
        if (expected.Length != measured.Length)
            return new Finding(
                where, $"{expected.Length} values", $"{measured.Length} values", double.PositiveInfinity, tolerance, explanation);
        Comparison c = Compare.Values(where, shape, expected, measured, new Tolerance(tolerance, ""));
        return new Finding(
            c.Where is null ? where : $"{where} {c.Where}", "equal to the definition", Text(c.Relative), c.Relative, tolerance,
            c.Relative <= tolerance ? null : explanation);
    }

    private static string Text<T>(T value) => value is double number
        ? number.ToString("G9", CultureInfo.InvariantCulture)
        : Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";
}
