using System.Security.Cryptography;
using System.Text;
using Sg3x.Configuration;

namespace Sg3x.Ops.Cuda;

/// <summary>
/// Compiles the kernel for the cards at hand and runs it. What was compiled is kept in the user's cache, by source, options, card and
/// compiler.
/// </summary>
internal sealed unsafe class CudaLauncher : IKernelLauncher
{
    // More would leave a multiprocessor with fewer blocks than hide the time that memory takes.
    private const int LargestBlock = 64 * 1024;

    private readonly CudaDriver _driver = new();
    private readonly Nvrtc _compiler = new(NvrtcLocator.Candidates());
    private readonly Dictionary<(int Device, KernelVariant Variant), nint> _functions = [];
    private readonly Dictionary<int, int> _shared = [];
    private readonly Lock _lock = new();

    /// <inheritdoc/>
    public int SharedBytes(int device)
    {
        lock (_lock)
        {
            if (!_shared.TryGetValue(device, out int bytes))
                _shared.Add(device, bytes = Math.Min(LargestBlock, _driver.SharedBytes(device)));
            return bytes;
        }
    }

    /// <inheritdoc/>
    public void Prepare(in KernelVariant variant, int device)
    {
        lock (_lock)
            Function(variant, device);
    }

    /// <inheritdoc/>
    public void Launch(in KernelVariant variant, in KernelCall call, long blocks, int device)
    {
        nint function;
        lock (_lock)
            function = Function(variant, device);
        KernelCall argument = call;
        _driver.Launch(device, function, blocks, KernelVariant.Threads, variant.SharedBytes, &argument);
    }

    private nint Function(in KernelVariant variant, int device)
    {
        if (_functions.TryGetValue((device, variant), out nint function))
            return function;
        int architecture = _driver.Architecture(device);
        string? file = CacheFile(variant, architecture);
        if (file is not null && File.Exists(file))
        {
            try
            {
                function = _driver.Load(device, File.ReadAllBytes(file), KernelSource.Function, variant.SharedBytes);
            }
            catch (Exception e) when (e is NotSupportedException or IOException or UnauthorizedAccessException)
            {
                function = 0; // damaged: compiled again
            }
        }
        if (function == 0)
        {
            byte[] image = _compiler.Compile(KernelSource.Text, variant.Definitions, architecture);
            function = _driver.Load(device, image, KernelSource.Function, variant.SharedBytes);
            Keep(file, image);
        }
        _functions.Add((device, variant), function);
        return function;
    }

    private string? CacheFile(in KernelVariant variant, int architecture)
    {
        string key = string.Join('\n', [KernelSource.Text, .. variant.Definitions, $"sm_{architecture}", _compiler.Version]);
        string name = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)));
        return UserCache.Folder("kernels") is { } folder ? Path.Combine(folder, name + ".cubin") : null;
    }

    // Whole or absent; where it cannot be kept it is compiled again.
    private static void Keep(string? file, byte[] image)
    {
        if (file is null)
            return;
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            string temporary = $"{file}.{Environment.ProcessId}.new";
            File.WriteAllBytes(temporary, image);
            File.Move(temporary, file, true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
        }
    }
}
