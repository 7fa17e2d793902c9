using Sg3x.Spec.Signals;

namespace Sg3x.Spec.Layers;

/// <summary>
/// Minibatch standard deviation (SG2): samples n ≡ m (mod N/G) form group m, G = min(4, N),
/// <code>
///   μ[p] = mean_G x[p],   σ²[p] = mean_G (x[p] − μ[p])²,   p a channel and a pixel
///   s[m] = mean_p √(σ²[p] + 1e−8)
/// </code>
/// and s of its group is every sample's last, constant channel.
/// </summary>
public static class MinibatchDeviation
{
    private const double Epsilon = 1e-8;

    /// <summary>x with one channel appended.</summary>
    /// <exception cref="ArgumentException">N is not a multiple of G.</exception>
    public static double[][][,] Forward(double[][][,] x)
    {
        int groups = Groups(x.Length);
        return [.. x.Select((image, n) =>
        {
            double s = Deviation(x, n % groups, groups);
            return (double[][,])[.. image, Plane.Map(image[0], _ => s)];
        })];
    }

    /// <summary>The gradient of x for a gradient dy of the result.</summary>
    public static double[][][,] Gradient(double[][][,] x, double[][][,] dy)
    {
        int groups = Groups(x.Length), G = x.Length / groups, channels = x[0].Length;
        (int height, int width) = (x[0][0].Height(), x[0][0].Width());
        double positions = (double)channels * height * width;

        // s depends on x through ∂s/∂x = (x − μ) / (G·√(σ² + ε)·positions): the mean's own derivative sums to nothing.
        var ds = new double[groups];
        for (int n = 0; n < x.Length; n++)
            ds[n % groups] += dy[n][channels].Cast<double>().Sum();

        double[][][,] dx = [.. x.Select(image => image.Select(plane => new double[height, width]).ToArray())];
        for (int m = 0; m < groups; m++)
            for (int c = 0; c < channels; c++)
                for (int v = 0; v < height; v++)
                    for (int u = 0; u < width; u++)
                    {
                        (double μ, double σ) = At(x, m, groups, c, v, u);
                        for (int n = m; n < x.Length; n += groups)
                            dx[n][c][v, u] = dy[n][c][v, u] + ds[m] * (x[n][c][v, u] - μ) / (G * σ * positions);
                    }
        return dx;
    }

    private static double Deviation(double[][][,] x, int m, int groups)
    {
        double sum = 0;
        for (int c = 0; c < x[0].Length; c++)
            for (int v = 0; v < x[0][0].Height(); v++)
                for (int u = 0; u < x[0][0].Width(); u++)
                    sum += At(x, m, groups, c, v, u).Deviation;
        return sum / ((double)x[0].Length * x[0][0].Length);
    }

    private static (double Mean, double Deviation) At(double[][][,] x, int m, int groups, int c, int v, int u)
    {
        double μ = 0, variance = 0;
        int G = x.Length / groups;
        for (int n = m; n < x.Length; n += groups)
            μ += x[n][c][v, u] / G;
        for (int n = m; n < x.Length; n += groups)
            variance += (x[n][c][v, u] - μ) * (x[n][c][v, u] - μ) / G;
        return (μ, Math.Sqrt(variance + Epsilon));
    }

    private static int Groups(int N)
    {
        int G = Math.Min(4, N);
        return N % G == 0 ? N / G : throw new ArgumentException($"{N} samples cannot be divided into groups of {G}.");
    }
}
