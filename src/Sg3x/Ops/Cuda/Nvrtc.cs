using System.Runtime.InteropServices;
using System.Text;

namespace Sg3x.Ops.Cuda;

/// <summary>NVIDIA's compiler of kernels at run time, which comes with every CUDA build of libtorch.</summary>
/// <remarks>Every method throws <see cref="NotSupportedException"/> with the compiler's words where it fails.</remarks>
internal sealed unsafe class Nvrtc
{
    private readonly nint _library;

    /// <param name="candidates">Files or names of the library, the likeliest first.</param>
    /// <exception cref="NotSupportedException">None of them can be loaded.</exception>
    public Nvrtc(IEnumerable<string> candidates)
    {
        (File, _library) = Load(candidates);
        int major, minor;
        Check("nvrtcVersion", ((delegate* unmanaged<int*, int*, int>)Export("nvrtcVersion"))(&major, &minor));
        Version = $"{major}.{minor}";
    }

    /// <summary>What was loaded.</summary>
    public string File { get; }

    /// <summary>Its version.</summary>
    public string Version { get; }

    /// <summary>Compiles a kernel for a device.</summary>
    /// <param name="source">Its source.</param>
    /// <param name="definitions">Macros, as options.</param>
    /// <param name="architecture">The device's compute capability: 90 is 9.0.</param>
    /// <returns>A cubin; or for a device newer than the compiler PTX, which the driver compiles further.</returns>
    public byte[] Compile(string source, IEnumerable<string> definitions, int architecture)
    {
        int target = Target(architecture);
        bool own = target == architecture;
        string[] options = [$"--gpu-architecture={(own ? "sm" : "compute")}_{target}", "--std=c++17", .. definitions];
        nint program;
        fixed (byte* text = Terminated(source), name = Terminated("filtered_lrelu.cu"))
        {
            Check(
                "nvrtcCreateProgram",
                ((delegate* unmanaged<nint*, byte*, byte*, int, void*, void*, int>)Export("nvrtcCreateProgram"))(&program, text, name, 0, null, null));
        }
        try
        {
            nint[] pointers = [.. options.Select(Marshal.StringToCoTaskMemUTF8)];
            int status;
            fixed (nint* first = pointers)
                status = ((delegate* unmanaged<nint, int, nint*, int>)Export("nvrtcCompileProgram"))(program, pointers.Length, first);
            Array.ForEach(pointers, Marshal.FreeCoTaskMem);
            if (status != 0)
                throw new NotSupportedException($"NVRTC {Version}: {Encoding.UTF8.GetString(Read(program, "nvrtcGetProgramLog")).Trim('\0', '\n')}");
            return Read(program, own ? "nvrtcGetCUBIN" : "nvrtcGetPTX");
        }
        finally
        {
            ((delegate* unmanaged<nint*, int>)Export("nvrtcDestroyProgram"))(&program);
        }
    }

    // The device's own, or the newest before it that the compiler knows.
    private int Target(int architecture)
    {
        int count;
        Check("nvrtcGetNumSupportedArchs", ((delegate* unmanaged<int*, int>)Export("nvrtcGetNumSupportedArchs"))(&count));
        int[] known = new int[count];
        fixed (int* first = known)
            Check("nvrtcGetSupportedArchs", ((delegate* unmanaged<int*, int>)Export("nvrtcGetSupportedArchs"))(first));
        int[] fitting = [.. known.Where(k => k <= architecture)];
        return fitting.Length > 0
            ? fitting.Max()
            : throw new NotSupportedException($"NVRTC {Version} compiles for sm_{known.Min()} and newer, the device is sm_{architecture}");
    }

    private byte[] Read(nint program, string function)
    {
        nuint size;
        Check(function, ((delegate* unmanaged<nint, nuint*, int>)Export(function + "Size"))(program, &size));
        byte[] bytes = new byte[size];
        fixed (byte* first = bytes)
            Check(function, ((delegate* unmanaged<nint, byte*, int>)Export(function))(program, first));
        return bytes;
    }

    private static (string File, nint Library) Load(IEnumerable<string> candidates)
    {
        foreach (string candidate in candidates)
        {
            if (NativeLibrary.TryLoad(candidate, out nint library))
                return (candidate, library);
        }
        throw new NotSupportedException("NVRTC is neither beside libtorch nor where the system looks for libraries");
    }

    private static byte[] Terminated(string text) => Encoding.UTF8.GetBytes(text + '\0');

    private nint Export(string name) =>
        NativeLibrary.TryGetExport(_library, name, out nint function)
            ? function
            : throw new NotSupportedException($"{File} has no function {name}");

    private static void Check(string function, int status)
    {
        if (status != 0)
            throw new NotSupportedException($"{function}: NVRTC error {status}");
    }
}
