namespace Sg3x.Cli.Tests;

/// <summary>
/// The program with a fault in its machine code: a constant of Kaiser's formula is a tenth of what it must be, so that every window
/// is close to a box. It trains as if nothing were wrong.
/// </summary>
public sealed class FaultyBuild : IDisposable
{
    private const double Kaiser = 2.285;

    private readonly TemporaryFolder _folder = new();

    public FaultyBuild()
    {
        foreach (string entry in Directory.EnumerateFileSystemEntries(AppContext.BaseDirectory))
        {
            string name = Path.GetFileName(entry);
            if (name == "Sg3x.dll")
            {
                File.WriteAllBytes(_folder.File(name), Spoil(File.ReadAllBytes(entry)));
            }
            else if (Directory.Exists(entry))
            {
                Directory.CreateSymbolicLink(_folder.File(name), entry);
            }
            else
            {
                // A copy: .NET follows links, and would look for the libraries beside the original.
                File.Copy(entry, _folder.File(name));
            }
        }
    }

    /// <summary>Its Sg3x.Cli.dll.</summary>
    public string Program => _folder.File("Sg3x.Cli.dll");

    public void Dispose() => _folder.Dispose();

    private static byte[] Spoil(byte[] library)
    {
        byte[] constant = BitConverter.GetBytes(Kaiser);
        int at = library.AsSpan().IndexOf(constant);
        Assert.True(at >= 0 && library.AsSpan(at + 1).IndexOf(constant) < 0, $"{Kaiser} does not stand in Sg3x.dll exactly once.");
        BitConverter.GetBytes(Kaiser / 10).CopyTo(library, at);
        return library;
    }
}
