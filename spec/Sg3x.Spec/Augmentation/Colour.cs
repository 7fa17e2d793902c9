using Sg3x.Spec.Layers;
using Sg3x.Spec.Signals;

namespace Sg3x.Spec.Augmentation;

/// <summary>
/// Colour augmentation (ADA appendix B.2): C ← M·C in the order brightness, contrast, luma flip, hue, saturation, then
/// rgb ← C·(r, g, b, 1) at every pixel, images in [−1, 1]. See <see cref="Matrices"/>.
/// </summary>
public static class Colour
{
    /// <summary>C of one image.</summary>
    public static double[,] Matrix(Kinds kinds, double p, IDraw draw)
    {
        double[,] C = Matrices.Contrast(1);
        void Then(double[,] M) => C = FourierFeatures.Multiply(M, C);

        if (kinds.Brightness > 0)
        {
            double b = draw.Normal(Kinds.BrightnessStd);
            if (draw.Takes(kinds.Brightness * p))
                Then(Matrices.Brightness(b));
        }
        if (kinds.Contrast > 0)
        {
            double c = Math.Pow(2, draw.Normal(Kinds.ContrastStd));
            if (draw.Takes(kinds.Contrast * p))
                Then(Matrices.Contrast(c));
        }
        if (kinds.LumaFlip > 0)
        {
            int i = draw.Die(2);
            if (draw.Takes(kinds.LumaFlip * p))
                Then(Matrices.LumaFlip(i));
        }
        if (kinds.Hue > 0)
        {
            double θ = draw.Uniform(Math.PI);
            if (draw.Takes(kinds.Hue * p))
                Then(Matrices.Hue(θ));
        }
        if (kinds.Saturation > 0)
        {
            double s = Math.Pow(2, draw.Normal(Kinds.SaturationStd));
            if (draw.Takes(kinds.Saturation * p))
                Then(Matrices.Saturation(s));
        }
        return C;
    }

    public static double[][,] Apply(double[][,] rgb, double[,] C) =>
        [.. Enumerable.Range(0, 3).Select(row =>
        {
            var plane = new double[rgb[0].Height(), rgb[0].Width()];
            for (int v = 0; v < plane.Height(); v++)
                for (int u = 0; u < plane.Width(); u++)
                    plane[v, u] = C[row, 0] * rgb[0][v, u] + C[row, 1] * rgb[1][v, u] + C[row, 2] * rgb[2][v, u] + C[row, 3];
            return plane;
        })];
}
