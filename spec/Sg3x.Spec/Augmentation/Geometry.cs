using Sg3x.Spec.Layers;
using Sg3x.Spec.Signals;

namespace Sg3x.Spec.Augmentation;

/// <summary>
/// Geometric augmentation (ADA appendix B.2), one homogeneous matrix in pixels about the image centre, y down:
/// <code>
///   G⁻¹ = flip · rot(i·π/2) · trans(−round(t·size)) · scale(1/s) · rot(θ₁) · scale(1/a, a) · rot(θ₂) · trans(−t·size)
/// </code>
/// each factor the inverse of what it does to the image, in the order of drawing; then reflect padding, ×2 by sym6 (zeros, pad
/// [6, 5], true convolution, ×4), bilinear sampling at G⁻¹·(output position) onto 2·(size + 6) pixels, zero outside, and ÷2:
/// crop 1 a side, sym6 unflipped, every second sample.
/// </summary>
public static class Geometry
{
    /// <summary>G⁻¹ of one image; <paramref name="size"/> in pixels. The second rotation is 0 where the draws are quantiles.</summary>
    public static double[,] InverseMatrix(Kinds kinds, double p, IDraw draw, int size)
    {
        double[,] G = Matrices.Scale(1, 1);
        void Then(double[,] M) => G = FourierFeatures.Multiply(G, M);

        if (kinds.XFlip > 0)
        {
            int i = draw.Die(2);
            if (draw.Takes(kinds.XFlip * p))
                Then(Matrices.Scale(1 - 2 * i, 1));
        }
        if (kinds.Rotate90 > 0)
        {
            int i = draw.Die(4);
            if (draw.Takes(kinds.Rotate90 * p))
                Then(Matrices.Rotation(Math.PI / 2 * i));
        }
        if (kinds.XInt > 0)
        {
            double x = draw.Uniform(Kinds.XIntMax), y = draw.Uniform(Kinds.XIntMax);
            if (draw.Takes(kinds.XInt * p))
                Then(Matrices.Translation(
                    -Math.Round(x * size, MidpointRounding.ToEven), -Math.Round(y * size, MidpointRounding.ToEven)));
        }
        if (kinds.Scale > 0)
        {
            double s = Math.Pow(2, draw.Normal(Kinds.ScaleStd));
            if (draw.Takes(kinds.Scale * p))
                Then(Matrices.Scale(1 / s, 1 / s));
        }
        double pRotation = Kinds.RotationProbability(kinds.Rotate * p);
        if (kinds.Rotate > 0)
        {
            double θ = draw.Uniform(Math.PI);
            if (draw.Takes(pRotation))
                Then(Matrices.Rotation(θ));
        }
        if (kinds.Aniso > 0)
        {
            double a = Math.Pow(2, draw.Normal(Kinds.AnisoStd));
            if (draw.Takes(kinds.Aniso * p))
                Then(Matrices.Scale(1 / a, a));
        }
        if (kinds.Rotate > 0)
        {
            double θ = draw is QuantileDraw ? 0 : draw.Uniform(Math.PI);
            if (draw.Takes(pRotation))
                Then(Matrices.Rotation(θ));
        }
        if (kinds.XFrac > 0)
        {
            double x = draw.Normal(Kinds.XFracStd), y = draw.Normal(Kinds.XFracStd);
            if (draw.Takes(kinds.XFrac * p))
                Then(Matrices.Translation(-x * size, -y * size));
        }
        return G;
    }

    /// <summary>A square plane seen through G⁻¹.</summary>
    public static double[,] Apply(double[,] x, double[,] inverse)
    {
        int size = x.Height();
        double[] f = Wavelet.UnitSum;

        // size − 1 a side is as far as a reflection goes, and as much as any position needs.
        int margin = size - 1;
        double[,] padded = Plane.Both(x, row => Reflect(row, margin));
        double[,] twice = Plane.Both(padded, row =>
            Signal.Convolve(Signal.Pad(Signal.Insert(row, 2), 6, 5), f).Select(value => 2 * value).ToArray());

        // sym6 is centred near its tap 5, half a sample off the middle of its twelve: sample i of a doubled grid of n shows what
        // lies (i − (n − 1)/2 + ½) / 2 pixels from the centre, both where it is read and where it is written.
        int outSize = 2 * (size + 6);
        var sampled = new double[outSize, outSize];
        for (int v = 0; v < outSize; v++)
            for (int u = 0; u < outSize; u++)
            {
                double px = (u - (outSize - 1) / 2.0 + 0.5) / 2, py = (v - (outSize - 1) / 2.0 + 0.5) / 2;
                double qx = inverse[0, 0] * px + inverse[0, 1] * py + inverse[0, 2];
                double qy = inverse[1, 0] * px + inverse[1, 1] * py + inverse[1, 2];
                sampled[v, u] = Bilinear(
                    twice, 2 * qx - 0.5 + (twice.Width() - 1) / 2.0, 2 * qy - 0.5 + (twice.Height() - 1) / 2.0);
            }

        double[] unflipped = [.. f.Reverse()];
        return Plane.Both(sampled, row => Signal.Keep(Signal.Convolve(Signal.Pad(row, -1, -1), unflipped), 2));
    }

    /// <summary>…x[2] x[1] | x[0] x[1] … x[n−1] | x[n−2]…</summary>
    public static double[] Reflect(double[] x, int margin)
    {
        int period = 2 * (x.Length - 1);
        return [.. Enumerable.Range(-margin, x.Length + 2 * margin).Select(i =>
        {
            int at = ((i % period) + period) % period;
            return x[Math.Min(at, period - at)];
        })];
    }

    /// <summary>x at column u, row v between samples; zero outside.</summary>
    public static double Bilinear(double[,] x, double u, double v)
    {
        int u0 = (int)Math.Floor(u), v0 = (int)Math.Floor(v);
        double fu = u - u0, fv = v - v0;
        double At(int row, int column) =>
            row >= 0 && row < x.Height() && column >= 0 && column < x.Width() ? x[row, column] : 0;
        return (1 - fv) * ((1 - fu) * At(v0, u0) + fu * At(v0, u0 + 1))
            + fv * ((1 - fu) * At(v0 + 1, u0) + fu * At(v0 + 1, u0 + 1));
    }
}
