using Sg3x.Oracle.Checks;

namespace Sg3x.Oracle.Candidate;

/// <summary>Which tensors may be in 16 bits, and which must not.</summary>
internal static class TypeRules
{
    private const string Promotion = "an operand in float32 promotes the whole operation, and all that follows, without a word";

    private static readonly string[] Computed =
        ["conv.input", "conv.weight", "conv.output", "filter.up", "filter.down", "nonlinearity.input", "nonlinearity.output"];

    private static readonly Dictionary<string, string> Full = new()
    {
        ["conv.sum"] = "products are summed in float32: 512 ones make 256 in bfloat16",
        ["norm.weight"] = "a norm's squares are summed in float32",
        ["norm.style"] = "a norm's squares are summed in float32",
        ["demodulation"] = "a norm's squares are summed in float32",
        ["magnitude"] = "an average that moves by 1 − β ≈ 0.001 stands still in bfloat16",
        ["parameter"] = "steps of the learning rate are lost below 2⁻⁸ of a weight",
        ["optimiser"] = "moments of β = 0.99 lose their small terms",
        ["average"] = "G_ema moves by less than bfloat16 can hold",
        ["mapping"] = "the mapping network is small, and every layer depends on it",
        ["fourier"] = "phases of many turns lose their fraction",
        ["image"] = "ToRGB's result is the image, 256 levels and more",
        ["logits"] = "losses are of float32",
        ["loss"] = "losses are of float32",
    };

    /// <summary>What a tensor can be for.</summary>
    public static string[] Roles { get; } = [.. Computed, .. Full.Keys];

    public static IReadOnlyList<CandidateCheck> Checks { get; } =
    [
        new("precision.dtypes", "operands of convolutions and filters, and what is stored, in the compute type; sums, norms,"
            + " averages, weights and losses in float32",
            "equal", "`dtypes`: compute, and tensors by role (docs/candidate.md lists the roles)", Types),
    ];

    private static IEnumerable<Finding> Types(CandidateExport export, List<string> missing)
    {
        if (export.ComputeType is not { } compute)
            yield break;
        foreach (CandidateTensor tensor in export.Tensors)
        {
            string where = tensor.Layer is null ? tensor.Role : $"{tensor.Layer} {tensor.Role}";
            if (Full.TryGetValue(tensor.Role, out string? reason))
            {
                bool wide = tensor.Type is "float32" or "float64";
                yield return new Finding(where, "float32", tensor.Type, wide ? 0 : 1, 0, wide ? null : reason);
                continue;
            }
            string expected = tensor.Layer is { } layer && export.Float32Layers.Contains(layer) ? "float32" : compute;
            yield return Differences.Equal(where, expected, tensor.Type,
                tensor.Type is "float32" or "float64"
                    ? $"{Promotion}; a layer that is meant to be in float32 is listed in float32_layers"
                : "fewer bits than the layer is meant to compute in");
        }
        missing.AddRange(Roles.Where(role => export.Tensors.All(tensor => tensor.Role != role))
            .Select(role => $"dtypes: {role}"));
    }
}
