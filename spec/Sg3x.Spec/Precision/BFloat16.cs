namespace Sg3x.Spec.Precision;

/// <summary>
/// bfloat16: a float32 cut to its upper half: sign, 8 bits of exponent, 7 of fraction. Rounding goes to the nearest of the two
/// neighbours, a tie to the one whose last bit is 0:
/// <code>
///   |R(x) − x| ≤ u·|x|,  u = 2^−8,   from 2^−126 to (2 − 2^−7)·2^127 = 3.39·10^38
/// </code>
/// </summary>
public static class BFloat16
{
    /// <summary>u: half the gap between 1 and the next number, 1 + 2^−7.</summary>
    public const double UnitRoundoff = 1 / 256.0;

    /// <summary>R(x), by definition: x over its gap, to the nearest whole number, ties to even.</summary>
    public static double Round(double x)
    {
        if (x == 0 || !double.IsFinite(x))
            return x;
        int e = Math.Max(Math.ILogB(x), -126);
        double gap = Math.ScaleB(1, e - 7);
        double rounded = Math.Round(x / gap, MidpointRounding.ToEven) * gap;
        return Math.Abs(rounded) > Math.ScaleB(2 - 1 / 128.0, 127) ? Math.CopySign(double.PositiveInfinity, x) : rounded;
    }
}
