using Microsoft.FSharp.Core;
using Xunit;
using Xunit.Sdk;

namespace FsCheck.Xunit;

/// <summary>Runs the method as a property: FsCheck draws its arguments.</summary>
[AttributeUsage(AttributeTargets.Method | AttributeTargets.Property)]
[XunitTestCaseDiscoverer("FsCheck.Xunit.PropertyDiscoverer", "FsCheck.Xunit.Local")]
public class PropertyAttribute : FactAttribute
{
    private int? _maxTest;
    private int? _maxRejected;
    private int? _startSize;
    private int? _endSize;
    private int? _parallelism;
    private bool? _verbose;
    private bool? _quietOnSuccess;
    private string? _replay;

    /// <summary>The seed to start from, as a failure prints it: <c>(seed,gamma)</c> or <c>(seed,gamma,size)</c>.</summary>
    public string? Replay
    {
        get => _replay;
        set => _replay = value;
    }

    /// <summary>How many tests may run at the same time.</summary>
    public int Parallelism
    {
        get => _parallelism ?? -1;
        set => _parallelism = value;
    }

    /// <summary>The number of tests.</summary>
    public int MaxTest
    {
        get => _maxTest ?? -1;
        set => _maxTest = value;
    }

    /// <summary>The number of drawn values that may be rejected by a condition.</summary>
    public int MaxRejected
    {
        get => _maxRejected ?? -1;
        set => _maxRejected = value;
    }

    /// <summary>The size of the first test.</summary>
    public int StartSize
    {
        get => _startSize ?? -1;
        set => _startSize = value;
    }

    /// <summary>The size of the last test; sizes rise linearly from <see cref="StartSize"/>.</summary>
    public int EndSize
    {
        get => _endSize ?? -1;
        set => _endSize = value;
    }

    /// <summary>Whether every drawn argument is written to the test's output.</summary>
    public bool Verbose
    {
        get => _verbose ?? false;
        set => _verbose = value;
    }

    /// <summary>Types with static methods or properties that return arbitraries. Those at the front win.</summary>
    public Type[] Arbitrary { get; set; } = [];

    /// <summary>Whether a property that holds says nothing.</summary>
    public bool QuietOnSuccess
    {
        get => _quietOnSuccess ?? false;
        set => _quietOnSuccess = value;
    }

    /// <summary>The configuration that the attributes make together, given from the outermost (the assembly's) to the method's own.</summary>
    internal static Config Combine(IEnumerable<PropertyAttribute> attributes)
    {
        PropertyAttribute sum = new();
        foreach (PropertyAttribute inner in attributes)
        {
            sum._maxTest = inner._maxTest ?? sum._maxTest;
            sum._maxRejected = inner._maxRejected ?? sum._maxRejected;
            sum._startSize = inner._startSize ?? sum._startSize;
            sum._endSize = inner._endSize ?? sum._endSize;
            sum._parallelism = inner._parallelism ?? sum._parallelism;
            sum._verbose = inner._verbose ?? sum._verbose;
            sum._quietOnSuccess = inner._quietOnSuccess ?? sum._quietOnSuccess;
            sum._replay = string.IsNullOrEmpty(inner._replay) ? sum._replay : inner._replay;
            sum.Arbitrary = [.. inner.Arbitrary, .. sum.Arbitrary];
        }

        Config start = sum.Verbose ? Config.Verbose : Config.Quick;
        return start
            .WithMaxTest(sum._maxTest ?? start.MaxTest)
            .WithMaxRejected(sum._maxRejected ?? start.MaxRejected)
            .WithStartSize(sum._startSize ?? start.StartSize)
            .WithEndSize(sum._endSize ?? start.EndSize)
            .WithQuietOnSuccess(sum._quietOnSuccess ?? start.QuietOnSuccess)
            .WithParallelRunConfig(sum._parallelism is int degree ? new ParallelRunConfig(degree) : start.ParallelRunConfig)
            .WithReplay(sum._replay is null ? start.Replay : ParseReplay(sum._replay))
            .WithArbitrary(sum.Arbitrary);
    }

    private static Replay ParseReplay(string text)
    {
        string[] parts = text.Trim('(', ')').Split(',', StringSplitOptions.RemoveEmptyEntries);
        FSharpOption<int>? size = parts.Length == 3 ? (int)uint.Parse(parts[2]) : null;
        return new Replay(new Rnd(ulong.Parse(parts[0]), ulong.Parse(parts[1])), size);
    }
}

/// <summary>What holds for all properties of a class or an assembly.</summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Assembly)]
public class PropertiesAttribute : PropertyAttribute;
