using System.Diagnostics.Contracts;
using System.Runtime.CompilerServices;
using VerifyTests;

namespace VerifyXunit;

/// <summary>For test classes that share settings.</summary>
public abstract class VerifyBase
{
    private readonly VerifySettings? _settings;
    private readonly string _sourceFile;

    /// <summary>Settings for all verifications of the class.</summary>
    protected VerifyBase(VerifySettings? settings = null, [CallerFilePath] string sourceFile = "")
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(sourceFile);
        _settings = settings;
        _sourceFile = sourceFile;
    }

    /// <inheritdoc cref="Verifier.Verify(string, VerifySettings, string)"/>
    [Pure]
    public SettingsTask Verify(string? target, VerifySettings? settings = null) =>
        Verifier.Verify(target, settings ?? _settings, _sourceFile);

    /// <inheritdoc cref="Verifier.Verify(string, string, VerifySettings, string)"/>
    [Pure]
    public SettingsTask Verify(string? target, string extension, VerifySettings? settings = null) =>
        Verifier.Verify(target, extension, settings ?? _settings, _sourceFile);
}
