namespace VerifyTests;

/// <summary>Where a verified file lies, and under which name.</summary>
public class VerifySettings
{
    /// <summary>Empty settings.</summary>
    public VerifySettings()
    {
    }

    /// <summary>A copy.</summary>
    public VerifySettings(VerifySettings? settings)
    {
        if (settings is not null)
        {
            Directory = settings.Directory;
            FileName = settings.FileName;
            TypeName = settings.TypeName;
            MethodName = settings.MethodName;
            ParametersText = settings.ParametersText;
            Parameters = settings.Parameters;
        }
    }

    internal string? Directory { get; private set; }

    internal string? FileName { get; private set; }

    internal string? TypeName { get; private set; }

    internal string? MethodName { get; private set; }

    internal string? ParametersText { get; private set; }

    internal object?[]? Parameters { get; private set; }

    /// <summary>The folder of the verified file: absolute, or relative to the test's source file.</summary>
    public void UseDirectory(string directory) => Directory = NotEmpty(directory);

    /// <summary>The name, in place of class, method and parameters; neither folder nor extension.</summary>
    public void UseFileName(string fileName) => FileName = NotEmpty(fileName);

    /// <summary>The name in place of the class's.</summary>
    public void UseTypeName(string name) => TypeName = NotEmpty(name);

    /// <summary>The name in place of the method's.</summary>
    public void UseMethodName(string name) => MethodName = NotEmpty(name);

    /// <summary>The arguments of the test method, in its order; they become part of the name.</summary>
    public void UseParameters(params object?[] parameters) => Parameters = parameters;

    /// <summary>A text in place of the parameters' names and values.</summary>
    public void UseTextForParameters(string parametersText) => ParametersText = NotEmpty(parametersText);

    /// <summary>That no program for comparing files is started on a difference; here none ever is.</summary>
    public void DisableDiff()
    {
    }

    private static string NotEmpty(string text)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(text);
        return text;
    }
}
