using System.Diagnostics.Contracts;
using System.Runtime.CompilerServices;
using VerifyTests;

namespace VerifyXunit;

/// <summary>Holds a text against the verified file beside the test.</summary>
public static class Verifier
{
    /// <summary>
    /// Compares a text with <c>{Class}.{Method}_{Parameters}.verified.txt</c>. Where it differs, or there is no such file, the text is
    /// written to <c>….received.txt</c> beside it and the test fails.
    /// </summary>
    [Pure]
    public static SettingsTask Verify(string? target, VerifySettings? settings = null, [CallerFilePath] string sourceFile = "") =>
        Verify(target, "txt", settings, sourceFile);

    /// <summary>The same for a file with another extension.</summary>
    [Pure]
    public static SettingsTask Verify(
        string? target, string extension, VerifySettings? settings = null, [CallerFilePath] string sourceFile = "") =>
        new(settings, async s => await InnerVerifier.VerifyText(target ?? "null", extension, s, sourceFile, UseVerifyAttribute.GetMethod()));

    /// <summary>The same for a text that is still being made.</summary>
    [Pure]
    public static SettingsTask Verify(Task<string> target, VerifySettings? settings = null, [CallerFilePath] string sourceFile = "") =>
        Verify(target, "txt", settings, sourceFile);

    /// <summary>The same for a text that is still being made and a file with another extension.</summary>
    [Pure]
    public static SettingsTask Verify(
        Task<string> target, string extension, VerifySettings? settings = null, [CallerFilePath] string sourceFile = "") =>
        new(settings, async s =>
            await InnerVerifier.VerifyText(await target, extension, s, sourceFile, UseVerifyAttribute.GetMethod()));
}
