namespace Sg3x.Oracle.Candidate;

/// <summary>Reads what an export says of training: constants, a log, types of tensors.</summary>
internal static class CandidateTrainingFile
{
    private const int MostImages = 1_000_000_000;

    public static CandidateTraining Training(JsonEntry entry)
    {
        entry.Only("batch", "generator", "discriminator", "r1", "generator_ema", "magnitude_beta", "w_avg_beta",
            "gradient_clip", "on_nonfinite", "ada");
        JsonEntry? penalty = entry.Get("r1")?.Only("interval", "weight"), ada =
            entry.Get("ada")?.Only("interval", "target", "kimg");
        JsonEntry? average = entry.Get("generator_ema"), clip = entry.Get("gradient_clip");
        int? batch = entry.Get("batch")?.Whole(1, 1 << 20);
        if (batch is null && (average ?? entry.Get("magnitude_beta") ?? ada) is not null)
            throw entry.Bad("\"batch\" with what depends on it: generator_ema, magnitude_beta, ada", "none");
        return new CandidateTraining
        {
            Batch = batch,
            Generator = Optimiser(entry.Get("generator")),
            Discriminator = Optimiser(entry.Get("discriminator")),
            PenaltyInterval = penalty?.Get("interval")?.Whole(1, 1_000_000),
            PenaltyWeight = penalty?.Get("weight")?.Finite(),
            GeneratorAverage = average is { } list ? [.. list.Items(10_000).Select(Point)] : null,
            MagnitudeBeta = entry.Get("magnitude_beta")?.Finite(),
            LatentBeta = entry.Get("w_avg_beta")?.Finite(),
            HasGradientClip = clip is not null,
            GradientClip = clip is { IsNull: false } norm ? norm.Finite() : null,
            OnNonFinite = entry.Get("on_nonfinite")?.OneOf("stop", "skip", "replace"),
            ControllerInterval = ada?.Get("interval")?.Whole(1, 1_000_000) ?? 4,
            ControllerTarget = ada?.Get("target")?.Within(-1, 1) ?? 0.6,
            ControllerKimg = ada?.Get("kimg")?.Within(1e-3, 1e9) ?? 500,
        };
    }

    public static IReadOnlyList<TracePoint> Trace(JsonEntry entry)
    {
        List<TracePoint> trace = [];
        foreach (JsonEntry line in entry.Items(100_000))
        {
            line.Only("images", "r_t", "p", "g_loss", "d_loss");
            double images = line.Need("images").Whole(0, MostImages);
            if (trace.Count > 0 && images <= trace[^1].Images)
                throw line.Need("images").Bad("more images than in the line before");
            trace.Add(new TracePoint(
                images, line.Get("r_t")?.Within(-1, 1), line.Get("p")?.Finite(), line.Get("g_loss")?.Number(),
                    line.Get("d_loss")?.Number()));
        }
        return trace;
    }

    public static CandidateExport Types(JsonEntry entry, CandidateExport export)
    {
        entry.Only("compute", "float32_layers", "tensors");
        return export with
        {
            ComputeType = entry.Need("compute").OneOf("float32", "bfloat16", "float16"),
            Float32Layers = [.. (entry.Get("float32_layers")?.Items(1000) ?? []).Select(layer => layer.Text())],
            Tensors = [.. entry.Need("tensors").Items(100_000).Select(tensor =>
            {
                tensor.Only("layer", "role", "dtype");
                return new CandidateTensor(
                    tensor.Get("layer")?.Text(), tensor.Need("role").OneOf(TypeRules.Roles), tensor.Need("dtype")
                        .OneOf(Precisions.Names));
            })],
        };
    }

    private static (double, double) Point(JsonEntry entry)
    {
        entry.Only("images", "beta");
        return (entry.Need("images").Whole(0, MostImages), entry.Need("beta").Within(0, 1));
    }

    private static CandidateOptimiser? Optimiser(JsonEntry? entry) =>
        entry?.Only("base_lr", "lr", "beta1", "beta2", "eps") is { } o
        ? new CandidateOptimiser(
            o.Get("base_lr")?.Finite(), o.Get("lr")?.Finite(), o.Get("beta1")?.Finite(), o.Get("beta2")?.Finite(),
                o.Get("eps")?.Finite())
        : null;
}
