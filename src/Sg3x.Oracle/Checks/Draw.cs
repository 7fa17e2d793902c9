namespace Sg3x.Oracle.Checks;

/// <summary>Seeded normal arrays in the spec's shapes.</summary>
internal sealed class Draw(int seed)
{
    private readonly Random random = new(seed);

    public double Normal() =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());

    public double Uniform(double from, double to) => from + (to - from) * random.NextDouble();

    public double[] Row(int length) => [.. Enumerable.Range(0, length).Select(_ => Normal())];

    public double[,] Plane(int height, int width)
    {
        var plane = new double[height, width];
        for (int v = 0; v < height; v++)
            for (int u = 0; u < width; u++)
                plane[v, u] = Normal();
        return plane;
    }

    public double[][][,] Batch(int n, int channels, int height, int width) =>
        [.. Enumerable.Range(0, n).Select(_ => Enumerable.Range(0, channels).Select(_ => Plane(height, width)).ToArray())];
}
