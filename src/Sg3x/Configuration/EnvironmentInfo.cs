using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using System.Text.Json;
using TorchSharp;

namespace Sg3x.Configuration;

/// <summary>
/// The program and the machine a run was made with: what <c>sg3x doctor</c> prints and what <c>config.json</c> of a run records.
/// </summary>
public sealed record EnvironmentInfo
{
    /// <summary>Version of this program, with the commit where the build knew it.</summary>
    public required string Version { get; init; }

    /// <summary>The .NET runtime.</summary>
    public required string DotNet { get; init; }

    /// <summary>Operating system and architecture.</summary>
    public required string OperatingSystem { get; init; }

    /// <summary>Model name of the processor.</summary>
    public required string Processor { get; init; }

    /// <summary>Processors this process may use.</summary>
    public required int Processors { get; init; }

    /// <summary>Width of the vectors the hardware computes with, in bits, and the instruction set they come from.</summary>
    public required string Simd { get; init; }

    /// <summary>Who provides TorchSharp's API: <c>package</c> (the real TorchSharp) or <c>stand-in</c>
    /// (TorchSharp.Local).</summary>
    public required string TorchSharpProvider { get; init; }

    /// <summary>Version of the real TorchSharp, or the version whose API the stand-in has.</summary>
    public required string TorchSharp { get; init; }

    /// <summary>Why set-up chose that provider; null where the build was not made through set-up.</summary>
    public string? TorchSharpReason { get; init; }

    /// <summary>Version of libtorch; null where it could not be loaded.</summary>
    public string? LibTorch { get; init; }

    /// <summary>The file libtorch was loaded from.</summary>
    public string? LibTorchPath { get; init; }

    /// <summary>Why libtorch could not be loaded; null where it was.</summary>
    public string? LibTorchError { get; init; }

    /// <summary>The library that multiplies matrices: name, and version where it tells.</summary>
    public string? Blas { get; init; }

    /// <summary>The file the BLAS was loaded from; null where it is part of libtorch.</summary>
    public string? BlasPath { get; init; }

    /// <summary>Threads libtorch computes with.</summary>
    public int Threads { get; init; }

    /// <summary>How OpenMP's threads wait for work (<c>OMP_WAIT_POLICY</c>).</summary>
    public string? OmpWaitPolicy { get; init; }

    /// <summary>Whether libtorch sees a CUDA device.</summary>
    public bool Cuda { get; init; }

    /// <summary>CUDA devices libtorch sees.</summary>
    public int CudaDevices { get; init; }

    /// <summary>What reads and writes image files.</summary>
    public required string Images { get; init; }

    /// <summary>Loads libtorch and looks at the process and the machine. What cannot be had says so.</summary>
    /// <param name="threads">Threads of one tensor operation to set, 0 for one per processor; null leaves their number.</param>
    public static EnvironmentInfo Collect(int? threads = null)
    {
        Assembly torchSharp = typeof(torch).Assembly;
        bool standIn = torchSharp.GetName().Name != "TorchSharp";
        var info = new EnvironmentInfo
        {
            Version = InformationalVersion(typeof(EnvironmentInfo).Assembly),
            DotNet = RuntimeInformation.FrameworkDescription,
            OperatingSystem = $"{RuntimeInformation.OSDescription} ({RuntimeInformation.OSArchitecture})",
            Processor = ProcessorName(),
            Processors = Environment.ProcessorCount,
            Simd = SimdName(),
            TorchSharpProvider = standIn ? "stand-in" : "package",
            TorchSharp = Metadata("TorchSharpVersion") ?? InformationalVersion(torchSharp),
            TorchSharpReason = Metadata("TorchSharpReason"),
            OmpWaitPolicy = Environment.GetEnvironmentVariable("OMP_WAIT_POLICY"),
            Images = ImageLibrary(),
        };
        return WithLibTorch(info, threads is 0 ? Environment.ProcessorCount : threads);
    }

    /// <summary>The same by name, what is unknown left out: what <c>config.json</c> records.</summary>
    public IReadOnlyDictionary<string, string> ToTexts() => JsonSerializer.SerializeToNode(this, ConfigJson.Options)!.AsObject()
        .Where(p => p.Value is not null)
        .ToDictionary(p => p.Key, p => p.Value!.ToString(), StringComparer.Ordinal);

    private static EnvironmentInfo WithLibTorch(EnvironmentInfo info, int? threads)
    {
        try
        {
            using (torch.Tensor one = torch.ones(1))
            {
                _ = one.numel();
            }

            if (threads is int count)
            {
                torch.set_num_threads(count);
            }

            IReadOnlyList<string> libraries = NativeLibraries.Mapped();
            (string? blas, string? blasPath) = NativeLibraries.Blas(libraries);
            bool cuda = torch.cuda.is_available();
            return info with
            {
                LibTorch = torch.__version__,
                LibTorchPath = NativeLibraries.Find(libraries, "libtorch_cpu.") ?? NativeLibraries.Find(libraries, "libtorch."),
                Blas = blas,
                BlasPath = blasPath,
                Threads = torch.get_num_threads(),
                Cuda = cuda,
                CudaDevices = cuda ? torch.cuda.device_count() : 0,
            };
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // Whatever keeps libtorch from loading (a missing system library, another architecture) is the finding itself.
            return info with { LibTorchError = Innermost(e).Message.Trim() };
        }
    }

    private static Exception Innermost(Exception exception) =>
        exception.InnerException is Exception inner ? Innermost(inner) : exception;

    private static string? Metadata(string key) => typeof(EnvironmentInfo).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>()
        .FirstOrDefault(a => a.Key == key)?.Value is { Length: > 0 } value ? value : null;

    private static string InformationalVersion(Assembly assembly) =>
        assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion
        ?? assembly.GetName().Version?.ToString()
        ?? "unknown";

    private static string ImageLibrary()
    {
        string library = Metadata("TorchVisionProvider") == "nuget"
            ? $"TorchVision {Metadata("TorchSharpVersion")}, the package"
            : "libpng and libjpeg, through the stand-in TorchVision.Local";
        return Metadata("TorchVisionReason") is string reason ? $"{library} ({reason})" : library;
    }

    private static string ProcessorName()
    {
        try
        {
            string? line = File.ReadLines("/proc/cpuinfo").FirstOrDefault(
                l => l.StartsWith("model name", StringComparison.Ordinal));
            return line?.Split(':', 2)[1].Trim() ?? RuntimeInformation.ProcessArchitecture.ToString();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return RuntimeInformation.ProcessArchitecture.ToString();
        }
    }

    private static string SimdName()
    {
        int bits = Vector512.IsHardwareAccelerated ? 512
            : Vector256.IsHardwareAccelerated ? 256
            : Vector128.IsHardwareAccelerated ? 128
            : 0;
        string set = Avx512F.IsSupported ? "AVX-512"
            : Avx2.IsSupported ? "AVX2"
            : Avx.IsSupported ? "AVX"
            : Sse2.IsSupported ? "SSE"
            : "vectors";
        return bits == 0 ? "none" : string.Create(CultureInfo.InvariantCulture, $"{bits} bits, {set} available");
    }
}
