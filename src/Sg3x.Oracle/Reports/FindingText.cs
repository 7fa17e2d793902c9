using System.Globalization;
using Sg3x.Oracle.Checks;

namespace Sg3x.Oracle.Reports;

/// <summary>A comparison in few words, for the cells of a table.</summary>
public static class FindingText
{
    private const string WholeArray = "equal to the definition";

    /// <summary>What was measured: a value, or how far an array is off.</summary>
    public static string Measured(Finding finding)
    {
        ArgumentNullException.ThrowIfNull(finding);
        return finding.Expected == WholeArray && double.TryParse(finding.Measured, CultureInfo.InvariantCulture, out double difference)
            ? $"{Number(difference)} off"
            : finding.Measured;
    }

    /// <summary>What was found in place of what: <c>expected 12, measured 3</c>, or how far an array is off.</summary>
    public static string Difference(Finding finding)
    {
        ArgumentNullException.ThrowIfNull(finding);
        return finding.Expected == WholeArray
            ? $"{Measured(finding)}, relative to the largest value"
            : $"expected {finding.Expected}, measured {finding.Measured}";
    }

    /// <summary>Where it was measured. What stands behind the place are the two values, which a failure's explanation has.</summary>
    public static string Where(Finding finding)
    {
        ArgumentNullException.ThrowIfNull(finding);
        return finding.Where.Split(": expected", 2)[0];
    }

    /// <summary>The tolerance: a number, or <c>equal</c>.</summary>
    public static string Tolerance(Finding finding)
    {
        ArgumentNullException.ThrowIfNull(finding);
        return finding.Tolerance == 0 ? "equal" : Number(finding.Tolerance);
    }

    /// <summary>How many times the error fits into the tolerance, or how far it is beyond.</summary>
    public static string Margin(Finding finding)
    {
        ArgumentNullException.ThrowIfNull(finding);
        return (finding.Passed, finding.Error, finding.Tolerance) switch
        {
            (true, 0, _) => "exact",
            (true, _, _) => $"{Factor(finding.Tolerance / finding.Error)}×",
            (false, double.NaN, _) => "not a number",
            (false, _, 0) => "differs",
            _ => $"exceeded {Factor(finding.Error / finding.Tolerance)}×",
        };
    }

    private static string Factor(double value) =>
        value.ToString(value >= 1000 ? "0e+0" : value >= 10 ? "0" : "0.0", CultureInfo.InvariantCulture);

    private static string Number(double value) => value.ToString("0.0e+00", CultureInfo.InvariantCulture);
}
