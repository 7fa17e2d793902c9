using Sg3x.Augmentation;

namespace Sg3x.Tests.Augmentation;

/// <summary>The two matrices of one image, product by product, in doubles, from the numbers drawn for it.</summary>
internal sealed class DrawnMatrices(AugmentationDraws draws, int image, AugmentationKinds kinds, double p)
{
    /// <summary>G⁻¹, 3×3.</summary>
    public double[,] Geometry(int size)
    {
        double[,] g = Diagonal(1, 1, 1);
        void Then(bool taken, double[,] m) => g = taken ? Product(g, m) : g;
        Then(Takes(AugmentationChoice.XFlip, kinds.XFlip), Diagonal(1 - (2 * Die(AugmentationAmount.XFlip, 2)), 1, 1));
        Then(Takes(AugmentationChoice.Rotate90, kinds.Rotate90), Turn(Die(AugmentationAmount.QuarterTurns, 4) * Math.PI / 2));
        Then(Takes(AugmentationChoice.XInt, kinds.XInt), Move(
            -Math.Round(Uniform(AugmentationAmount.WholeX, 0.125) * size, MidpointRounding.ToEven),
            -Math.Round(Uniform(AugmentationAmount.WholeY, 0.125) * size, MidpointRounding.ToEven)));
        double s = Math.Pow(2, 0.2 * Drawn(AugmentationAmount.Scale)), a = Math.Pow(2, 0.2 * Drawn(AugmentationAmount.Aniso));
        Then(Takes(AugmentationChoice.Scale, kinds.Scale), Diagonal(1 / s, 1 / s, 1));
        double once = 1 - Math.Sqrt(1 - Math.Min(1, kinds.Rotate * p));
        Then(Chance(AugmentationChoice.RotateBefore) < once, Turn(Uniform(AugmentationAmount.AngleBefore, Math.PI)));
        Then(Takes(AugmentationChoice.Aniso, kinds.Aniso), Diagonal(1 / a, a, 1));
        Then(Chance(AugmentationChoice.RotateAfter) < once, Turn(Uniform(AugmentationAmount.AngleAfter, Math.PI)));
        Then(Takes(AugmentationChoice.XFrac, kinds.XFrac), Move(
            -0.125 * Drawn(AugmentationAmount.PartX) * size, -0.125 * Drawn(AugmentationAmount.PartY) * size));
        return g;
    }

    /// <summary>C, 4×4.</summary>
    public double[,] Colour()
    {
        double[,] c = Diagonal(1, 1, 1, 1);
        void Then(bool taken, double[,] m) => c = taken ? Product(m, c) : c;
        double b = 0.2 * Drawn(AugmentationAmount.Brightness), k = Math.Pow(2, 0.5 * Drawn(AugmentationAmount.Contrast));
        double[,] brightness = Diagonal(1, 1, 1, 1);
        (brightness[0, 3], brightness[1, 3], brightness[2, 3]) = (b, b, b);
        Then(Takes(AugmentationChoice.Brightness, kinds.Brightness), brightness);
        Then(Takes(AugmentationChoice.Contrast, kinds.Contrast), Diagonal(k, k, k, 1));
        int flip = Die(AugmentationAmount.LumaFlip, 2);
        Then(Takes(AugmentationChoice.LumaFlip, kinds.LumaFlip), Axial((i, j) => (i == j ? 1 : 0) - (2.0 * flip / 3)));

        // Rodrigues about v = (1, 1, 1)/√3.
        double angle = Uniform(AugmentationAmount.Hue, Math.PI), cos = Math.Cos(angle), sin = Math.Sin(angle);
        Then(Takes(AugmentationChoice.Hue, kinds.Hue), Axial((i, j) =>
            ((1 - cos) / 3) + (i == j ? cos : ((i + 1) % 3 == j ? -1 : 1) * sin / Math.Sqrt(3))));
        double s = Math.Pow(2, Drawn(AugmentationAmount.Saturation));
        Then(Takes(AugmentationChoice.Saturation, kinds.Saturation), Axial((i, j) =>
            (1 / 3.0) + (s * ((i == j ? 1 : 0) - (1 / 3.0)))));
        return c;
    }

    private double Chance(AugmentationChoice choice) => draws.Choices[image, (long)choice].item<double>();

    private bool Takes(AugmentationChoice choice, double multiplier) => Chance(choice) < multiplier * p;

    private double Drawn(AugmentationAmount amount) => draws.Values[image, (long)amount].item<double>();

    private double Uniform(AugmentationAmount amount, double range) => ((2 * Drawn(amount)) - 1) * range;

    private int Die(AugmentationAmount amount, int sides) => (int)Math.Floor(sides * Drawn(amount));

    private static double[,] Turn(double angle) =>
        new[,] { { Math.Cos(angle), -Math.Sin(angle), 0 }, { Math.Sin(angle), Math.Cos(angle), 0 }, { 0, 0, 1 } };

    private static double[,] Move(double x, double y) => new[,] { { 1, 0, x }, { 0, 1, y }, { 0, 0, 1 } };

    private static double[,] Diagonal(params double[] entries)
    {
        double[,] m = new double[entries.Length, entries.Length];
        for (int i = 0; i < entries.Length; i++)
            m[i, i] = entries[i];
        return m;
    }

    private static double[,] Axial(Func<int, int, double> entry)
    {
        double[,] m = Diagonal(0, 0, 0, 1);
        for (int i = 0; i < 9; i++)
            m[i / 3, i % 3] = entry(i / 3, i % 3);
        return m;
    }

    private static double[,] Product(double[,] a, double[,] b)
    {
        int n = a.GetLength(0);
        double[,] c = new double[n, n];
        for (int i = 0; i < n * n; i++)
            c[i / n, i % n] = Enumerable.Range(0, n).Sum(k => a[i / n, k] * b[k, i % n]);
        return c;
    }
}
