namespace Sg3x.Spec.Augmentation;

/// <summary>augment(x) = colour(geometry(x)), each where one of its kinds is enabled (ADA appendix B).</summary>
public static class Pipeline
{
    public static double[][,] Apply(double[][,] rgb, Kinds kinds, double p, IDraw draw)
    {
        double[][,] x = rgb;
        if (kinds.Geometric)
        {
            double[,] inverse = Geometry.InverseMatrix(kinds, p, draw, rgb[0].GetLength(0));
            x = [.. x.Select(plane => Geometry.Apply(plane, inverse))];
        }
        return kinds.Coloured ? Colour.Apply(x, Colour.Matrix(kinds, p, draw)) : x;
    }
}
