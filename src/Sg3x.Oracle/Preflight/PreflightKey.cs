using System.Collections;
using System.Globalization;
using System.Reflection;
using System.Security.Cryptography;
using System.Text.Json;
using Sg3x.Configuration;
using Sg3x.Networks;
using Sg3x.Oracle.Checks;
using Sg3x.Schedule;
using TorchSharp;
using static TorchSharp.torch;

namespace Sg3x.Oracle.Preflight;

/// <summary>
/// What the outcome of the quick checks depends on: the program's files, the libraries below it and what they read from the
/// environment, the generator's configuration, what of it is waived, the device, and which implementation of the filtered
/// nonlinearity computes its layers there. Where all of them are the same, so is the outcome.
/// </summary>
/// <param name="Parts">Each of them by name, as text.</param>
public sealed record PreflightKey(IReadOnlyDictionary<string, string> Parts)
{
    private const long MostToRead = 4 << 20;

    private static readonly string[] Libraries =
        ["libtorch", "libc10", "libLibTorch", "libopenblas", "libblas", "libmkl", "libcudnn", "libcublas", "libnvrtc"];

    // What these libraries, the runtime, the driver and the nonlinearity read from the environment chooses kernels, precision and
    // device.
    private static readonly string[] Variables =
    [
        "ATEN_", "TORCH_", "PYTORCH_", "OMP_", "GOMP_", "KMP_", "OPENBLAS_", "MKL_", "DNNL_", "ONEDNN_", "CUDA_", "CUBLAS_",
        "CUDNN_", "NVIDIA_", "DOTNET_", "COMPlus_", "SG3X_KERNEL",
    ];

    /// <summary>SHA-256 over all parts, in hexadecimal.</summary>
    public string Hash => Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(Parts.OrderBy(p => p.Key, StringComparer.Ordinal))));

    /// <summary>The key of this program, on this machine.</summary>
    /// <param name="config">The generator that is to train.</param>
    /// <param name="device">Where.</param>
    /// <param name="dtype">In which type.</param>
    /// <param name="waivers">What the configuration may depart from.</param>
    public static PreflightKey Of(GeneratorConfig config, Device device, ScalarType dtype, Waivers waivers)
    {
        ArgumentNullException.ThrowIfNull(device);
        ArgumentNullException.ThrowIfNull(waivers);
        EnvironmentInfo environment = EnvironmentInfo.Collect(get_num_threads());
        var parts = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["configuration"] = JsonSerializer.Serialize(config),
            ["waived"] = waivers.ToString(),
            ["device"] = device.ToString(),
            ["dtype"] = dtype.ToString(),

            // On a GPU this compiles the kernel, for which a library is loaded: so it precedes the listing of those below.
            ["nonlinearity"] = NonlinearityChoice.Of(config, device, dtype).ToString(),
            ["processor"] = $"{environment.Processor}, {environment.Simd}",
            ["threads"] = environment.Threads.ToString(CultureInfo.InvariantCulture),
            ["runtime"] = environment.DotNet,
            ["libtorch"] = environment.LibTorch ?? "",
        };
        Assembly spec = typeof(Spec.Schedule.ScheduleConfig).Assembly;
        Assembly[] assemblies =
        [
            typeof(PreflightKey).Assembly, typeof(GeneratorConfig).Assembly, typeof(torch).Assembly, spec,
            .. spec.GetReferencedAssemblies().Where(name => !name.FullName.StartsWith("System", StringComparison.Ordinal))
                .Select(Assembly.Load),
        ];
        foreach (DictionaryEntry variable in Environment.GetEnvironmentVariables())
        {
            if (variable.Key is string name && Variables.Any(prefix => name.StartsWith(prefix, StringComparison.Ordinal)))
                parts[name] = $"{variable.Value}";
        }
        foreach (Assembly assembly in assemblies)
            parts[$"{assembly.GetName().Name}.dll"] = Digest(assembly);
        foreach (string path in NativeLibraries.Mapped().Where(IsBelow))
            parts[Path.GetFileName(path)] = Stamp(path);
        if (device.type == DeviceType.CUDA)
            parts["gpu"] = Gpus();
        return new PreflightKey(parts);
    }

    private static bool IsBelow(string path) =>
        Libraries.Any(prefix => Path.GetFileName(path).StartsWith(prefix, StringComparison.OrdinalIgnoreCase));

    // By content, not by the identity that the compiler gave: a file that was changed afterwards keeps that.
    private static string Digest(Assembly assembly)
    {
        string path = File.Exists(assembly.Location) ? assembly.Location : Environment.ProcessPath ?? "";
        return File.Exists(path) ? Digest(path) : $"{assembly.ManifestModule.ModuleVersionId}";
    }

    private static string Digest(string path) => Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(path)));

    // Half a gigabyte of libtorch takes as long to read as the checks take: size and time stand for it.
    private static string Stamp(string path)
    {
        var file = new FileInfo(path);
        return !file.Exists ? path
            : file.Length <= MostToRead ? Digest(path)
            : FormattableString.Invariant($"{file.Length} bytes, {file.LastWriteTimeUtc:O}");
    }

    private static string Gpus()
    {
        const string driver = "/proc/driver/nvidia";
        try
        {
            string[] models = [.. Directory.EnumerateFiles($"{driver}/gpus", "information", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
                .SelectMany(File.ReadLines).Where(line => line.StartsWith("Model:", StringComparison.Ordinal))];
            return string.Join("; ", [.. models, File.ReadLines($"{driver}/version").FirstOrDefault("")]);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "unknown";
        }
    }
}
