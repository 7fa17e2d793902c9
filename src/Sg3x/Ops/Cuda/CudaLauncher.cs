using System.Security.Cryptography;
using System.Text;
using Sg3x.Checkpoints;
using Sg3x.Configuration;

namespace Sg3x.Ops.Cuda;

/// <summary>
/// Compiles the kernel for the cards at hand and runs it. What was compiled is kept in the user's cache, by source, options, card and
/// compiler.
/// </summary>
internal sealed unsafe class CudaLauncher : IKernelLauncher
{
    // Several blocks are to fit into a multiprocessor, so that some compute while others wait for memory.
    private const int LargestBlock = 64 * 1024;
    private const int DigestBytes = SHA256.HashSizeInBytes;

    private readonly CudaDriver _driver = new();
    private readonly Nvrtc _compiler = new(NvrtcLocator.Candidates());
    private readonly Dictionary<(int Device, KernelVariant Variant), nint> _functions = [];
    private readonly Dictionary<int, int> _shared = [];
    private readonly Lock _lock = new();

    /// <exception cref="NotSupportedException">There is no driver, no compiler, or no way to a tensor's memory.</exception>
    public CudaLauncher()
    {
        if (!DeviceMemory.IsKnown)
            throw new NotSupportedException("TorchSharp's native library does not tell where a tensor's memory is");
    }

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
        if (Kept(file) is { } kept)
        {
            try
            {
                function = _driver.Load(device, kept, KernelSource.Function, variant.SharedBytes);
            }
            catch (NotSupportedException)
            {
                function = 0; // another driver's: compiled again
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

    // A digest and the image. The driver reads an image as far as it says that it goes, so a damaged one must not reach it.
    private static byte[]? Kept(string? file)
    {
        try
        {
            if (file is null || !File.Exists(file))
                return null;
            byte[] bytes = File.ReadAllBytes(file);
            if (bytes.Length <= DigestBytes)
                return null;
            byte[] image = bytes[DigestBytes..];
            return SHA256.HashData(image).AsSpan().SequenceEqual(bytes.AsSpan(0, DigestBytes)) ? image : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    // Where it cannot be kept it is compiled again.
    private static void Keep(string? file, byte[] image)
    {
        if (file is null)
            return;
        try
        {
            AtomicFile.Write(file, stream =>
            {
                stream.Write(SHA256.HashData(image));
                stream.Write(image);
            });
        }
        catch (UserException)
        {
        }
    }
}
