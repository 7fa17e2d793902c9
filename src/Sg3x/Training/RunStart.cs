using Sg3x.Configuration;
using static TorchSharp.torch;

namespace Sg3x.Training;

/// <summary>A run that is about to train.</summary>
/// <param name="Folder">Its folder, which may not be there yet.</param>
/// <param name="Config">Everything that shapes it.</param>
/// <param name="Device">The device it trains on.</param>
/// <param name="DType">The type it computes in.</param>
public sealed record RunStart(RunFolder Folder, RunConfig Config, Device Device, ScalarType DType);

/// <summary>What a look at a run before it trains came to.</summary>
/// <param name="Summary">In a few words, for the log: <c>passed, 20 checks</c>.</param>
/// <param name="Unverified">
/// Why the run must not count as verified, which <c>config.json</c> says from then on; null: it may.
/// </param>
public sealed record RunVerification(string Summary, string? Unverified = null);

/// <summary>Looks at a run before it trains.</summary>
/// <param name="start">The run. Its data set and checkpoint have been found usable, and nothing has been written.</param>
/// <returns>What came of it.</returns>
/// <remarks>Whatever it throws ends the run before it begins.</remarks>
public delegate RunVerification RunPreflight(RunStart start);
