using System.Globalization;
using FsCheck.Fluent;
using Xunit.Abstractions;

namespace FsCheck.Xunit.Tests;

/// <summary>What a property says and does, the same with the package and with the stand-in.</summary>
public class PropertyAttributeTests
{
    private static readonly Lazy<IReadOnlyDictionary<string, ITestResultMessage>> Results = new(() => InnerRun.Of(typeof(Samples)));

    private static int _drawn;

    [Fact]
    public void APropertyThatHoldsPasses()
    {
        Assert.IsAssignableFrom<ITestPassed>(Results.Value[nameof(Samples.Holds)]);
        Assert.Equal(37, Samples.Held);
        Assert.Contains("Ok, passed 37 tests.", Results.Value[nameof(Samples.Holds)].Output);
    }

    [Fact]
    public void AFalsePropertyFailsWithItsShrunkArgument()
    {
        ITestFailed failed = Failure(nameof(Samples.BelowTen));
        Assert.Contains("Falsifiable", failed.Messages[0]);

        // The first false value may be the least of them, with nothing to shrink.
        Assert.Matches(@"(Shrunk:\s+10\s|\(0 shrinks\)[\s\S]*Original:\s+10\s)", failed.Messages[0]);
    }

    [Fact]
    public void AnExceptionFailsWithItsMessageInside()
    {
        ITestFailed failed = Failure(nameof(Samples.Throws));
        Assert.Equal("FsCheck.Xunit.PropertyFailedException", failed.ExceptionTypes[0]);
        Assert.Equal("System.InvalidOperationException", failed.ExceptionTypes[1]);
        Assert.Equal("thrown on purpose", failed.Messages[1]);
    }

    [Fact]
    public void TooManyRejectedValuesFail() => Assert.Contains("Arguments exhausted", Failure(nameof(Samples.NeverTried)).Messages[0]);

    [Fact]
    public void AReplayedSeedDrawsTheSameValues()
    {
        Assert.IsAssignableFrom<ITestPassed>(Results.Value[nameof(Samples.Replayed)]);
        Assert.Equal(Samples.FirstDraws, Samples.SecondDraws);
        Assert.NotEmpty(Samples.FirstDraws);
    }

    [Fact]
    public void TheMethodsArbitrariesWinOverTheClasss()
    {
        Assert.IsAssignableFrom<ITestPassed>(Results.Value[nameof(Samples.OfTheClass)]);
        Assert.IsAssignableFrom<ITestPassed>(Results.Value[nameof(Samples.OfTheMethod)]);
    }

    [Fact]
    public void ASkippedPropertyIsNotRun() => Assert.IsAssignableFrom<ITestSkipped>(Results.Value[nameof(Samples.Skipped)]);

    [Fact]
    public void AnAsynchronousPropertyIsAwaited() => Assert.Contains("too late", Failure(nameof(Samples.FailsLater)).Messages[1]);

    [Property(MaxTest = 12, StartSize = 3, EndSize = 3)]
    public void TheOuterRunKnowsPropertiesToo(int drawn)
    {
        Assert.InRange(drawn, -3, 3);
        Assert.InRange(++_drawn, 1, 12);
    }

    private static ITestFailed Failure(string method) => Assert.IsAssignableFrom<ITestFailed>(Results.Value[method]);

    /// <summary>Positive numbers, for the class; even ones, for a method.</summary>
    internal static class Positive
    {
        public static Arbitrary<int> Ints() => ArbMap.Default.ArbFor<int>().Filter(i => i > 0);
    }

    internal static class Even
    {
        public static Arbitrary<int> Ints() => ArbMap.Default.ArbFor<int>().Filter(i => i % 2 == 0);
    }

    [Properties(Arbitrary = [typeof(Positive)], MaxTest = 50)]
    internal sealed class Samples(ITestOutputHelper output)
    {
        public static int Held { get; private set; }

        public static List<int> FirstDraws { get; } = [];

        public static List<int> SecondDraws { get; } = [];

        [Property(MaxTest = 37)]
        public void Holds(int _)
        {
            Held++;
            output.WriteLine(Held.ToString(CultureInfo.InvariantCulture));
        }

        [Property]
        public bool BelowTen(int number) => number < 10;

        [Property]
        public void Throws(int _) => throw new InvalidOperationException("thrown on purpose");

        [Property(MaxRejected = 20)]
        public FsCheck.Property NeverTried(int number) => (number > 0).When(number < 0);

        [Property(Replay = "(1234,5679)")]
        public void Drawn(int number) => FirstDraws.Add(number);

        [Property(Replay = "(1234,5679)")]
        public void Replayed(int number) => SecondDraws.Add(number);

        [Property]
        public bool OfTheClass(int number) => number > 0;

        [Property(Arbitrary = [typeof(Even)])]
        public bool OfTheMethod(int number) => number % 2 == 0;

        [Property(Skip = "on purpose")]
        public bool Skipped(int _) => false;

        [Property]
        public async Task FailsLater(int _)
        {
            await Task.Yield();
            throw new InvalidOperationException("too late");
        }
    }
}
