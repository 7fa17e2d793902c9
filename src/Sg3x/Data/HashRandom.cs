namespace Sg3x.Data;

/// <summary>
/// Random numbers that depend on their keys alone and are the same on every machine and under every version of .NET: the finisher
/// of SplitMix64 (Steele, Lea and Flood 2014) over a counter.
/// </summary>
internal struct HashRandom
{
    private const ulong Golden = 0x9E3779B97F4A7C15;

    private ulong state;

    public HashRandom(ulong key1, ulong key2 = 0, ulong key3 = 0) => state = Hash(key1, key2, key3);

    /// <summary>64 well-mixed bits of three keys.</summary>
    public static ulong Hash(ulong key1, ulong key2 = 0, ulong key3 = 0) =>
        unchecked(Mix(Mix(Mix(key1 + Golden) ^ (key2 + (2 * Golden))) ^ (key3 + (3 * Golden))));

    public ulong NextBits() => Mix(state += Golden);

    /// <summary>Uniform in [0, 1), of 53 bits.</summary>
    public double Next() => (NextBits() >> 11) * (1.0 / (1ul << 53));

    /// <summary>Uniform in [low, high).</summary>
    public double Next(double low, double high) => low + ((high - low) * Next());

    /// <summary>Uniform in 0 … below − 1.</summary>
    public int NextInt(int below) => (int)Math.BigMul(NextBits(), (ulong)below, out _);

    /// <summary>True with the given probability.</summary>
    public bool Chance(double probability) => Next() < probability;

    /// <summary>
    /// About normal, mean 0, standard deviation 1, within ±3: the sum of uniform draws, which needs no function of the machine's
    /// own.
    /// </summary>
    public double NextBell() => 2 * (Next() + Next() + Next() - 1.5);

    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
