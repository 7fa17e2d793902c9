using Sg3x.Networks;
using Sg3x.Ops;
using Sg3x.Ops.Cuda;
using Sg3x.Schedule;
using TorchSharp;
using static TorchSharp.torch;

namespace Sg3x.Tests.Ops.Cuda;

/// <summary>When the GPU's kernel is taken, and what is said where it is not.</summary>
public sealed class CudaKernelsTests
{
    private static readonly FilteredLeakyReluShape s_shape = new(2, 2, new ImagePadding(9, 8, 9, 8), 1, 0.2, null);

    [Theory]
    [InlineData(null, false, false)]
    [InlineData("", true, true)]
    [InlineData("yes", false, true)]
    [InlineData("no", true, false)]
    public void The_environment_decides_and_otherwise_the_default(string? value, bool byDefault, bool wanted) =>
        Assert.Equal(wanted, CudaKernels.IsWanted(value, byDefault));

    [Fact]
    public void A_CPU_wants_no_kernel_whatever_is_asked_for()
    {
        const string Variable = "SG3X_KERNEL";
        string? before = Environment.GetEnvironmentVariable(Variable);
        try
        {
            Environment.SetEnvironmentVariable(Variable, "yes");
            Assert.False(FilteredLeakyRelu.KernelWanted(CPU));
        }
        finally
        {
            Environment.SetEnvironmentVariable(Variable, before);
        }
    }

    [Fact]
    public void Where_a_tensor_lies_is_known() => Assert.True(DeviceMemory.IsKnown);

    [Fact]
    public void A_tile_is_as_large_as_needed_and_as_fits()
    {
        var layer = new KernelVariant(2, 2, 12, 12, false, false, 0, KernelStage.Activate, KernelStorage.Float32);
        foreach ((int outputs, int tile) in new[] { (1, 4), (4, 4), (5, 8), (8, 8), (9, 16), (16, 16), (17, 32), (33, 32), (500, 32) })
        {
            Assert.Equal(tile, layer.Fit(outputs, int.MaxValue)?.Tile);
            for (int smaller = tile; smaller >= 4; smaller /= 2)
            {
                int bytes = (layer with { Tile = smaller }).SharedBytes;
                Assert.Equal(smaller, layer.Fit(outputs, bytes)?.Tile);
                Assert.Equal(smaller == 4 ? null : smaller / 2, layer.Fit(outputs, bytes - 1)?.Tile);
            }
        }
        foreach (int factor in (int[])[0, 3, 5, 8])
        {
            Assert.Null((layer with { Up = factor }).Fit(1, int.MaxValue));
            Assert.Null((layer with { Down = factor }).Fit(1, int.MaxValue));
        }
    }

    [Fact]
    public void Another_word_is_not_taken_for_either() => Assert.Equal(
        "SG3X_KERNEL: expected yes or no, found \"on\".",
        Assert.Throws<UserException>(() => CudaKernels.IsWanted("on", true)).Message);

    [Fact]
    public void One_that_is_not_wanted_is_not_looked_for()
    {
        var kernels = new CudaKernels(() => false, () => throw new InvalidOperationException("looked for"));
        Assert.Null(Find(kernels));
        Assert.Contains("SG3X_KERNEL=yes", kernels.Absence, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_missing_is_said_and_looked_for_once()
    {
        int opened = 0;
        var kernels = new CudaKernels(() => true, () =>
        {
            opened++;
            throw new NotSupportedException("NVRTC is not there");
        });
        Assert.Null(Find(kernels));
        Assert.Null(Find(kernels));
        Assert.Equal("NVRTC is not there", kernels.Absence);
        Assert.Equal(1, opened);
    }

    [Fact]
    public void One_that_cannot_be_compiled_is_not_taken_any_more()
    {
        var kernels = new CudaKernels(() => true, () => new HostLauncher(64 * 1024, "#error no such card\n"));
        Assert.Null(kernels.Absence);
        Assert.Null(Find(kernels));
        Assert.Contains("no such card", kernels.Absence, StringComparison.Ordinal);
    }

    [Fact]
    public void A_case_that_is_not_the_kernels_leaves_it_for_others()
    {
        var kernels = new CudaKernels(() => true, () => new HostLauncher(64 * 1024));
        Assert.Null(Find(kernels, s_shape with { Up = 3 }));
        Assert.Null(kernels.Absence);
        Assert.Equal(FilteredLeakyRelu.KernelName, Find(kernels)?.Name);
    }

    [Fact]
    public void On_a_CPU_every_layer_takes_the_fused_pass_and_nothing_is_warned_of()
    {
        var config = new GeneratorConfig { Resolution = 16, ChannelBase = 64, ChannelMax = 4, ZDim = 4, WDim = 4, Layers = 4 };
        NonlinearityChoice choice = NonlinearityChoice.Of(config, CPU, ScalarType.BFloat16);
        Assert.Equal(
            LayerSchedule.Create(config).Layers.Select(layer => (layer.Name, FilteredLeakyRelu.Fused.Name)), choice.Layers);
        Assert.False(choice.KernelWanted);
        Assert.Null(choice.Warning);
        Assert.StartsWith($"{FilteredLeakyRelu.Fused.Name}: L0_", choice.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_warning_names_the_reason_or_the_layers()
    {
        (string, string)[] layers = [("L0", FilteredLeakyRelu.KernelName), ("L1", "matrix"), ("L2", "composed")];
        Assert.Null(new NonlinearityChoice(layers, false, "off").Warning);
        Assert.Null(new NonlinearityChoice(layers[..1], true, null).Warning);
        Assert.Equal(
            "the filtered nonlinearity runs step by step, without its kernel: NVRTC is not there.",
            new NonlinearityChoice(layers[1..], true, "NVRTC is not there").Warning);
        Assert.StartsWith(
            "the filtered nonlinearity of L1, L2 runs step by step: ", new NonlinearityChoice(layers, true, null).Warning,
            StringComparison.Ordinal);
        Assert.Equal("fused (CUDA): L0; matrix: L1; composed: L2", new NonlinearityChoice(layers, true, null).ToString());
    }

    private static IFilteredLeakyRelu? Find(CudaKernels kernels, FilteredLeakyReluShape? shape = null)
    {
        using DisposeScope scope = NewDisposeScope();
        return kernels.Find(zeros(1, 1, 8, 8), ones(12), ones(12), shape ?? s_shape);
    }
}
