using Sg3x.Benchmarking;
using Sg3x.Networks;
using Sg3x.Schedule;

namespace Sg3x.Tests.Benchmarking;

public sealed class ConvolutionShapeTests
{
    [Fact]
    public void A_generators_convolutions_are_its_layers()
    {
        var schedule = LayerSchedule.Create(new GeneratorConfig { Resolution = 64, ChannelBase = 8192, ChannelMax = 256 });
        var shapes = ConvolutionShape.Of(schedule);
        Assert.Equal(schedule.Layers.Select(l => l.Name), shapes.Select(s => s.Name));
        Assert.Equal(38, shapes[0].OutSize);
        Assert.Equal(2.0 * 256 * 256 * 9 * 38 * 38, shapes[0].Operations);
        Assert.Equal(2.0 * 128 * 3 * 64 * 64, shapes[^1].Operations);
    }

    [Fact]
    public void A_discriminators_halve_the_image_down_to_4()
    {
        var shapes = ConvolutionShape.Of(new DiscriminatorConfig { Resolution = 16, ChannelBase = 128, ChannelMax = 8 }, 16);
        Assert.Equal(
            ["b16.fromrgb", "b16.conv0", "b16.conv1", "b16.skip", "b8.conv0", "b8.conv1", "b8.skip", "b4.conv"],
            shapes.Select(s => s.Name));
        Assert.Equal([16, 16, 8, 8, 8, 4, 4, 4], shapes.Select(s => s.OutSize));
        Assert.Equal(9, shapes[^1].In);
        Assert.Equal(1.125, shapes[0].Passes.InputGradients);
        Assert.Equal(3.125, shapes[1].Passes.InputGradients);
    }
}
