using System.Globalization;
using Sg3x.Oracle.Vectors;
using static TorchSharp.torch;

namespace Sg3x.Oracle.Checks;

/// <summary>Makes findings of numbers.</summary>
internal static class Differences
{
    /// <summary>Unit roundoff of float32, 2⁻²⁴.</summary>
    public const double Single = 5.9604644775390625e-8;

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

    /// <summary>The error of a tensor that takes up most of what is allowed at its place.</summary>
    /// <param name="where">Case.</param>
    /// <param name="shape">What it must be shaped like.</param>
    /// <param name="expected">Every value, the last axis first.</param>
    /// <param name="measured">The tensor, any floating dtype and device.</param>
    /// <param name="allowed">How far each may be off, in its own unit, above 0.</param>
    /// <param name="explanation">Of a value that is further off.</param>
    public static Finding Within(
        string where, IReadOnlyList<long> shape, double[] expected, Tensor measured, double[] allowed, string explanation)
    {
        if (!measured.shape.SequenceEqual(shape))
            return Equal(where, string.Join("×", shape), string.Join("×", measured.shape));
        double[] values = Bridge.Values(measured);
        double most = 0;
        int at = 0;
        for (int i = 0; i < expected.Length && !double.IsNaN(most); i++)
        {
            double share = Math.Abs(values[i] - expected[i]) / allowed[i];
            if (share > most || double.IsNaN(share))
                (most, at) = (share, i);
        }
        return new Finding(
            $"{where} at value {at} of {expected.Length}",
            string.Create(CultureInfo.InvariantCulture, $"{expected[at]:G9} ± {allowed[at]:G2}"), Text(values[at]), most, 1,
            most <= 1 ? null : explanation);
    }

    private static string Text<T>(T value) => value is double number
        ? number.ToString("G9", CultureInfo.InvariantCulture)
        : Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";
}
