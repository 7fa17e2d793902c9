using System.Collections.Concurrent;
using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;
using Sg3x.Ops.Cuda;

namespace Sg3x.Tests.Ops.Cuda;

/// <summary>
/// Runs the kernel's own source on a processor: compiled as C++ for each variant, a block after the other. Pointers are to the
/// processor's memory, and shared memory and threads are what the source makes of them without CUDA.
/// </summary>
/// <param name="sharedBytes">What a block may have.</param>
/// <param name="source">The kernel's source with a change; null for it as it is.</param>
internal sealed unsafe class HostLauncher(int sharedBytes, string? source = null) : IKernelLauncher
{
    // What a kernel that records too little leaves, alike in every run: each sample clamped, which passes no gradient on.
    private const byte Unwritten = 0xff;

    // A compiler takes half a second, and most launchers ask for the same.
    private static readonly ConcurrentDictionary<(string Source, KernelVariant Variant), Lazy<Kernel>> s_compiled = new();

    private readonly string _source = source ?? KernelSource.Text;
    private readonly Dictionary<KernelVariant, nint> _functions = [];

    /// <summary>The variants that ran.</summary>
    public IReadOnlyCollection<KernelVariant> Variants => _functions.Keys;

    public int SharedBytes(int device)
    {
        AssertIsTheHost(device);
        return sharedBytes;
    }

    public void Prepare(in KernelVariant variant, int device)
    {
        AssertIsTheHost(device);
        if (_functions.ContainsKey(variant))
            return;
        KernelVariant wanted = variant;
        Kernel kernel = s_compiled.GetOrAdd((_source, wanted), _ => new(() => Compile(wanted))).Value;
        Assert.Equal(kernel.SharedBytes, variant.SharedBytes);
        _functions.Add(variant, kernel.Function);
    }

    public void Launch(in KernelVariant variant, in KernelCall call, long blocks, int device)
    {
        Prepare(variant, device);
        var function = (delegate* unmanaged<KernelCall*, uint, void>)_functions[variant];
        if (variant.Stage == KernelStage.ActivateAndRecord)
        {
            long planes = blocks / (call.X.Tiles * call.Y.Tiles);
            int groups = (call.Y.Mid + call.RecordPhase + KernelVariant.Strip - 1) / KernelVariant.Strip;
            NativeMemory.Fill((void*)call.Branches, (nuint)(planes * groups * call.X.Mid), Unwritten);
        }
        fixed (KernelCall* argument = &call)
        {
            for (long block = 0; block < blocks; block++)
                function(argument, (uint)block);
        }
    }

    // A tensor on the CPU has no index, and a device's first is 0.
    private static void AssertIsTheHost(int device) => Assert.Equal(0, device);

    // The library stays with the process, its file does not.
    private Kernel Compile(in KernelVariant variant)
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("sg3x-kernel-");
        try
        {
            return Compile(variant, Path.Combine(folder.FullName, "kernel.cpp"), Path.Combine(folder.FullName, "kernel.so"));
        }
        finally
        {
            folder.Delete(true);
        }
    }

    private Kernel Compile(in KernelVariant variant, string file, string library)
    {
        File.WriteAllText(file, _source);
        string compiler = Environment.GetEnvironmentVariable("CXX") is { Length: > 0 } chosen ? chosen : "g++";
        var start = new ProcessStartInfo(compiler, ["-O1", "-shared", "-fPIC", "-o", library, file, .. variant.Definitions])
        {
            RedirectStandardError = true,
        };
        using Process process = Start(start);
        string errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
            throw new NotSupportedException($"{compiler}: {errors}");
        nint loaded = NativeLibrary.Load(library);
        var size = (delegate* unmanaged<long>)NativeLibrary.GetExport(loaded, "sizeof_call");
        var floats = (delegate* unmanaged<long>)NativeLibrary.GetExport(loaded, "shared_floats");
        Assert.Equal(sizeof(KernelCall), size());
        return new(NativeLibrary.GetExport(loaded, KernelSource.Function), floats() * sizeof(float));
    }

    private static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start) ?? throw new InvalidOperationException($"{start.FileName} did not start.");
        }
        catch (Win32Exception e)
        {
            throw new InvalidOperationException($"The kernel's source is tested as C++: install {start.FileName}, or name a compiler in CXX.", e);
        }
    }

    // A compiled variant, and the shared memory of a block as its source has it.
    private sealed record Kernel(nint Function, long SharedBytes);
}
