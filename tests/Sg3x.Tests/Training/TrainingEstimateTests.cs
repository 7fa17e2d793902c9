using Sg3x.Configuration;
using Sg3x.Networks;
using Sg3x.Training;

namespace Sg3x.Tests.Training;

public sealed class TrainingEstimateTests
{
    [Theory]
    [InlineData("demo", 0)]
    [InlineData("demo", 3)]
    [InlineData("cats-64", 0)]
    public void Parameters_are_counted_as_the_networks_have_them(string preset, int classes)
    {
        RunConfig config = Presets.Get(preset);
        config = config with
        {
            Generator = config.Generator with { CDim = classes },
            Discriminator = config.Discriminator with { CDim = classes },
        };
        TrainingEstimate estimate = TrainingEstimate.Of(config);
        using Sg3x.Networks.Generator g = new(config.Generator, 1);
        using Discriminator d = new(config.Discriminator, 1);
        Assert.Equal(g.parameters().Sum(p => p.numel()), estimate.GeneratorParameters);
        Assert.Equal(d.parameters().Sum(p => p.numel()), estimate.DiscriminatorParameters);
    }

    [Fact]
    public void The_discriminator_at_256_has_its_published_size() =>
        Assert.Equal(28_864_129, TrainingEstimate.Of(Presets.Get("t-256")).DiscriminatorParameters);

    [Fact]
    public void Parts_of_a_batch_need_less_memory_and_a_longer_run_more_time()
    {
        RunConfig config = Presets.Get("t-128");
        TrainingEstimate whole = TrainingEstimate.Of(config);
        TrainingEstimate parts = TrainingEstimate.Of(config with { Training = config.Training with { BatchDevice = 8, Kimg = 50_000 } });
        Assert.Equal(whole.ActivationBytes, 4 * parts.ActivationBytes);
        Assert.Equal(whole.WeightBytes, parts.WeightBytes);
        Assert.Equal(2 * whole.TotalSeconds, parts.TotalSeconds, 6);
        Assert.True(TrainingEstimate.Of(config, cuda: true).TotalSeconds < whole.TotalSeconds);
        Assert.NotEmpty(whole.Assumptions);
    }

    [Fact]
    public void Augmentation_takes_its_time()
    {
        RunConfig config = Presets.Get("cats-64") with { Augmentation = new() { Mode = AugmentationConfig.Adaptive } };
        config = config with { Training = config.Training with { Threads = 2, R1Interval = 16 } };
        RunConfig without = config with { Augmentation = config.Augmentation with { Mode = AugmentationConfig.None } };
        double seconds = TrainingEstimate.Of(config).SecondsPerKimg - TrainingEstimate.Of(without).SecondsPerKimg;

        // 0.7 µs of a thread for a pixel and pass: 4 passes, and 4 in every sixteenth iteration.
        Assert.Equal(1000 * 64 * 64 * 4.25 * (5.0 / 7) * 1e-6 / 2, seconds, 1e-9);
    }
}
