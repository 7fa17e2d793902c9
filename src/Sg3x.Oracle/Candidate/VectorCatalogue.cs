using Sg3x.Oracle.Candidate.Cases;

namespace Sg3x.Oracle.Candidate;

/// <summary>Every published vector, its results computed by the spec; <c>golden/vectors</c> holds them as files.</summary>
public static class VectorCatalogue
{
    /// <summary>The version that files and candidates name. Cases are added under the same version, none is changed.</summary>
    public const int Version = 1;

    /// <summary>The groups, by operation.</summary>
    public static IReadOnlyList<VectorGroup> Groups { get; } =
    [
        ScheduleCases.Group,
        FilterCases.Group,
        NonlinearityCases.Group,
        ModulationCases.Group,
        LayerCases.Group,
        FourierCases.Frequencies,
        FourierCases.Features,
        MappingCases.Group,
        AverageCases.Magnitude,
        AverageCases.Generator,
        OptimiserCases.Path,
        OptimiserCases.Lazy,
        OptimiserCases.NonFinite,
        LossCases.Group,
        ControllerCases.Group,
        ControllerCases.Iterations,
        AugmentationCases.Geometry,
        AugmentationCases.Probability,
        AugmentationCases.Colour,
        AugmentationCases.Sampling,
        DiscriminatorCases.Deviation,
        DiscriminatorCases.Stride,
        DiscriminatorCases.Blur,
        EquivarianceCases.User,
        EquivarianceCases.Shift,
        EquivarianceCases.Turn,
        EquivarianceCases.Decibels,
        PrecisionCases.Rounding,
        PrecisionCases.Sums,
    ];
}
