using Sg3x.Ops.Cpu;

namespace Sg3x.Tests.Ops.Cpu;

/// <summary>Which rows of taps have a loop of their own: six neighbours in each of so many places, taking turns.</summary>
public sealed unsafe class FirTests
{
    [Theory]
    [InlineData(1, new long[] { 0, 1, 2, 3, 4, 5 }, 1)]
    [InlineData(1, new long[] { 40, 7, 41, 8, 42, 9, 43, 10, 44, 11, 45, 12 }, 2)]
    [InlineData(1, new long[] { 9, 5, 1, 10, 6, 2, 11, 7, 3, 12, 8, 4, 13, 9, 5, 14, 10, 6 }, 3)]
    [InlineData(2, new long[] { 0, 1, 2, 3, 4, 5 }, 0)]
    [InlineData(1, new long[] { 0, 1, 2, 3, 4 }, 0)]
    [InlineData(1, new long[] { 0, 1, 2, 3, 4, 5, 6 }, 0)]
    [InlineData(1, new long[] { 0, 1, 2, 3, 4, 6 }, 0)]
    [InlineData(1, new long[] { 0, 2, 3, 4, 5, 6 }, 0)]
    [InlineData(1, new long[] { 5, 4, 3, 2, 1, 0 }, 0)]
    [InlineData(1, new long[] { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 }, 0)]
    [InlineData(1, new long[] { }, 0)]
    public void Six_neighbours_taking_turns_are_seen(int rows, long[] columns, int places)
    {
        // What stands behind the columns is none of them.
        nint[] offsets = [.. columns.Select(c => (nint)c), -100];
        fixed (nint* first = offsets)
            Assert.Equal(places, new Fir<float>(rows, columns.Length, first, null).Places);
    }
}
