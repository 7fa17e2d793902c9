using System.Runtime.InteropServices;

namespace Sg3x.Configuration;

/// <summary>The shared libraries that are mapped into this process (Linux; empty elsewhere).</summary>
public static class NativeLibraries
{
    /// <summary>The name of a BLAS that is correct and a great deal slower than any other.</summary>
    public const string ReferenceBlas = "the reference BLAS";

    private const string Maps = "/proc/self/maps";

    /// <summary>Paths of the files mapped now, without duplicates.</summary>
    public static IReadOnlyList<string> Mapped()
    {
        if (!File.Exists(Maps))
        {
            return [];
        }

        // address perms offset dev inode path; the path is the sixth field and the only one that may hold spaces
        return [.. File.ReadLines(Maps)
            .Select(line => line.Split(' ', 6, StringSplitOptions.RemoveEmptyEntries))
            .Where(fields => fields.Length == 6 && fields[5].TrimStart().StartsWith('/'))
            .Select(fields => fields[5].TrimStart())
            .Where(path => Path.GetFileName(path).Contains(".so", StringComparison.Ordinal))
            .Distinct()];
    }

    /// <summary>The first path whose file name starts with <paramref name="prefix"/>.</summary>
    public static string? Find(IReadOnlyList<string> libraries, string prefix) =>
        libraries.FirstOrDefault(path => Path.GetFileName(path).StartsWith(prefix, StringComparison.Ordinal));

    /// <summary>Which library multiplies matrices for libtorch, and from which file.</summary>
    public static (string? Name, string? Path) Blas(IReadOnlyList<string> libraries)
    {
        // Debian's libtorch asks for libblas.so.3, which the alternatives point at OpenBLAS where that is installed; the maps
        // show the file it leads to. A libopenblas beside a reference libblas belongs to something else.
        if (Find(libraries, "libblas.") is string blas)
        {
            return blas.Contains("openblas", StringComparison.Ordinal)
                ? (Describe(blas, "openblas_get_config") ?? "OpenBLAS", blas)
                : (blas.Contains("blis", StringComparison.Ordinal) ? "BLIS" : ReferenceBlas, blas);
        }

        if (Find(libraries, "libopenblas") is string openBlas)
        {
            return (Describe(openBlas, "openblas_get_config") ?? "OpenBLAS", openBlas);
        }

        if (Find(libraries, "libmkl") is string mkl)
        {
            return ("Intel MKL", mkl);
        }

        return Find(libraries, "libtorch_cpu.") is string libTorch
            ? (HasExport(libTorch, "MKL_Get_Version_String") ? "Intel MKL, part of libtorch" : "part of libtorch", null)
            : (null, null);
    }

    private static string? Describe(string path, string function) =>
        WithLibrary(path, library => NativeLibrary.TryGetExport(library, function, out nint address)
            ? Marshal.PtrToStringUTF8(Marshal.GetDelegateForFunctionPointer<GetText>(address)())?.Trim()
            : null);

    private static bool HasExport(string path, string function) =>
        WithLibrary(path, library => NativeLibrary.TryGetExport(library, function, out _) ? function : null) is not null;

    private static string? WithLibrary(string path, Func<nint, string?> use)
    {
        if (!NativeLibrary.TryLoad(path, out nint library))
        {
            return null;
        }

        try
        {
            return use(library);
        }
        finally
        {
            NativeLibrary.Free(library);
        }
    }

    private delegate nint GetText();
}
