using Sg3x.Spec.Augmentation;
using Sg3x.Spec.Filters;
using Sg3x.Spec.Signals;

namespace Sg3x.Spec.Equivariance;

/// <summary>
/// Rotation of an image by α (AFG appendix E.3). A square band limit turned by α is another square, so both images are limited to
/// what the two squares share:
/// <code>
///   f = (S ∗ S_α)·(L ∗ L_α)            S(x, y) = sinc x·sinc y,  L(x, y) = window(x)·window(y),  window(t) = sinc(t/3), |t| &lt; 3
///   S_α(p) = S(R p),  L_α(p) = L(R p)                            R the rotation matrix below
/// </code>
/// sampled at 1/up pixel over ±6 pixels, each of the up² phases normalised to unit sum. The reference is the image upsampled by 4
/// with f and read bilinearly at R⁻¹·position; the generated image gets f of the opposite angle with up = 1 (a pseudo-rotation:
/// the same limit, no turn). The generator's user transform for α is [[cos α, −sin α], [sin α, cos α]].
/// </summary>
public static class Rotation
{
    private const int A = 3;
    private const int Reach = 2 * A;
    private const int Extent = 64;

    /// <summary>R(α) = [[cos α, sin α], [−sin α, cos α]] of the image, y down.</summary>
    public static double[,] Matrix(double α) =>
        new[,] { { Math.Cos(α), Math.Sin(α), 0 }, { -Math.Sin(α), Math.Cos(α), 0 }, { 0, 0, 1 } };

    /// <summary>The user transform under which the generator's image turns by α.</summary>
    public static double[,] User(double α) => Matrix(-α);

    /// <summary>The image turned by α about its centre.</summary>
    public static Masked Rotate(double[][,] x, double α)
    {
        const int up = 4;
        double[,] f = BandLimit(Matrix(α), up);
        int p = f.Height() / 2, size = x[0].Height();
        double[][,] y = [.. x.Select(plane => Upsample(plane, f, up, p))];

        // Pixel i of the source is sample up·i + p + up/2 of the upsampled image.
        double[,] inverse = Matrix(-α);
        int edge = 2 * p + 1;
        var image = x.Select(_ => new double[size, size]).ToArray();
        var mask = new double[size, size];
        for (int v = 0; v < size; v++)
            for (int u = 0; u < size; u++)
            {
                double px = u - (size - 1) / 2.0, py = v - (size - 1) / 2.0;
                double qx = inverse[0, 0] * px + inverse[0, 1] * py, qy = inverse[1, 0] * px + inverse[1, 1] * py;
                double su = up * (qx + (size - 1) / 2.0) + p + up / 2, sv = up * (qy + (size - 1) / 2.0) + p + up / 2;
                for (int c = 0; c < x.Length; c++)
                    image[c][v, u] = Geometry.Bilinear(y[c], su, sv);
                double nu = Math.Round(su), nv = Math.Round(sv);
                mask[v, u] = nu >= edge && nu < y[0].Width() - edge && nv >= edge && nv < y[0].Height() - edge ? 1 : 0;
            }
        return new Masked(image, mask);
    }

    /// <summary>The image not turned, but limited as one turned by α.</summary>
    public static Masked PseudoRotate(double[][,] x, double α)
    {
        double[,] f = BandLimit(Matrix(-α), 1);
        int p = f.Height() / 2, size = x[0].Height();
        var mask = new double[size, size];
        for (int v = p; v < size - p; v++)
            for (int u = p; u < size - p; u++)
                mask[v, u] = 1;
        return new Masked([.. x.Select(plane => Plane.Convolve(Plane.Both(plane, row => Signal.Pad(row, p, p)), f))], mask);
    }

    /// <summary>f, (2·6·up − 1)² taps, the centre one at the origin.</summary>
    public static double[,] BandLimit(double[,] R, int up)
    {
        double[,] f = ConvolvedWithItsTurn(LowPass.Sinc, R, up), w = ConvolvedWithItsTurn(Window, R, up);
        double[,] result = Plane.Map(f, w, (a, b) => a * b);
        int side = result.Height();
        for (int phaseV = 0; phaseV < up; phaseV++)
            for (int phaseU = 0; phaseU < up; phaseU++)
            {
                double sum = 0;
                for (int v = phaseV; v < side; v += up)
                    for (int u = phaseU; u < side; u += up)
                        sum += result[v, u];
                for (int v = phaseV; v < side; v += up)
                    for (int u = phaseU; u < side; u += up)
                        result[v, u] /= sum * up * up;
            }
        return result;
    }

    private static double Window(double t) => Math.Abs(t) < A ? LowPass.Sinc(t / A) : 0;

    /// <summary>
    /// (G ∗ G_R)(p) for G(x, y) = g(x)·g(y), over ±6 pixels, from samples over ±64 pixels that wrap round: a sinc's tails are cut
    /// there and nowhere else. G is separable, so rows come first and columns after.
    /// </summary>
    private static double[,] ConvolvedWithItsTurn(Func<double, double> g, double[,] R, int up)
    {
        int half = Extent * up - 1, n = 2 * half + 1, reach = Reach * up - 1;
        double[] taps = [.. Enumerable.Range(-half, n).Select(i => g(i / (double)up))];

        // Tap i, wrapped, stands at i + half + reach.
        double[] wrapped = [.. taps[^reach..], .. taps, .. taps[..reach]];
        var rows = new double[n, 2 * reach + 1];
        for (int v = -half; v <= half; v++)
            for (int u = -half; u <= half; u++)
            {
                double x = u / (double)up, y = v / (double)up;
                double turned = g(R[0, 0] * x + R[0, 1] * y) * g(R[1, 0] * x + R[1, 1] * y);
                Signal.Accumulate(rows.Row(v + half), turned, wrapped.AsSpan(half - u, 2 * reach + 1));
            }
        var result = new double[2 * reach + 1, 2 * reach + 1];
        for (int j = -reach; j <= reach; j++)
            for (int v = -half; v <= half; v++)
                Signal.Accumulate(result.Row(j + reach), wrapped[j - v + half + reach], rows.Row(v + half));
        return result;
    }

    private static double[,] Upsample(double[,] x, double[,] f, int up, int p)
    {
        // p more on each side than it takes to keep the size.
        int lo = p + (f.Height() + up - 1) / 2, hi = p + (f.Height() - up) / 2;
        double[,] inserted = Plane.Both(x, row => Signal.Pad(Signal.Insert(row, up), lo, hi));
        return Plane.Map(Plane.Convolve(inserted, f), value => value * up * up);
    }
}
