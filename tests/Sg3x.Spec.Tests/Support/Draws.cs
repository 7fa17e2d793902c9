namespace Sg3x.Spec.Tests.Support;

/// <summary>Seeded random arrays.</summary>
internal sealed class Draws(int seed)
{
    private readonly Random random = new(seed);

    public int Int(int from, int to) => random.Next(from, to + 1);

    public double Uniform(double from, double to) => from + (to - from) * random.NextDouble();

    public double Normal() =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());

    public double[] Row(int length) => [.. Enumerable.Range(0, length).Select(_ => Normal())];

    public double[,] Plane(int height, int width)
    {
        var plane = new double[height, width];
        for (int v = 0; v < height; v++)
            for (int u = 0; u < width; u++)
                plane[v, u] = Normal();
        return plane;
    }

    public double[][,] Image(int channels, int height, int width) =>
        [.. Enumerable.Range(0, channels).Select(_ => Plane(height, width))];

    public double[][][,] Batch(int n, int channels, int height, int width) =>
        [.. Enumerable.Range(0, n).Select(_ => Image(channels, height, width))];

    public double[,,,] Kernel(int outs, int ins, int k)
    {
        var w = new double[outs, ins, k, k];
        for (int o = 0; o < outs; o++)
            for (int i = 0; i < ins; i++)
                for (int j = 0; j < k; j++)
                    for (int l = 0; l < k; l++)
                        w[o, i, j, l] = Normal();
        return w;
    }
}
