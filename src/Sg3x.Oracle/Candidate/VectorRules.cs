using Sg3x.Oracle.Checks;

namespace Sg3x.Oracle.Candidate;

/// <summary>Results of published vectors, one check a group. What a known mistake makes of a vector is recognised.</summary>
internal static class VectorRules
{
    public static IReadOnlyList<CandidateCheck> Checks { get; } = [.. VectorCatalogue.Groups.Select(Of)];

    private static CandidateCheck Of(VectorGroup group) => new(
        $"vector.{group.Name}", group.Equation,
            "16·√terms roundings of the precision given; 6 in 16 bits; of the largest expected value",
        $"`results` for {group.Name} (golden/vectors/{group.Name}.json)", (export, missing) => Compare(group, export, missing));

    private static IEnumerable<Finding> Compare(VectorGroup group, CandidateExport export, List<string> missing)
    {
        CandidateOutputs[] supplied = [.. export.Results.Where(result => result.Group == group.Name)];
        foreach (VectorCase test in group.Cases)
        {
            CandidateOutputs[] ofCase = [.. supplied.Where(result => result.Case == test.Id)];
            if (supplied.Length > 0)
                missing.AddRange(test.Expected.Keys
                    .Where(name => !ofCase.Any(result => result.Outputs.ContainsKey(name)))
                        .Select(name => $"{group.Name}/{test.Id} {name}"));
            foreach (CandidateOutputs result in ofCase)
            {
                double tolerance = test.Tolerance(result.Roundoff);
                Bug? bug = Recognise(test, result, tolerance);
                foreach ((string name, NumericArray measured) in result.Outputs)
                    yield return Finding($"{group.Name}/{test.Id} {name}", test.Expected[name], measured, tolerance, bug);
            }
        }
    }

    private static Finding Finding(string where, NumericArray expected, NumericArray measured, double tolerance, Bug? bug)
    {
        string? explanation = bug is null ? null : $"{bug.Flag}: {bug.Description}; {bug.Effect}";
        if (!expected.Shape.SequenceEqual(measured.Shape))
            return Differences.Equal(where, expected.Sizes, measured.Sizes, explanation ?? "another shape");
        return Differences.Array(
            where, [.. expected.Shape.Select(side => (long)side)], expected.Values, measured.Values, tolerance, explanation);
    }

    /// <summary>The mistake that these outputs are equal to, the closest where there are several; null where they are
    /// right.</summary>
    private static Bug? Recognise(VectorCase test, CandidateOutputs result, double tolerance)
    {
        double right = Distance(test.Expected, result.Outputs);
        if (right <= tolerance)
            return null;
        return test.Faults.Select(fault => (fault.Bug, Distance: Distance(fault.Outputs, result.Outputs)))
            .Where(fault => fault.Distance <= tolerance && fault.Distance < right).OrderBy(fault => fault.Distance)
                .Select(fault => fault.Bug).FirstOrDefault();
    }

    private static double Distance(
        IReadOnlyDictionary<string, NumericArray> of, IReadOnlyDictionary<string, NumericArray> outputs)
    {
        double distance = 0;
        foreach ((string name, NumericArray measured) in outputs)
        {
            NumericArray expected = of[name];
            if (!expected.Shape.SequenceEqual(measured.Shape))
                return double.PositiveInfinity;
            double largest = expected.Values.Max(Math.Abs), off =
                expected.Values.Zip(measured.Values, (a, b) => a.Equals(b) ? 0 : Math.Abs(a - b)).Max();
            distance = off == 0 ? distance : Math.Max(distance, double.IsNaN(off) ? double.PositiveInfinity : off / largest);
        }
        return distance;
    }
}
