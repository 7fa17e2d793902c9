namespace Sg3x.Mutants;

/// <summary>One change to one place of the source.</summary>
/// <param name="Id">Its number in the switch.</param>
/// <param name="File">The file, relative to the root of the repository.</param>
/// <param name="Line">Line from 1.</param>
/// <param name="Column">Column from 1.</param>
/// <param name="Kind">arithmetic, boundary, condition or constant.</param>
/// <param name="Change">What becomes of what, such as <c>a + b → a - b</c>.</param>
/// <param name="Code">The source line without its indentation.</param>
/// <param name="IsStatic">Evaluated once, when its type is first used: the mutant needs a process of its own.</param>
public sealed record Mutant(int Id, string File, int Line, int Column, string Kind, string Change, string Code, bool IsStatic);
