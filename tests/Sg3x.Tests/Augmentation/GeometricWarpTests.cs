using FsCheck.Xunit;
using Sg3x.Augmentation;
using static TorchSharp.torch;

namespace Sg3x.Tests.Augmentation;

/// <summary>The filtered resampling against a slow one that pads, inserts zeros and convolves as the definition says.</summary>
public sealed class GeometricWarpTests
{
    private const int Size = 9;

    [Property(MaxTest = 15)]
    public void It_is_its_definition(int seed)
    {
        using IDisposable scope = NewDisposeScope();
        using TorchSharp.torch.Generator generator = new((ulong)(uint)seed);

        // Also far out, where the padding ends.
        Tensor spread = tensor(new[] { 1.0, 1, 12 }, dtype: ScalarType.Float64);
        Tensor top = randn([2, 2, 3], dtype: ScalarType.Float64, generator: generator) * spread;
        Tensor last = tensor(new[] { 0.0, 0, 1 }, dtype: ScalarType.Float64).reshape(1, 1, 3).repeat(2, 1, 1);
        Tensor inverse = cat([top, last], 1);
        Tensor x = randn([2, 3, Size, Size], dtype: ScalarType.Float64, generator: generator);
        using GeometricWarp warp = new(Size, CPU);
        double[] found = TensorAssert.Values(warp.Apply(x, inverse));
        for (int plane = 0; plane < 6; plane++)
        {
            double[] m = TensorAssert.Values(inverse[plane / 3]);
            double[,] image = new double[Size, Size];
            Buffer.BlockCopy(TensorAssert.Values(x[plane / 3, plane % 3]), 0, image, 0, Size * Size * sizeof(double));
            double[] expected = [.. Definition(image, m).Cast<double>()];
            for (int i = 0; i < expected.Length; i++)
                Assert.Equal(expected[i], found[(plane * Size * Size) + i], 1e-10);
        }
    }

    [Fact]
    public void Quarter_turns_and_mirrors_are_what_they_are_for_smooth_images()
    {
        using IDisposable scope = NewDisposeScope();
        const int size = 32;
        Tensor t = arange(size, dtype: ScalarType.Float64) / (size - 1);
        Tensor x = ((t * Math.PI).cos() + (0.5 * (t * Math.PI).cos().unsqueeze(1))).reshape(1, 1, size, size).repeat(1, 3, 1, 1);
        using GeometricWarp warp = new(size, CPU);
        Tensor Turned(double a, double b, double c, double d) =>
            warp.Apply(x, tensor(new[] { a, b, 0, c, d, 0, 0, 0, 1 }, dtype: ScalarType.Float64).reshape(1, 3, 3));

        // The pass band of 12 taps up and 12 down leaves slow cosines to 2 %; corners are the worst.
        Assert.InRange((Turned(1, 0, 0, 1) - x).abs().max().item<double>(), 0, 0.02);
        Assert.InRange((Turned(-1, 0, 0, 1) - x.flip(3)).abs().max().item<double>(), 0, 0.02);
        Assert.InRange((Turned(1, 0, 0, -1) - x.flip(2)).abs().max().item<double>(), 0, 0.02);

        // Position (x, y) shows what was at (−y, x): a turn, rows for columns and then mirrored.
        Assert.InRange((Turned(0, -1, 1, 0) - x.transpose(2, 3).flip(2)).abs().max().item<double>(), 0, 0.02);
    }

    private static double[,] Definition(double[,] x, double[] inverse)
    {
        double[] f = Wavelets.UnitSum(Wavelets.Sym6);
        int length = 2 * ((3 * Size) - 2), samples = 2 * (Size + 6);
        double[,] twice = Both(x, row => Upsample(row, f));
        double[,] sampled = new double[samples, samples];
        for (int v = 0; v < samples; v++)
        {
            for (int u = 0; u < samples; u++)
            {
                double px = (u - ((samples - 1) / 2.0) + 0.5) / 2, py = (v - ((samples - 1) / 2.0) + 0.5) / 2;
                double qx = (inverse[0] * px) + (inverse[1] * py) + inverse[2];
                double qy = (inverse[3] * px) + (inverse[4] * py) + inverse[5];
                double column = (2 * qx) - 0.5 + ((length - 1) / 2.0), row = (2 * qy) - 0.5 + ((length - 1) / 2.0);
                for (double i = Math.Floor(row); i <= Math.Floor(row) + 1; i++)
                {
                    for (double j = Math.Floor(column); j <= Math.Floor(column) + 1; j++)
                    {
                        if (i >= 0 && j >= 0 && i < length && j < length)
                            sampled[v, u] += (1 - Math.Abs(row - i)) * (1 - Math.Abs(column - j)) * twice[(int)i, (int)j];
                    }
                }
            }
        }

        return Both(sampled, row =>
            [.. Enumerable.Range(0, Size).Select(o => f.Select((tap, j) => tap * row[(2 * o) + 1 + j]).Sum())]);
    }

    private static double[] Upsample(double[] row, double[] f)
    {
        double[] padded = [.. row[1..].Reverse(), .. row, .. row[..^1].Reverse()];
        double[] spread = [.. new double[6], .. padded.SelectMany(value => new[] { value, 0 }), .. new double[5]];
        double[] flipped = [.. f.Reverse()];
        int outputs = spread.Length - 11;
        return [.. Enumerable.Range(0, outputs).Select(k => 2 * flipped.Select((tap, j) => tap * spread[k + j]).Sum())];
    }

    private static double[,] Both(double[,] x, Func<double[], double[]> filter) =>
        Transposed(Rows(Transposed(Rows(x, filter)), filter));

    private static double[,] Rows(double[,] x, Func<double[], double[]> filter)
    {
        double[] Row(int i) => [.. Enumerable.Range(0, x.GetLength(1)).Select(j => x[i, j])];
        double[][] rows = [.. Enumerable.Range(0, x.GetLength(0)).Select(i => filter(Row(i)))];
        double[,] result = new double[rows.Length, rows[0].Length];
        for (int i = 0; i < result.Length; i++)
            result[i / rows[0].Length, i % rows[0].Length] = rows[i / rows[0].Length][i % rows[0].Length];
        return result;
    }

    private static double[,] Transposed(double[,] x)
    {
        double[,] result = new double[x.GetLength(1), x.GetLength(0)];
        for (int i = 0; i < x.Length; i++)
            result[i % x.GetLength(1), i / x.GetLength(1)] = x[i / x.GetLength(1), i % x.GetLength(1)];
        return result;
    }
}
