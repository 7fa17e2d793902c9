namespace Sg3x.Oracle.Candidate;

/// <summary>Puts a case together.</summary>
internal sealed class CaseBuilder(string comment, double terms)
{
    private readonly Dictionary<string, object?> parameters = [];
    private readonly Dictionary<string, NumericArray> inputs = [];
    private readonly Dictionary<string, NumericArray> expected = [];
    private readonly List<FaultyOutputs> faults = [];

    public CaseBuilder With(string name, object? value)
    {
        parameters.Add(name, value);
        return this;
    }

    public CaseBuilder Given(string name, NumericArray value)
    {
        inputs.Add(name, value);
        return this;
    }

    public CaseBuilder Expect(string name, NumericArray value)
    {
        expected.Add(name, value);
        return this;
    }

    public CaseBuilder Expect(IReadOnlyDictionary<string, NumericArray> values)
    {
        foreach ((string name, NumericArray value) in values)
            expected.Add(name, value);
        return this;
    }

    /// <summary>What a mistake makes of the only output there is.</summary>
    public CaseBuilder Fault(Bug bug, NumericArray value) =>
        Fault(bug, new Dictionary<string, NumericArray> { [expected.Keys.Single()] = value });

    public CaseBuilder Fault(Bug bug, IReadOnlyDictionary<string, NumericArray> values)
    {
        faults.Add(new FaultyOutputs(bug, values));
        return this;
    }

    public VectorCase Build(int id) => new()
    {
        Id = id,
        Comment = comment,
        Parameters = parameters,
        Inputs = inputs,
        Expected = expected,
        Terms = terms,
        Faults = faults,
    };

    public static IReadOnlyList<VectorCase> Number(IEnumerable<CaseBuilder> cases) => [.. cases.Select((c, i) => c.Build(i + 1))];
}

/// <summary>Inputs that every precision holds exactly: multiples of 1/64 within ±2, by a rule and not by a library's
/// generator.</summary>
internal sealed class Dyadic(uint seed)
{
    private uint state = seed * 2654435761u + 1;

    public double Next()
    {
        state = state * 1664525 + 1013904223;
        return ((int)((state >> 16) % 257) - 128) / 64.0;
    }

    public double[] Row(int count) => [.. Enumerable.Range(0, count).Select(_ => Next())];

    public NumericArray Array(params int[] shape) => new(shape, Row(shape.Aggregate(1, (product, side) => product * side)));
}
