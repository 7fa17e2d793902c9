namespace Sg3x.Tests;

/// <summary>Tests of what the whole process shares (counts of tensors, a failure that waits for its step): nothing runs beside them.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;
