using System.Numerics;

namespace Sg3x.Spec.Signals;

/// <summary>
/// The four steps of resampling a row of samples x, each with its adjoint (AFG section 3.2, appendix C):
/// <code>
///   insert    y[up·i] = x[i], zero elsewhere            length up·|x|: up − 1 zeros after every sample, the last included
///   pad       y[i] = x[i − lo], zero outside            length |x| + lo + hi; a negative count crops
///   convolve  y[i] = Σ_j h[j] · x[i + n − 1 − j]        length |x| − n + 1: true (flipped), valid
///   keep      y[i] = x[down·i]                          length ⌈|x| / down⌉
/// </code>
/// The adjoint Aᵀ of a step A is defined by ⟨A x, y⟩ = ⟨x, Aᵀ y⟩ for every x and y: it carries a gradient back.
/// </summary>
public static class Signal
{
    public static double[] Insert(double[] x, int up)
    {
        var y = new double[x.Length * up];
        for (int i = 0; i < x.Length; i++)
            y[up * i] = x[i];
        return y;
    }

    public static double[] InsertAdjoint(double[] y, int up) => Keep(y, up);

    public static double[] Pad(double[] x, int lo, int hi)
    {
        var y = new double[Math.Max(0, x.Length + lo + hi)];
        for (int i = 0; i < y.Length; i++)
            y[i] = i - lo >= 0 && i - lo < x.Length ? x[i - lo] : 0;
        return y;
    }

    /// <summary>The adjoint for an x of <paramref name="length"/> samples; cropped samples get zero.</summary>
    public static double[] PadAdjoint(double[] y, int lo, int length)
    {
        var x = new double[length];
        for (int i = 0; i < y.Length; i++)
            if (i - lo >= 0 && i - lo < length)
                x[i - lo] = y[i];
        return x;
    }

    /// <exception cref="ArgumentException">The row is shorter than the filter.</exception>
    public static double[] Convolve(double[] x, double[] h)
    {
        int n = h.Length;
        if (x.Length < n)
            throw new ArgumentException($"A row of {x.Length} samples is shorter than the filter's {n} taps.", nameof(x));
        var y = new double[x.Length - n + 1];
        for (int j = 0; j < n; j++)
            Accumulate(y, h[j], x.AsSpan(n - 1 - j, y.Length));
        return y;
    }

    public static double[] ConvolveAdjoint(double[] y, double[] h)
    {
        int n = h.Length;
        var x = new double[y.Length + n - 1];
        for (int j = 0; j < n; j++)
            Accumulate(x.AsSpan(n - 1 - j, y.Length), h[j], y);
        return x;
    }

    public static double[] Keep(double[] x, int down)
    {
        var y = new double[(x.Length + down - 1) / down];
        for (int i = 0; i < y.Length; i++)
            y[i] = x[down * i];
        return y;
    }

    /// <summary>The adjoint for an x of <paramref name="length"/> samples.</summary>
    public static double[] KeepAdjoint(double[] y, int down, int length)
    {
        var x = new double[length];
        for (int i = 0; i < y.Length; i++)
            x[down * i] = y[i];
        return x;
    }

    /// <summary>y += tap·x, several samples at a time.</summary>
    internal static void Accumulate(Span<double> y, double tap, ReadOnlySpan<double> x)
    {
        int i = 0;
        for (; i <= y.Length - Vector<double>.Count; i += Vector<double>.Count)
            (new Vector<double>(y[i..]) + tap * new Vector<double>(x[i..])).CopyTo(y[i..]);
        for (; i < y.Length; i++)
            y[i] += tap * x[i];
    }
}
