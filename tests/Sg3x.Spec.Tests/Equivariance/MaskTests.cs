using Sg3x.Spec.Equivariance;
using Sg3x.Spec.Filters;
using Sg3x.Spec.Signals;
using Sg3x.Spec.Tests.Support;

namespace Sg3x.Spec.Tests.Equivariance;

/// <summary>Which pixels count, and what the band limits are made of.</summary>
public class MaskTests
{
    private const int Size = 30;

    /// <summary>Not turned, a pixel u is read at sample 4u + 25 of 4·30 + 46, and 47 samples a side are left out: 6 to 23.</summary>
    [Fact]
    public void A_rotation_by_nothing_leaves_six_pixels_out()
    {
        double[,] mask = Rotation.Rotate([new double[Size, Size]], 0).Mask;
        for (int v = 0; v < Size; v++)
            for (int u = 0; u < Size; u++)
                Assert.Equal(u is >= 6 and <= 23 && v is >= 6 and <= 23 ? 1 : 0, mask[v, u]);
    }

    /// <summary>A pixel counts where its source lies within the same bounds, to the nearest sample of a quarter pixel.</summary>
    [Theory]
    [InlineData(0.3)]
    [InlineData(-0.78)]
    [InlineData(2.9)]
    public void A_rotations_mask_turns_with_it(double α)
    {
        // Large enough for the first row to be seen at half a right angle.
        const int size = 44;
        double[,] mask = Rotation.Rotate([new double[size, size]], α).Mask;
        for (int v = 0; v < size; v++)
            for (int u = 0; u < size; u++)
            {
                double px = u - (size - 1) / 2.0, py = v - (size - 1) / 2.0;
                double qx = Math.Cos(α) * px - Math.Sin(α) * py, qy = Math.Sin(α) * px + Math.Cos(α) * py;

                // Samples 47 … 4·size − 2 of columns and rows count, and a pixel is read at the nearest to 4(q + (size − 1)/2) + 25.
                bool Inside(double q) => Math.Round(4 * q) is >= 24 - 2 * size and <= 2 * size - 25;
                Assert.Equal(Inside(qx) && Inside(qy) ? 1 : 0, mask[v, u]);
            }
    }

    [Fact]
    public void A_pseudo_rotation_leaves_its_reach_out()
    {
        double[,] mask = Rotation.PseudoRotate([new double[Size, Size]], 0.5).Mask;
        for (int v = 0; v < Size; v++)
            for (int u = 0; u < Size; u++)
                Assert.Equal(u is >= 5 and <= 24 && v is >= 5 and <= 24 ? 1 : 0, mask[v, u]);
    }

    /// <summary>Not turned, f is an outer product: of sinc ∗ sinc times window ∗ window, both over ±64 pixels that wrap round.</summary>
    [Fact]
    public void The_band_limit_of_no_turn_factors()
    {
        const int up = 2, half = 64 * up - 1, n = 2 * half + 1, side = 2 * 6 * up - 1;
        double[,] f = Rotation.BandLimit(Rotation.Matrix(0), up);
        Assert.Equal((side, side), (f.Height(), f.Width()));
        double Window(double t) => Math.Abs(t) < 3 ? LowPass.Sinc(t / 3) : 0;
        double Square(Func<double, double> g, int k) => Enumerable.Range(-half, n).Sum(u =>
        {
            int other = k - u;
            other += other > half ? -n : other < -half ? n : 0;
            return g(u / (double)up) * g(other / (double)up);
        });
        double[] axis = [.. Enumerable.Range(-side / 2, side).Select(k => Square(LowPass.Sinc, k) * Square(Window, k))];
        for (int phase = 0; phase < up; phase++)
        {
            double sum = Enumerable.Range(0, side).Where(i => i % up == phase).Sum(i => axis[i]);
            for (int i = phase; i < side; i += up)
                axis[i] /= sum * up;
        }
        for (int v = 0; v < side; v++)
            for (int u = 0; u < side; u++)
                Near.Value(axis[v] * axis[u], f[v, u]);
    }

    /// <summary>
    /// Turned, f is the product of two sums over the whole plane, S_α and L_α seen from where each tap stands; the mirror image would
    /// be the limit of −α.
    /// </summary>
    [Fact]
    public void The_band_limit_of_a_turn_is_its_definition()
    {
        const int half = 63, n = 2 * half + 1;
        const double α = 0.4;
        double[,] f = Rotation.BandLimit(Rotation.Matrix(α), 1);
        double Window(double t) => Math.Abs(t) < 3 ? LowPass.Sinc(t / 3) : 0;
        double Sum(Func<double, double> g, int k, int j)
        {
            double sum = 0;
            for (int v = -half; v <= half; v++)
                for (int u = -half; u <= half; u++)
                {
                    // S_α(p) = S(R p); what it is convolved with wraps round.
                    double turned = g(Math.Cos(α) * u + Math.Sin(α) * v) * g(-Math.Sin(α) * u + Math.Cos(α) * v);
                    sum += turned * g(Math.IEEERemainder(k - u, n)) * g(Math.IEEERemainder(j - v, n));
                }
            return sum;
        }
        double Tap(int k, int j) => Sum(LowPass.Sinc, k, j) * Sum(Window, k, j);
        double centre = Tap(0, 0);
        foreach ((int k, int j) in (ReadOnlySpan<(int, int)>)[(1, 0), (2, 1), (-2, 1), (4, -3)])
            Near.Value(Tap(k, j) / centre, f[5 + j, 5 + k] / f[5, 5]);
        Assert.True(Math.Abs(f[6, 7] - f[6, 3]) > 1e-3 * f[5, 5], "a band limit that turns has no mirror symmetry");
    }

    [Fact]
    public void A_matrix_turns_right_to_up_and_the_users_the_other_way()
    {
        double[,] R = Rotation.Matrix(Math.PI / 2), user = Rotation.User(Math.PI / 2);
        Near.Relative(new double[,] { { 0, 1, 0 }, { -1, 0, 0 }, { 0, 0, 1 } }, R, 1e-15);
        Near.Relative(new double[,] { { 0, -1, 0 }, { 1, 0, 0 }, { 0, 0, 1 } }, user, 1e-15);
    }
}
