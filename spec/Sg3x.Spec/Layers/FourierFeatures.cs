namespace Sg3x.Spec.Layers;

/// <summary>
/// The generator's input (AFG section 3.2, appendix F.1): sines of frequency f and phase φ, frequencies uniform on the disc
/// of radius B, seen through a transform of the plane.
/// <code>
///   (r_c, r_s, t_x, t_y) = affine(w) / |(r_c, r_s)|
///   M  = [r_c −r_s 0; r_s r_c 0; 0 0 1] · [1 0 −t_x; 0 1 −t_y; 0 0 1] · user
///   φ' = φ + f·M[0:2, 2]          f' = f·M[0:2, 0:2]                      f a row vector (x, y)
///   a  = clamp(1 − (|f'| − B) / (s/2 − B), 0, 1)
///   z[c](x) = a·sin(2π·(f'·x + φ'))
///   y[o]    = Σ_c W[o, c]·z[c] / √channels
/// </code>
/// x runs over pixel centres of a size×size canvas spanning ±½·size/s: x rightwards, y downwards.
/// </summary>
public static class FourierFeatures
{
    /// <summary>A frequency uniform on the disc of radius B from two normal draws: v / (r·(e^(r²))^¼)·B, r = |v|.</summary>
    public static (double X, double Y) Frequency(double v0, double v1, double B)
    {
        double r = Math.Sqrt(v0 * v0 + v1 * v1);
        double scale = B / (r * Math.Pow(Math.Exp(r * r), 0.25));
        return (v0 * scale, v1 * scale);
    }

    /// <summary>M for the affine layer's output t = (r_c, r_s, t_x, t_y).</summary>
    public static double[,] Transform(double[] t, double[,] user)
    {
        double length = Math.Sqrt(t[0] * t[0] + t[1] * t[1]);
        double rc = t[0] / length, rs = t[1] / length, tx = t[2] / length, ty = t[3] / length;
        double[,] rotation = { { rc, -rs, 0 }, { rs, rc, 0 }, { 0, 0, 1 } };
        double[,] translation = { { 1, 0, -tx }, { 0, 1, -ty }, { 0, 0, 1 } };
        return Multiply(Multiply(rotation, translation), user);
    }

    /// <summary>z: the sines before they are mixed. f is [channels, 2], one phase per channel.</summary>
    public static double[][,] Features(double[,] f, double[] phases, double[,] M, int size, double s, double B)
    {
        double[] centres = Centres(size, s);
        var z = new double[phases.Length][,];
        for (int c = 0; c < z.Length; c++)
        {
            double φ = phases[c] + f[c, 0] * M[0, 2] + f[c, 1] * M[1, 2];
            double fx = f[c, 0] * M[0, 0] + f[c, 1] * M[1, 0], fy = f[c, 0] * M[0, 1] + f[c, 1] * M[1, 1];
            double a = Math.Clamp(1 - (Math.Sqrt(fx * fx + fy * fy) - B) / (s / 2 - B), 0, 1);
            z[c] = new double[size, size];
            for (int v = 0; v < size; v++)
                for (int u = 0; u < size; u++)
                    z[c][v, u] = a * Math.Sin(2 * Math.PI * (fx * centres[u] + fy * centres[v] + φ));
        }
        return z;
    }

    /// <summary>y: the mixed features, W [channels, channels].</summary>
    public static double[][,] Mix(double[][,] z, double[,] W)
    {
        int height = z[0].GetLength(0), width = z[0].GetLength(1);
        var y = new double[W.GetLength(0)][,];
        for (int o = 0; o < y.Length; o++)
        {
            y[o] = new double[height, width];
            for (int c = 0; c < z.Length; c++)
                for (int v = 0; v < height; v++)
                    for (int u = 0; u < width; u++)
                        y[o][v, u] += W[o, c] * z[c][v, u] / Math.Sqrt(z.Length);
        }
        return y;
    }

    /// <summary>Pixel centres of one axis, in images: (i + ½ − size/2) / s.</summary>
    public static double[] Centres(int size, double s) =>
        [.. Enumerable.Range(0, size).Select(i => (i + 0.5 - size / 2.0) / s)];

    /// <summary>The matrix product a·b.</summary>
    public static double[,] Multiply(double[,] a, double[,] b)
    {
        int rows = a.GetLength(0), columns = b.GetLength(1);
        var c = new double[rows, columns];
        for (int i = 0; i < rows; i++)
            for (int j = 0; j < columns; j++)
                for (int k = 0; k < b.GetLength(0); k++)
                    c[i, j] += a[i, k] * b[k, j];
        return c;
    }
}
