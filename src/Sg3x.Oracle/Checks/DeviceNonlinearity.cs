using Sg3x.Ops;
using static TorchSharp.torch;

namespace Sg3x.Oracle.Checks;

/// <summary>What computes a case, with the arguments of <see cref="FilteredLeakyRelu.FindKernel"/>; null where nothing
/// does.</summary>
public delegate IFilteredLeakyRelu? KernelLookup(Tensor x, Tensor? upFilter, Tensor? downFilter, FilteredLeakyReluShape shape);

/// <summary>The device's own kernel for the filtered leaky ReLU, replaceable.</summary>
public sealed record DeviceNonlinearity
{
    /// <summary>The kernel, compiled for a case; null where it does not compute this, or there is none.</summary>
    public required KernelLookup Find { get; init; }

    /// <summary>Why the device computes without one; null where it has one. Finding a case may tell that there is none.</summary>
    public required Func<string?> Absence { get; init; }

    /// <summary>Whether one was asked for: then it is a failure that there is none.</summary>
    public required Func<bool> Wanted { get; init; }

    /// <summary>Production as it is.</summary>
    /// <param name="device">Where it computes.</param>
    public static DeviceNonlinearity Production(Device device) => new()
    {
        Find = (x, upFilter, downFilter, shape) => FilteredLeakyRelu.FindKernel(x, upFilter, downFilter, shape),
        Absence = () => FilteredLeakyRelu.KernelAbsence(device),
        Wanted = () => FilteredLeakyRelu.KernelWanted(device),
    };
}
