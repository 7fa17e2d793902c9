namespace Sg3x.Spec.Augmentation;

/// <summary>
/// The matrices of augmentation (ADA appendix B), homogeneous: 3×3 over (x, y), y down, and 4×4 over (r, g, b).
/// <code>
///   rotation(θ) = [cos θ −sin θ; sin θ cos θ]        hue(θ) = v vᵀ(1 − cos θ) + I·cos θ + [v]ₓ·sin θ
///   luma flip   = I − 2 v vᵀ                          saturation(s) = v vᵀ + s·(I − v vᵀ)             v = (1, 1, 1)/√3
/// </code>
/// </summary>
public static class Matrices
{
    private static readonly double V = 1 / Math.Sqrt(3);

    public static double[,] Translation(double x, double y) => new[,] { { 1, 0, x }, { 0, 1, y }, { 0, 0, 1 } };

    public static double[,] Scale(double x, double y) => new[,] { { x, 0, 0 }, { 0, y, 0 }, { 0, 0, 1 } };

    public static double[,] Rotation(double θ) =>
        new[,] { { Math.Cos(θ), -Math.Sin(θ), 0 }, { Math.Sin(θ), Math.Cos(θ), 0 }, { 0, 0, 1 } };

    /// <summary>rgb + b.</summary>
    public static double[,] Brightness(double b) =>
        new[,] { { 1, 0, 0, b }, { 0, 1, 0, b }, { 0, 0, 1, b }, { 0, 0, 0, 1 } };

    /// <summary>c·rgb.</summary>
    public static double[,] Contrast(double c) =>
        new[,] { { c, 0, 0, 0 }, { 0, c, 0, 0 }, { 0, 0, c, 0 }, { 0, 0, 0, 1 } };

    /// <summary>I − 2·i·v vᵀ, i 0 or 1.</summary>
    public static double[,] LumaFlip(int i) => AroundGrey((row, column) => Delta(row, column) - 2 * i * V * V);

    /// <summary>A right-handed rotation by θ about v (Rodrigues).</summary>
    public static double[,] Hue(double θ) => AroundGrey((row, column) =>
        V * V * (1 - Math.Cos(θ)) + Delta(row, column) * Math.Cos(θ) + Cross(row, column) * V * Math.Sin(θ));

    public static double[,] Saturation(double s) =>
        AroundGrey((row, column) => V * V + s * (Delta(row, column) - V * V));

    private static double[,] AroundGrey(Func<int, int, double> entry)
    {
        var m = new double[4, 4];
        m[3, 3] = 1;
        for (int row = 0; row < 3; row++)
            for (int column = 0; column < 3; column++)
                m[row, column] = entry(row, column);
        return m;
    }

    private static double Delta(int row, int column) => row == column ? 1 : 0;

    // [v]ₓ of v = (1, 1, 1): +1 below the diagonal going round, −1 above.
    private static double Cross(int row, int column) => ((row - column + 3) % 3) switch { 1 => 1, 2 => -1, _ => 0 };
}
