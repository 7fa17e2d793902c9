using System.Globalization;
using System.Text.RegularExpressions;
using Sg3x.Schedule;

namespace Sg3x.GoldenDiff;

/// <summary>Reads a schedule as <see cref="ScheduleText"/> writes it and golden/schedules keeps it.</summary>
public sealed partial class VerifiedText
{
    private const int MostTaps = 4096;

    private readonly string source;
    private readonly string[] lines;
    private int at;

    private VerifiedText(string source, string text)
    {
        this.source = source;
        lines = text.TrimStart('\uFEFF').ReplaceLineEndings("\n").Split('\n');
    }

    /// <summary>Reads a schedule; a line with the preset's name may stand above it.</summary>
    /// <param name="source">Where the text comes from, for messages.</param>
    /// <param name="text">The text.</param>
    /// <exception cref="UserException">A line is not what the format has there; the message names it.</exception>
    public static ScheduleDocument Read(string source, string text) => new VerifiedText(source, text).Document();

    private ScheduleDocument Document()
    {
        if (!lines[0].StartsWith("resolution ", StringComparison.Ordinal))
            at++;
        Match first = Line(FirstLine(), "resolution …, … layers, … critical, margin …");
        Match second = Line(SecondLine(), "channel base …, max …; kernel …; filter size …, lrelu upsampling …");
        Match input = Line(InputLine(), "input: … channels, … pixels, rate …, bandwidth …; … ws");
        var config = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["radial filters"] = second.Groups["radial"].Success ? "yes" : "no",
        };
        foreach (Group group in first.Groups.Values.Skip(1).Concat(second.Groups.Values.Skip(1)))
        {
            if (group.Name != "radial")
                config[group.Name.Replace('_', ' ')] = group.Value;
        }
        var layers = new List<LayerPlan>();
        while (at < lines.Length && lines[at].Length == 0)
        {
            at++;
            if (at < lines.Length && lines[at].Length > 0)
                layers.Add(Layer(layers.Count));
        }
        if (at < lines.Length)
            throw Bad("an empty line between layers");
        if (layers.Count == 0)
            throw UserException.Mismatch(source, "layers", "none");
        return new ScheduleDocument(
            source, config, new InputPlan(Int(input, 1), Int(input, 2), Real(input, 3), Real(input, 4)), Int(input, 5), layers);
    }

    private LayerPlan Layer(int index)
    {
        Match head = Line(HeadLine(), "L…_…_…");
        Match channels = Line(PairLine("channels"), "channels … -> …"), size = Line(PairLine("size"), "size … -> …");
        Match rate = Line(RateLine(), "rate … -> … -> …  (up …, down …)");
        Match cutoff = Line(PairLine("cutoff"), "cutoff … -> …"), halfWidth = Line(PairLine("half-width"), "half-width … -> …");
        Match kernel = Line(KernelLine(), "kernel …"), padding = Line(PaddingLine(), "padding x … …, y … …");
        Filter? up = Filter("up"), down = Filter("down");
        return new LayerPlan
        {
            Index = index,
            Name = head.Groups[1].Value,
            IsToRgb = head.Groups[2].Value == "ToRGB",
            IsCritical = head.Groups[2].Success,
            InChannels = Int(channels, 1),
            OutChannels = Int(channels, 2),
            InSize = Int(size, 1),
            OutSize = Int(size, 2),
            InRate = Real(rate, 1),
            TmpRate = Real(rate, 2),
            OutRate = Real(rate, 3),
            Up = Factor(rate, 4),
            Down = Factor(rate, 5),
            InCutoff = Real(cutoff, 1),
            OutCutoff = Real(cutoff, 2),
            InHalfWidth = Real(halfWidth, 1),
            OutHalfWidth = Real(halfWidth, 2),
            Kernel = Int(kernel, 1),
            Padding = new ImagePadding(Int(padding, 1), Int(padding, 2), Int(padding, 3), Int(padding, 4)),
            UpTaps = up?.Size ?? 1,
            DownTaps = down?.Size ?? 1,
            DownRadial = down is { IsRadial: true },
            UpFilter = up,
            DownFilter = down,
        };
    }

    private Filter? Filter(string name)
    {
        Match head = Line(FilterLine(), $"{name} filter identity, or … taps");
        if (head.Groups[1].Value != name)
            throw Bad($"the {name} filter", at - 1);
        if (!head.Groups[2].Success)
            return null;
        int size = Int(head, 2);
        bool radial = head.Groups[3].Success;
        if (size is < 2 or > MostTaps)
            throw Bad($"2 to {MostTaps} taps", at - 1);
        int half = (size + 1) / 2, count = radial ? half * half : size;
        var taps = new List<double>();
        while (taps.Count < count && at < lines.Length && lines[at].StartsWith("   ", StringComparison.Ordinal))
        {
            string[] cells = lines[at].Split(' ', StringSplitOptions.RemoveEmptyEntries);
            taps.AddRange(cells.Select(cell =>
                double.TryParse(cell, CultureInfo.InvariantCulture, out double tap) && double.IsFinite(tap)
                    ? tap
                    : throw Bad("taps")));
            at++;
        }
        if (taps.Count != count)
            throw Bad(FormattableString.Invariant($"{count} taps, not {taps.Count},"), at - 1);
        return radial ? Schedule.Filter.Radial(size, Unfold([.. taps], size)) : Schedule.Filter.Separable([.. taps]);
    }

    // The upper left quarter stands for a grid that is symmetric in both axes.
    private static double[] Unfold(double[] quarter, int size)
    {
        int half = (size + 1) / 2;
        var grid = new double[size * size];
        for (int y = 0; y < size; y++)
        {
            for (int x = 0; x < size; x++)
                grid[y * size + x] = quarter[Math.Min(y, size - 1 - y) * half + Math.Min(x, size - 1 - x)];
        }
        return grid;
    }

    private Match Line(Regex pattern, string expected)
    {
        Match match = at < lines.Length ? pattern.Match(lines[at]) : Match.Empty;
        if (!match.Success)
            throw Bad($"\"{expected}\"");
        at++;
        return match;
    }

    private int Int(Match match, int group) =>
        int.TryParse(match.Groups[group].Value, CultureInfo.InvariantCulture, out int value)
            ? value
            : throw Bad($"an integer for \"{match.Groups[group].Value}\"", at - 1);

    private int Factor(Match match, int group) =>
        Int(match, group) is > 0 and int factor ? factor : throw Bad("a factor of at least 1", at - 1);

    private double Real(Match match, int group) =>
        double.TryParse(match.Groups[group].Value, CultureInfo.InvariantCulture, out double value) && double.IsFinite(value)
            ? value
            : throw Bad($"a number for \"{match.Groups[group].Value}\"", at - 1);

    private UserException Bad(string expected, int? line = null)
    {
        int index = line ?? at;
        string found = index < lines.Length ? $"\"{lines[index]}\"" : "the end of the text";
        return UserException.Mismatch(FormattableString.Invariant($"{source}: line {index + 1}"), expected, found);
    }

    private static Regex PairLine(string name) => new($@"^  {name} +(\S+) -> (\S+)$", RegexOptions.CultureInvariant);

    [GeneratedRegex(@"^resolution (?<resolution>\d+), (?<layers>\d+) layers, " +
        @"(?<critical_layers>\d+) critical, margin (?<margin>\d+)$")]
    private static partial Regex FirstLine();

    [GeneratedRegex(@"^channel base (?<channel_base>\d+), max (?<channel_max>\d+); kernel (?<kernel>\d+); " +
        @"filter size (?<filter_size>\d+), lrelu upsampling (?<lrelu_upsampling>\d+)(?<radial>, radial)?$")]
    private static partial Regex SecondLine();

    [GeneratedRegex(@"^input: (\d+) channels, (\d+) pixels, rate (\S+), bandwidth (\S+); (\d+) ws$")]
    private static partial Regex InputLine();

    [GeneratedRegex(@"^(L\d+_\d+_\d+)(?:  \((ToRGB|critically sampled)\))?$")]
    private static partial Regex HeadLine();

    [GeneratedRegex(@"^  rate +(\S+) -> (\S+) -> (\S+)  \(up (\d+), down (\d+)\)$")]
    private static partial Regex RateLine();

    [GeneratedRegex(@"^  kernel +(\d+)$")]
    private static partial Regex KernelLine();

    [GeneratedRegex(@"^  padding +x (-?\d+) (-?\d+), y (-?\d+) (-?\d+)$")]
    private static partial Regex PaddingLine();

    [GeneratedRegex(@"^  (up|down) +filter (?:identity|(\d+) taps(, radial, upper left quarter)?)$")]
    private static partial Regex FilterLine();
}
