using System.Runtime.Intrinsics;
using Sg3x.Ops.Cpu;

namespace Sg3x.Tests.Ops.Cpu;

/// <summary>Filters along one row against their definition. What stands behind the last tap is not a number, and its column is
/// one that can be read: whoever goes a tap too far shows.</summary>
public sealed unsafe class RowKernelTests
{
    private const int Behind = 8;

    public static TheoryData<int, bool> Shapes()
    {
        TheoryData<int, bool> shapes = [];
        for (int columns = 1; columns <= 13; columns++)
        {
            shapes.Add(columns, false);
            shapes.Add(columns, true);
        }
        return shapes;
    }

    [Theory, MemberData(nameof(Shapes))]
    public void It_is_its_definition(int columns, bool takingTurns)
    {
        Check<ScalarLanes<double>, double>(columns, takingTurns);
        Check<Lanes256<double>, Vector256<double>>(columns, takingTurns);
        Check<Lanes512<double>, Vector512<double>>(columns, takingTurns);
    }

    private static void Check<TLanes, TVec>(int count, bool takingTurns)
        where TLanes : struct, ILanes<TVec, double>
        where TVec : struct
    {
        var random = new Random(count);
        foreach (int vectors in (int[])[1, 2, 3, 4, 5])
        {
            int length = vectors * TLanes.Count;
            double[] source = Numbers(random, length + 64), one = new double[length], two = new double[length];
            nint[] columns = [.. Enumerable.Range(0, count + Behind).Select(c => (nint)(takingTurns ? (c / 2) + (20 * (c % 2)) : c))];
            double[] taps = [.. Numbers(random, 2 * count), .. Enumerable.Repeat(double.NaN, Behind)];
            double[] single = [.. taps[..count], .. Enumerable.Repeat(double.NaN, Behind)];
            fixed (nint* c = columns)
            fixed (double* s = source, t = taps, f = single, a = one, b = two)
            {
                RowKernel<TLanes, TVec, double>.One(new Fir<double>(1, count, c, f), s, a, length);
                AssertIs(n => Enumerable.Range(0, count).Sum(k => single[k] * source[columns[k] + n]), one, count);
                RowKernel<TLanes, TVec, double>.Two(new Fir<double>(1, count, c, t), s, a, b, length);
                AssertIs(n => Enumerable.Range(0, count).Sum(k => taps[2 * k] * source[columns[k] + n]), one, count);
                AssertIs(n => Enumerable.Range(0, count).Sum(k => taps[(2 * k) + 1] * source[columns[k] + n]), two, count);
            }
        }
    }

    // Numbers below 1: a sum of k products is off by less than k roundings of k.
    private static void AssertIs(Func<int, double> expected, double[] found, int terms)
    {
        for (int n = 0; n < found.Length; n++)
            Assert.Equal(expected(n), found[n], terms * terms * Math.ScaleB(1, -52));
    }

    private static double[] Numbers(Random random, int count) => [.. Enumerable.Range(0, count).Select(_ => (2 * random.NextDouble()) - 1)];
}
