namespace Sg3x.Mutants.Tests;

/// <summary>The interval of a sampled score, and the list of equivalent mutants.</summary>
public class ScoreTests
{
    [Fact]
    public void TheIntervalIsWilsons()
    {
        // Newcombe (1998), table I: 81 of 263, and 0 of 20.
        (double low, double high) = new Score(81, 263, int.MaxValue).Interval();
        Assert.Equal((0.2553, 0.3662), (Math.Round(low, 4), Math.Round(high, 4)));
        (low, high) = new Score(0, 20, int.MaxValue).Interval();
        Assert.Equal((0.0, 0.1611), (Math.Round(low, 4), Math.Round(high, 4)));
    }

    [Fact]
    public void TheIntervalShrinksToTheShareWhenAllAreTried()
    {
        Assert.Equal((0.9, 0.9), new Score(90, 100, 100).Interval());
        (double low, double high) = new Score(90, 100, 101).Interval();
        Assert.InRange(high - low, 0, 0.02);
    }

    [Theory]
    [InlineData(95, 100, 0)]
    [InlineData(94, 100, 1)]
    [InlineData(0, 0, 2)]
    public void TheExitCodeIsOfWhatWasTried(int killed, int tried, int expected) =>
        Assert.Equal(expected, Application.ExitCode(new Score(killed, tried, 100)));

    [Fact]
    public void EveryEquivalentMutantIsInItsFileAndHasAReason()
    {
        foreach (Equivalent entry in Equivalents.Read(Path.Combine(Root, "tools", "Sg3x.Mutants", "equivalent.json")))
        {
            string[] lines = File.ReadAllLines(Path.Combine(Root, entry.File));
            Assert.True(lines.Any(line => line.Trim() == entry.Code), $"{entry.File} has no line \"{entry.Code}\" any more.");
            Assert.True(entry.Reason.Length > 10, $"{entry.File}: \"{entry.Change}\" has no reason.");
        }
    }

    [Fact]
    public void EveryTargetIsThere()
    {
        foreach (Target target in Target.All)
        {
            Assert.All(target.Folders, folder => Assert.True(Directory.Exists(Path.Combine(Root, target.Project, folder))));
            Assert.True(Directory.Exists(Path.Combine(Root, target.Tests)));
        }
    }

    private static string Root { get; } = Path.GetFullPath(Path.Combine(ThisFolder(), "..", ".."));

    private static string ThisFolder([System.Runtime.CompilerServices.CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;
}
