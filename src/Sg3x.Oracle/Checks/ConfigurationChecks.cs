namespace Sg3x.Oracle.Checks;

/// <summary>
/// What the configuration itself asks for: every other check holds a build to its configuration, and a generator without a margin
/// that is built as it was asked for passes them all.
/// </summary>
internal sealed class AliasFreeConfigCheck : ICheck
{
    public string Id => AliasFreeBounds.Id;

    public string Equation => AliasFreeBounds.Equation;

    public string ToleranceBasis => AliasFreeBounds.ToleranceBasis;

    public IEnumerable<Finding> Run(Subject subject) =>
        AliasFreeBounds.Judge(Bridge.Config(subject.Config), ConfigNames.Options);
}
