using FsCheck;
using FsCheck.Xunit;
using Sg3x.Networks;
using Sg3x.Tests.Ops;
using TorchSharp;
using static TorchSharp.torch;

namespace Sg3x.Tests.Networks;

public class DiscriminatorTests
{
    private static readonly DiscriminatorConfig Tiny = new() { Resolution = 8, ChannelBase = 32, ChannelMax = 4 };

    [Property(MaxTest = 15)]
    public void LogitsHaveTheirShapeAndNothingIsLeftBehind(PositiveInt drawn)
    {
        var config = new DiscriminatorConfig { Resolution = 8 << (drawn.Get % 4), ChannelBase = 16 + drawn.Get * 7 % 100, ChannelMax = 1 + drawn.Get % 5, ImageChannels = 1 + drawn.Get % 3 };
        int batch = 4 * (1 + drawn.Get % 2);
        using DisposeScope scope = NewDisposeScope();
        using var discriminator = new Discriminator(config, seed: 1);
        Assert.Equal(0, scope.DisposablesCount);
        using IDisposable quiet = no_grad();
        // Seeded by what is drawn, of which there are a hundred: every one of them holds the tolerance ten times over.
        using var draws = new torch.Generator((ulong)drawn.Get);
        Tensor image = randn([batch, config.ImageChannels, config.Resolution, config.Resolution], generator: draws);
        Tensor logits = discriminator.forward(image);
        Assert.Equal(2, scope.DisposablesCount);
        Assert.Equal([batch, 1], logits.shape);
        Assert.All(TensorAssert.Values(logits), value => Assert.True(double.IsFinite(value)));
        discriminator.to(ScalarType.Float64);
        TensorAssert.Close(discriminator.forward(image.to(ScalarType.Float64)), logits, 1e-4);
    }

    [Property(MaxTest = 30)]
    public void MinibatchDeviationIsItsDefinition(PositiveInt drawn)
    {
        int group = 1 + drawn.Get % 4, n = group * (1 + drawn.Get % 3);
        using DisposeScope scope = NewDisposeScope();
        using var draws = new torch.Generator((ulong)drawn.Get);
        Tensor x = FilterCase.Draw(draws, n, 3, 2, 5);
        Tensor found = DiscriminatorEpilogue.MinibatchDeviation(x, group);
        Assert.Equal([n, 1, 2, 5], found.shape);
        double[] values = TensorAssert.Values(x), deviations = TensorAssert.Values(found);
        int groups = n / group;
        for (int sample = 0; sample < n; sample++)
        {
            double mean = 0;
            for (int position = 0; position < 30; position++)
            {
                double[] members = [.. Enumerable.Range(0, group).Select(k => values[(sample % groups + k * groups) * 30 + position])];
                double average = members.Average();
                mean += Math.Sqrt(members.Average(value => (value - average) * (value - average)) + 1e-8) / 30;
            }
            Assert.Equal(mean, deviations[sample * 10], 1e-12);
        }
    }

    [Fact]
    public void ChannelsAreFloored()
    {
        Assert.Equal(341, Discriminator.Channels(new DiscriminatorConfig { Resolution = 128, ChannelBase = 43700 }, 128));
        Assert.Equal(512, Discriminator.Channels(new DiscriminatorConfig { Resolution = 128 }, 16));
    }

    [Fact]
    public void TheStateHasTheOfficialNames()
    {
        using var discriminator = new Discriminator(Tiny, seed: 1);
        string[] expected =
        [
            "b4.conv.bias", "b4.conv.resample_filter", "b4.conv.weight", "b4.fc.bias", "b4.fc.weight", "b4.out.bias", "b4.out.weight",
            "b8.conv0.bias", "b8.conv0.resample_filter", "b8.conv0.weight", "b8.conv1.bias", "b8.conv1.resample_filter", "b8.conv1.weight",
            "b8.fromrgb.bias", "b8.fromrgb.resample_filter", "b8.fromrgb.weight", "b8.resample_filter", "b8.skip.resample_filter", "b8.skip.weight",
        ];
        Assert.Equal(expected, discriminator.state_dict().Keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void SecondGradientsReachEveryWeight()
    {
        using DisposeScope scope = NewDisposeScope();
        using var discriminator = new Discriminator(Tiny, seed: 1);
        using var draws = new torch.Generator(3);
        Tensor image = randn([4, 3, 8, 8], generator: draws).requires_grad_();
        Tensor gradient = autograd.grad([discriminator.forward(image).sum()], [image], null, true, true)[0];
        gradient.square().sum([1, 2, 3]).mean().backward();
        foreach ((string name, TorchSharp.Modules.Parameter parameter) in discriminator.named_parameters().Where(p => p.name.EndsWith("weight", StringComparison.Ordinal)))
            Assert.True(parameter.grad is not null && TensorAssert.Values(parameter.grad).Any(value => value != 0), name);
    }

    [Fact]
    public void BadInputIsNamed()
    {
        using DisposeScope scope = NewDisposeScope();
        using var discriminator = new Discriminator(Tiny, seed: 1);
        Assert.Equal("input", Assert.Throws<ArgumentException>(() => discriminator.forward(zeros(4, 3, 16, 16))).ParamName);
        Assert.Equal("x", Assert.Throws<ArgumentException>(() => discriminator.forward(zeros(6, 3, 8, 8))).ParamName);
        Assert.Contains(
            "discriminator.resolution",
            Assert.Throws<UserException>(() => new Discriminator(Tiny with { Resolution = 12 }, seed: 1)).Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "discriminator.convClamp",
            Assert.Throws<UserException>(() => new Discriminator(Tiny with { ConvClamp = -1 }, seed: 1)).Message,
            StringComparison.Ordinal);
    }
}
