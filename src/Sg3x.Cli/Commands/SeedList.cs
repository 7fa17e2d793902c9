using System.Globalization;

namespace Sg3x.Cli.Commands;

/// <summary>Seeds written as numbers and ranges: <c>0-15,20</c>.</summary>
internal static class SeedList
{
    private const int Most = 100_000;

    /// <summary>Reads a list of seeds, in its order.</summary>
    /// <exception cref="UserException">It is none.</exception>
    public static IReadOnlyList<long> Parse(string text)
    {
        var seeds = new List<long>();
        foreach (string part in text.Split(','))
        {
            string[] ends = part.Split('-', 2);
            long first = Number(ends[0], text), last = ends.Length == 1 ? first : Number(ends[1], text);
            if (last < first || last - first >= Most - seeds.Count)
            {
                throw Bad(text);
            }

            for (long i = 0; i <= last - first; i++)
            {
                seeds.Add(first + i);
            }
        }

        return seeds;
    }

    private static long Number(string text, string whole) =>
        long.TryParse(text.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out long number) ? number : throw Bad(whole);

    private static UserException Bad(string found) =>
        UserException.Mismatch("--seeds", $"numbers and ranges like 0-15,20, at most {Most} in all", $"\"{found}\"");
}
