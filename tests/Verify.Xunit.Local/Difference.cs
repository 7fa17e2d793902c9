using System.Globalization;
using System.Text;

namespace VerifyTests;

/// <summary>What differs between two texts, for a failure message: the first lines that do, with what stands around them.</summary>
internal static class Difference
{
    private const int Context = 2;
    private const int Shown = 20;

    public static string Describe(string verified, string received)
    {
        string[] was = verified.Split('\n');
        string[] now = received.Split('\n');
        int start = 0;
        while (start < was.Length && start < now.Length && was[start] == now[start])
        {
            start++;
        }

        int sameAtEnd = 0;
        while (sameAtEnd < was.Length - start && sameAtEnd < now.Length - start && was[^(sameAtEnd + 1)] == now[^(sameAtEnd + 1)])
        {
            sameAtEnd++;
        }

        StringBuilder text = new();
        text.Append(CultureInfo.InvariantCulture, $"From line {start + 1} (- verified, + received):\n");
        foreach (string line in was[Math.Max(0, start - Context)..start])
        {
            text.Append(CultureInfo.InvariantCulture, $"  {line}\n");
        }

        Append(text, '-', was[start..^sameAtEnd]);
        Append(text, '+', now[start..^sameAtEnd]);
        foreach (string line in was[^sameAtEnd..].Take(Context))
        {
            text.Append(CultureInfo.InvariantCulture, $"  {line}\n");
        }

        return text.ToString().TrimEnd('\n');
    }

    private static void Append(StringBuilder text, char sign, string[] lines)
    {
        foreach (string line in lines.Take(Shown))
        {
            text.Append(CultureInfo.InvariantCulture, $"{sign} {line}\n");
        }

        if (lines.Length > Shown)
        {
            text.Append(CultureInfo.InvariantCulture, $"{sign} … {lines.Length - Shown} more lines\n");
        }
    }
}
