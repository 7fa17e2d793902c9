using System.Runtime.InteropServices;
using System.Security.Cryptography;
using TorchSharp;
using static TorchSharp.torch;

namespace Sg3x.Metrics;

/// <summary>
/// A network that turns images into features, as a TorchScript file: it takes uint8 [N, 3, R, R] (and resizes and normalises them
/// itself) and gives [N, D]. One whose <c>forward</c> takes more arguments is given true for the second, as the usual export of
/// Inception-v3 wants for features instead of logits.
/// </summary>
public sealed class FeatureExtractor : IDisposable
{
    private const long MostBytes = 2L << 30;

    private readonly jit.ScriptModule network;
    private readonly Device device;
    private readonly bool asksForFeatures;

    private FeatureExtractor(string path, string digest, jit.ScriptModule network, Device device)
    {
        (Path, Digest, this.network, this.device) = (path, digest, network, device);
        network.eval();
        asksForFeatures = network.GetNumberOfInputs() > 1;
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>SHA-256 of the file, hexadecimal.</summary>
    public string Digest { get; }

    /// <summary>Loads a network. A TorchScript file is a program: load none of unknown origin.</summary>
    /// <param name="path">A file that PyTorch's <c>torch.jit.save</c> wrote.</param>
    /// <param name="device">Where it computes.</param>
    /// <exception cref="UserException">The file cannot be read or is no TorchScript module.</exception>
    public static FeatureExtractor Load(string path, Device device)
    {
        ArgumentNullException.ThrowIfNull(device);
        byte[] bytes;
        try
        {
            var length = new FileInfo(path).Length;
            bytes = length < MostBytes ? File.ReadAllBytes(path) : throw UserException.Mismatch(path, "less than 2 GiB", $"{length} bytes");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UserException($"{path}: it cannot be read ({e.Message}).", e);
        }

        try
        {
            return new FeatureExtractor(
                path, Convert.ToHexStringLower(SHA256.HashData(bytes)), jit.load(bytes, device.type, device.index), device);
        }
        catch (ExternalException e)
        {
            throw new UserException($"{path}: expected a TorchScript module (torch.jit.save), found something else: {FirstLine(e)}", e);
        }
    }

    /// <summary>Computes features.</summary>
    /// <param name="images">uint8 [N, 3, R, R] on any device.</param>
    /// <returns>float32 [N, D] on the CPU.</returns>
    /// <exception cref="UserException">The network fails, or gives something else, or values that are not finite.</exception>
    public Tensor Extract(Tensor images)
    {
        ArgumentNullException.ThrowIfNull(images);
        using IDisposable quiet = no_grad();
        using DisposeScope scope = NewDisposeScope();
        object? result;
        try
        {
            Tensor local = images.to(device);
            result = asksForFeatures ? network.forward(local, true) : network.forward(local);
        }
        catch (ExternalException e)
        {
            throw new UserException($"{Path}: the network fails on uint8 [{string.Join(", ", images.shape)}]: {FirstLine(e)}", e);
        }

        if (result is not Tensor features || features.dim() != 2 || features.shape[0] != images.shape[0] || features.shape[1] < 1)
        {
            string found = result is Tensor other ? $"[{string.Join(", ", other.shape)}]" : result?.GetType().Name ?? "nothing";
            throw UserException.Mismatch($"{Path}: the result for {images.shape[0]} images", $"features [{images.shape[0]}, D]", found);
        }

        Tensor values = features.to(ScalarType.Float32).cpu().contiguous();
        return float.IsFinite(values.abs().sum().item<float>())
            ? values.MoveToOuterDisposeScope()
            : throw UserException.Mismatch($"{Path}: features", "finite values", "others");
    }

    /// <inheritdoc/>
    public void Dispose() => network.Dispose();

    private static string FirstLine(ExternalException e)
    {
        // TorchScript's messages begin with an empty line and a trace; the cause stands last.
        string[] lines = e.Message.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return lines.LastOrDefault(line => line.StartsWith("RuntimeError", StringComparison.Ordinal)) ?? lines.FirstOrDefault() ?? "no reason";
    }
}
