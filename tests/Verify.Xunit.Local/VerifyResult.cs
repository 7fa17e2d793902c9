namespace VerifyTests;

/// <summary>The files of a verification that held.</summary>
public class VerifyResult
{
    private readonly string _verifiedPath;

    internal VerifyResult(string verifiedPath) => _verifiedPath = verifiedPath;

    /// <summary>The verified files.</summary>
    public IEnumerable<string> Files => [_verifiedPath];

    /// <summary>The verified files that are text.</summary>
    public IEnumerable<string> TextFiles => [_verifiedPath];

    /// <summary>The text of the verified file.</summary>
    public string Text => File.ReadAllText(_verifiedPath);
}
