using Sg3x.Oracle.Checks;

namespace Sg3x.Faults.Tests;

/// <summary>A mistake as somebody made it, and the check that must catch it.</summary>
/// <param name="Name">What is wrong, in a few words.</param>
/// <param name="Mechanism">Which part goes wrong and how; at most three faults share one.</param>
/// <param name="Source">Where it was made or reported, or <see cref="Classic"/>.</param>
/// <param name="Story">What it does, and why nobody notices.</param>
/// <param name="CaughtBy">Id of the check that must fail.</param>
/// <param name="Plant">Production with the mistake in it.</param>
internal sealed record PlantedFault(
    string Name, string Mechanism, string Source, string Story, string CaughtBy, Func<Subject> Plant)
{
    public const string WriteUp = "the JAX write-up";
    public const string Classic = "a classic of its component";

    public static IReadOnlyList<PlantedFault> All { get; } =
        [.. ConfigurationFaults.All, .. ScheduleFaults.All, .. FilterFaults.All, .. OpFaults.All, .. KernelFaults.All,
            .. InputFaults.All, .. NetworkFaults.All, .. TrainingFaults.All, .. IterationFaults.All, .. TrainedFaults.All,
            .. MetricFaults.All, .. PrecisionFaults.All, .. PresetFaults.All, .. AugmentationFaults.All, .. ClassFaults.All];

    public static Subject T => Subjects.Healthy(Subjects.T);

    public static Subject R => Subjects.Healthy(Subjects.R);

    /// <inheritdoc/>
    public override string ToString() => Name;
}
