using Sg3x.Ops.Cuda;

namespace Sg3x.Tests.Ops.Cuda;

/// <summary>Where NVRTC is looked for.</summary>
public sealed class NvrtcLocatorTests : IDisposable
{
    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("sg3x-nvrtc-");

    public void Dispose() => _root.Delete(true);

    [Theory]
    [InlineData("torch/lib/libnvrtc.so.12")]
    [InlineData("torch/lib/libnvrtc-672ee683.so.11.2")]
    [InlineData("nvidia/cuda_nvrtc/lib/libnvrtc.so.12")]
    [InlineData("nvidia/cu13/lib/libnvrtc.so.13")]
    public void It_is_found_beside_libtorch_and_in_the_packages_of_Python(string file)
    {
        string torch = Touch("torch/lib/libtorch_cuda.so"), nvrtc = Touch(file);
        Touch("torch/lib/libnvrtc-builtins-7237cb5d.so.11.8");
        Touch(Path.Combine(Path.GetDirectoryName(file)!, "libnvrtc-builtins.so.12.6"));
        Touch(Path.Combine(Path.GetDirectoryName(file)!, "libnvrtc.alt.so.12"));
        Touch("torch/lib/libcaffe2_nvrtc.so");
        string[] files = [.. NvrtcLocator.Candidates([torch]).Where(Path.IsPathRooted)];
        Assert.Equal([Path.GetFullPath(nvrtc)], files);
    }

    [Fact]
    public void What_is_loaded_comes_first_and_what_the_system_finds_last()
    {
        string torch = Touch("torch/lib/libtorch.so"), beside = Touch("torch/lib/libnvrtc.so.12"), loaded = Touch("cuda/libnvrtc.so.13");
        string[] all = [.. NvrtcLocator.Candidates([torch, loaded])];
        Assert.Equal([loaded, beside], all[..2]);
        Assert.All(all[2..], name => Assert.False(Path.IsPathRooted(name)));
        Assert.Contains("libnvrtc.so.12", all[2..]);
    }

    [Fact]
    public void Without_it_there_is_a_reason_and_no_crash() =>
        Assert.Contains("NVRTC", Assert.Throws<NotSupportedException>(() => new Nvrtc(["libnosuchnvrtc.so"])).Message, StringComparison.Ordinal);

    private string Touch(string name)
    {
        string file = Path.Combine(_root.FullName, name);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, "");
        return file;
    }
}
