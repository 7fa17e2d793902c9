using System.Globalization;
using System.Reflection;
using System.Text;

namespace VerifyTests;

/// <summary>A text against its verified file.</summary>
internal static class InnerVerifier
{
    private static readonly UTF8Encoding Utf8WithMark = new(encoderShouldEmitUTF8Identifier: true);

    public static async Task<VerifyResult> VerifyText(
        string text, string extension, VerifySettings settings, string sourceFile, MethodInfo method)
    {
        string directory = Path.GetFullPath(settings.Directory ?? "", Path.GetDirectoryName(Path.GetFullPath(sourceFile))!);
        string prefix = Path.Combine(directory, Prefix(settings, method));
        string receivedPath = $"{prefix}.received.{extension}";
        string verifiedPath = $"{prefix}.verified.{extension}";
        Directory.CreateDirectory(directory);
        string received = LineFeeds(text);
        if (File.Exists(verifiedPath))
        {
            string verified = LineFeeds(await File.ReadAllTextAsync(verifiedPath));

            // An editor may have ended the file's last line.
            if (verified == received || verified == received + "\n")
            {
                File.Delete(receivedPath);
                return new VerifyResult(verifiedPath);
            }

            await File.WriteAllTextAsync(receivedPath, received, Utf8WithMark);
            throw new VerifyException($"""
                Directory: {directory}
                NotEqual:
                  - Received: {Path.GetFileName(receivedPath)}
                    Verified: {Path.GetFileName(verifiedPath)}

                {Difference.Describe(verified, received)}
                """);
        }

        await File.WriteAllTextAsync(receivedPath, received, Utf8WithMark);
        throw new VerifyException($"""
            Directory: {directory}
            New:
              - Received: {Path.GetFileName(receivedPath)}
                Verified: {Path.GetFileName(verifiedPath)}

            {received}
            """);
    }

    private static string LineFeeds(string text) => text.Replace("\r\n", "\n").Replace('\r', '\n');

    private static string Prefix(VerifySettings settings, MethodInfo method)
    {
        if (settings.FileName is not null)
        {
            return settings.FileName;
        }

        StringBuilder name = new($"{settings.TypeName ?? NameWithParent(method.ReflectedType!)}.{settings.MethodName ?? method.Name}");
        if (settings.ParametersText is not null)
        {
            name.Append('_').Append(settings.ParametersText);
        }
        else if (settings.Parameters is not null)
        {
            ParameterInfo[] parameters = method.GetParameters();
            if (settings.Parameters.Length > parameters.Length)
            {
                throw new InvalidOperationException(
                    $"{method.Name} has {parameters.Length} parameters, and UseParameters was given {settings.Parameters.Length} values");
            }

            for (int i = 0; i < settings.Parameters.Length; i++)
            {
                name.Append(CultureInfo.InvariantCulture, $"_{parameters[i].Name}={ForFileName(settings.Parameters[i])}");
            }
        }
        else if (method.GetParameters() is { Length: > 0 } parameters)
        {
            throw new InvalidOperationException(
                $"{method.Name} has parameters ({string.Join(", ", parameters.Select(p => p.Name))}): say which values belong to the "
                + "name with UseParameters, or give a name with UseTextForParameters or UseFileName");
        }

        return name.ToString();
    }

    private static string NameWithParent(Type type) =>
        type.DeclaringType is { } parent ? $"{NameWithParent(parent)}.{type.Name}" : type.Name;

    private static string ForFileName(object? value)
    {
        string text = Convert.ToString(value, CultureInfo.InvariantCulture) ?? "null";
        return string.Concat(text.Select(c => c is '/' or '\\' or ':' or '*' or '?' or '"' or '<' or '>' or '|' || c < ' ' ? '-' : c));
    }
}
