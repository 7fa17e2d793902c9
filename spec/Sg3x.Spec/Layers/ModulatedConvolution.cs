using Sg3x.Spec.Signals;

namespace Sg3x.Spec.Layers;

/// <summary>
/// Modulated convolution (SG2 section 2.2, AFG appendix B) of sample n with styles s[n, i], weight w[o, i, j, k], input gain g:
/// <code>
///   ŵ = w / √(mean_ijk w²)   per o,     ŝ = s / √(mean_ni s²)             only when demodulating
///   w'[o, i, j, k]  = ŵ·ŝ[n, i]
///   w''[o, i, j, k] = w' · (Σ_ijk w'² + 1e−8)^−½                          only when demodulating
///   y[o] = Σ_i x[i] ⋆ (g·w'')                                             cross-correlation, zero padding p a side
/// </code>
/// </summary>
public static class ModulatedConvolution
{
    /// <summary>y, one image per sample of x, styles [N][in].</summary>
    public static double[][][,] Forward(
        double[][][,] x, double[,,,] w, double[][] s, bool demodulate, int padding, double inputGain) =>
        [.. Weights(w, s, demodulate, inputGain).Select((weight, n) => Correlate(x[n], weight, padding))];

    /// <summary>The weight g·w'' of each sample.</summary>
    public static double[][,,,] Weights(double[,,,] w, double[][] s, bool demodulate, double inputGain)
    {
        double[,,,] ŵ = w;
        double rms = 1;
        if (demodulate)
        {
            ŵ = Normalized(w);
            rms = Math.Sqrt(s.Average(row => row.Average(value => value * value)));
        }

        int outs = w.GetLength(0), ins = w.GetLength(1), rows = w.GetLength(2), columns = w.GetLength(3);
        var result = new double[s.Length][,,,];
        for (int n = 0; n < s.Length; n++)
        {
            var w2 = new double[outs, ins, rows, columns];
            for (int o = 0; o < outs; o++)
            {
                double energy = 0;
                for (int i = 0; i < ins; i++)
                    for (int j = 0; j < rows; j++)
                        for (int k = 0; k < columns; k++)
                        {
                            w2[o, i, j, k] = ŵ[o, i, j, k] * (s[n][i] / rms);
                            energy += w2[o, i, j, k] * w2[o, i, j, k];
                        }
                double d = demodulate ? 1 / Math.Sqrt(energy + 1e-8) : 1;
                for (int i = 0; i < ins; i++)
                    for (int j = 0; j < rows; j++)
                        for (int k = 0; k < columns; k++)
                            w2[o, i, j, k] *= d * inputGain;
            }
            result[n] = w2;
        }
        return result;
    }

    /// <summary>ŵ: each output channel divided by its RMS over (i, j, k).</summary>
    public static double[,,,] Normalized(double[,,,] w)
    {
        int outs = w.GetLength(0), ins = w.GetLength(1), rows = w.GetLength(2), columns = w.GetLength(3);
        var ŵ = new double[outs, ins, rows, columns];
        for (int o = 0; o < outs; o++)
        {
            double energy = 0;
            for (int i = 0; i < ins; i++)
                for (int j = 0; j < rows; j++)
                    for (int k = 0; k < columns; k++)
                        energy += w[o, i, j, k] * w[o, i, j, k];
            double rms = Math.Sqrt(energy / (ins * rows * columns));
            for (int i = 0; i < ins; i++)
                for (int j = 0; j < rows; j++)
                    for (int k = 0; k < columns; k++)
                        ŵ[o, i, j, k] = w[o, i, j, k] / rms;
        }
        return ŵ;
    }

    /// <summary>Cross-correlation of one image with one weight; a side grows by 2p − (taps − 1).</summary>
    public static double[][,] Correlate(double[][,] x, double[,,,] w, int padding)
    {
        int height = x[0].Height() + 2 * padding - w.GetLength(2) + 1, width = x[0].Width() + 2 * padding - w.GetLength(3) + 1;
        var y = new double[w.GetLength(0)][,];
        for (int o = 0; o < y.Length; o++)
        {
            y[o] = new double[height, width];
            for (int i = 0; i < x.Length; i++)
                Plane.Correlate(y[o], x[i], w, o, i, padding);
        }
        return y;
    }

    /// <summary>The gradient of x for a gradient dy of <see cref="Correlate"/>'s result.</summary>
    public static double[][,] CorrelateAdjoint(double[][,] dy, double[,,,] w, int padding)
    {
        int height = dy[0].Height() - 2 * padding + w.GetLength(2) - 1, width = dy[0].Width() - 2 * padding + w.GetLength(3) - 1;
        var dx = new double[w.GetLength(1)][,];
        for (int i = 0; i < dx.Length; i++)
        {
            dx[i] = new double[height, width];
            for (int o = 0; o < dy.Length; o++)
                Plane.CorrelateAdjoint(dx[i], dy[o], w, o, i, padding);
        }
        return dx;
    }
}
