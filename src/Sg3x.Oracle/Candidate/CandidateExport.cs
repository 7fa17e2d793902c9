using Sg3x.Spec.Schedule;

namespace Sg3x.Oracle.Candidate;

/// <summary>What another implementation says of itself; null is what it left out. <c>docs/candidate.md</c> describes the
/// file.</summary>
public sealed record CandidateExport
{
    /// <summary>The file.</summary>
    public required string File { get; init; }

    /// <summary>The implementation's own name for itself.</summary>
    public required string Name { get; init; }

    /// <summary>What its schedule is computed from.</summary>
    public ScheduleConfig? Config { get; init; }

    /// <summary>Unit roundoff of its schedule and taps.</summary>
    public double ScheduleRoundoff { get; init; }

    /// <summary>Copies of w.</summary>
    public int? NumWs { get; init; }

    /// <summary>The Fourier input: channels, size, rate, bandwidth.</summary>
    public CandidateInput? Input { get; init; }

    /// <summary>The layers, ToRGB last.</summary>
    public IReadOnlyList<CandidateLayer>? Layers { get; init; }

    /// <summary>Frequencies as drawn for a new network, [channels, 2].</summary>
    public NumericArray? Frequencies { get; init; }

    /// <summary>Phases as drawn, [channels].</summary>
    public NumericArray? Phases { get; init; }

    /// <summary>Results for published vectors.</summary>
    public IReadOnlyList<CandidateOutputs> Results { get; init; } = [];

    /// <summary>Constants of the training step.</summary>
    public CandidateTraining Training { get; init; } = new();

    /// <summary>Lines of a training log, in order.</summary>
    public IReadOnlyList<TracePoint>? Trace { get; init; }

    /// <summary>The type that most of the network computes in.</summary>
    public string? ComputeType { get; init; }

    /// <summary>Layers that are meant to compute in float32 all the same.</summary>
    public IReadOnlyList<string> Float32Layers { get; init; } = [];

    /// <summary>Types of tensors.</summary>
    public IReadOnlyList<CandidateTensor> Tensors { get; init; } = [];
}

/// <summary>The Fourier input of a candidate.</summary>
public sealed record CandidateInput(int? Channels, int? Size, double? Rate, double? Bandwidth);

/// <summary>A layer of a candidate, under the official names; null is what it left out.</summary>
public sealed record CandidateLayer
{
    /// <summary>L{i}_{size}_{channels}.</summary>
    public string? Name { get; init; }

    /// <summary>Whether it is ToRGB.</summary>
    public bool? IsToRgb { get; init; }

    /// <summary>Whether it is critically sampled.</summary>
    public bool? IsCritical { get; init; }

    /// <summary>Numbers by their official name: sizes, rates, cutoffs, factors, taps.</summary>
    public IReadOnlyDictionary<string, double> Numbers { get; init; } = new Dictionary<string, double>();

    /// <summary>Whether the downsampling filter is radial.</summary>
    public bool? DownRadial { get; init; }

    /// <summary>Padding of the upsampled signal: x0, x1, y0, y1.</summary>
    public IReadOnlyList<int>? Padding { get; init; }

    /// <summary>Whether filters were given; one that is null or a single tap is none.</summary>
    public bool HasUpFilter { get; init; }

    /// <summary>The same for the other.</summary>
    public bool HasDownFilter { get; init; }

    /// <summary>Taps of one axis [n], or a grid [n, n]; null is no filter.</summary>
    public NumericArray? UpFilter { get; init; }

    /// <summary>The same for the other.</summary>
    public NumericArray? DownFilter { get; init; }
}

/// <summary>Results of a candidate for one vector.</summary>
/// <param name="Group">Name of the group.</param>
/// <param name="Case">Its number.</param>
/// <param name="Roundoff">Unit roundoff of the precision they were computed in.</param>
/// <param name="Outputs">By name.</param>
public sealed record CandidateOutputs(string Group, int Case, double Roundoff, IReadOnlyDictionary<string, NumericArray> Outputs);

/// <summary>Constants of an optimiser as it was given them.</summary>
public sealed record CandidateOptimiser(double? BaseRate, double? Rate, double? Beta1, double? Beta2, double? Epsilon);

/// <summary>Constants of a candidate's training step.</summary>
public sealed record CandidateTraining
{
    /// <summary>Images in a batch.</summary>
    public int? Batch { get; init; }

    /// <summary>G's optimiser.</summary>
    public CandidateOptimiser? Generator { get; init; }

    /// <summary>D's optimiser.</summary>
    public CandidateOptimiser? Discriminator { get; init; }

    /// <summary>R1 is taken every so many iterations.</summary>
    public int? PenaltyInterval { get; init; }

    /// <summary>R1's weight when it is taken.</summary>
    public double? PenaltyWeight { get; init; }

    /// <summary>β of G_ema by images shown before.</summary>
    public IReadOnlyList<(double Images, double Beta)>? GeneratorAverage { get; init; }

    /// <summary>β of the layers' magnitudes.</summary>
    public double? MagnitudeBeta { get; init; }

    /// <summary>β of w_avg.</summary>
    public double? LatentBeta { get; init; }

    /// <summary>Whether it says at what norm gradients are clipped.</summary>
    public bool HasGradientClip { get; init; }

    /// <summary>That norm; null is never.</summary>
    public double? GradientClip { get; init; }

    /// <summary>What happens at a loss that is not finite: stop, skip or replace.</summary>
    public string? OnNonFinite { get; init; }

    /// <summary>Iterations between updates of ADA's probability.</summary>
    public int ControllerInterval { get; init; } = 4;

    /// <summary>ADA's target.</summary>
    public double ControllerTarget { get; init; } = 0.6;

    /// <summary>ADA's speed: 0…1 in so many thousand images.</summary>
    public double ControllerKimg { get; init; } = 500;
}

/// <summary>A line of a training log.</summary>
/// <param name="Images">Shown so far.</param>
/// <param name="Overfitting">r_t of the update.</param>
/// <param name="Probability">p after it.</param>
/// <param name="GeneratorLoss">L_G.</param>
/// <param name="DiscriminatorLoss">L_D without R1.</param>
public sealed record TracePoint(
    double Images, double? Overfitting, double? Probability, double? GeneratorLoss, double? DiscriminatorLoss);

/// <summary>The type of one tensor.</summary>
/// <param name="Layer">Name of its layer, or null.</param>
/// <param name="Role">What it is for: <c>conv.input</c>.</param>
/// <param name="Type"><c>float32</c>, <c>bfloat16</c>.</param>
public sealed record CandidateTensor(string? Layer, string Role, string Type);
