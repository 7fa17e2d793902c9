namespace Sg3x.GoldenDiff;

/// <summary>One value that differs.</summary>
/// <param name="Where">The layer by name, the input, the network or the configuration.</param>
/// <param name="Value">The value's name.</param>
/// <param name="Old">What it is on the one side.</param>
/// <param name="New">What it is on the other.</param>
/// <param name="Effect">What that does to the signal or to the weights, in words.</param>
public sealed record Difference(string Where, string Value, string Old, string New, string Effect);
