namespace Sg3x.Ops.Cuda;

/// <summary>The source of the kernel, which is part of this library.</summary>
internal static class KernelSource
{
    private const string Name = "filtered_lrelu.cu";

    /// <summary>The kernel's function.</summary>
    public const string Function = "filtered_lrelu";

    /// <summary>Its text.</summary>
    public static string Text { get; } = Read();

    private static string Read()
    {
        using Stream stream = typeof(KernelSource).Assembly.GetManifestResourceStream(Name)
            ?? throw new InvalidOperationException($"{Name} is not in the assembly.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
