using System.Numerics;
using System.Runtime.CompilerServices;

namespace Sg3x.MutantSwitch;

/// <summary>
/// Part of every mutated assembly: which mutant is active, and the operations whose meaning it changes. Operands are evaluated once and
/// in order whichever meaning holds.
/// </summary>
internal static class M
{
    /// <summary>Number of the active mutant; −1 for none.</summary>
    public static int Active = -1;

    /// <summary>Mutants that were reached, by number.</summary>
    public static readonly bool[] Reached = new bool[1 << 16];

    /// <summary>Processor time of this process after which mutated code throws: what ends a loop that no longer ends.</summary>
    public static TimeSpan Deadline = TimeSpan.MaxValue;

    private static int calls;

    public static bool On(int mutant)
    {
        Reached[mutant] = true;
        if ((++calls & 0xffff) == 0)
            Look();
        return mutant == Active;
    }

    public static T Add<T>(int mutant, T a, T b)
        where T : INumberBase<T> => On(mutant) ? a - b : a + b;

    public static T Subtract<T>(int mutant, T a, T b)
        where T : INumberBase<T> => On(mutant) ? a + b : a - b;

    public static T Multiply<T>(int mutant, T a, T b)
        where T : INumberBase<T> => On(mutant) ? a / b : a * b;

    public static T Divide<T>(int mutant, T a, T b)
        where T : INumberBase<T> => On(mutant) ? a * b : a / b;

    public static T Remainder<T>(int mutant, T a, T b)
        where T : INumber<T> => On(mutant) ? a * b : a % b;

    public static T Negate<T>(int mutant, T a)
        where T : INumberBase<T> => On(mutant) ? a : -a;

    public static T Sign<T>(int mutant, T a)
        where T : INumberBase<T> => On(mutant) ? -a : a;

    public static T Inverse<T>(int mutant, T a)
        where T : INumberBase<T> => On(mutant) ? T.One / a : a;

    public static bool Less<T>(int mutant, T a, T b)
        where T : IComparisonOperators<T, T, bool> => On(mutant) ? a <= b : a < b;

    public static bool LessOrEqual<T>(int mutant, T a, T b)
        where T : IComparisonOperators<T, T, bool> => On(mutant) ? a < b : a <= b;

    public static bool Greater<T>(int mutant, T a, T b)
        where T : IComparisonOperators<T, T, bool> => On(mutant) ? a >= b : a > b;

    public static bool GreaterOrEqual<T>(int mutant, T a, T b)
        where T : IComparisonOperators<T, T, bool> => On(mutant) ? a > b : a >= b;

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Look()
    {
        if (Environment.CpuUsage.TotalTime > Deadline)
            throw new TimeoutException("The mutant ran past its time.");
    }
}
