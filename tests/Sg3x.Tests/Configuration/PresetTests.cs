using Sg3x.Configuration;

namespace Sg3x.Tests.Configuration;

public sealed class PresetTests
{
    public static TheoryData<string> Names => [.. Presets.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_preset_is_valid_and_survives_its_file(string name)
    {
        RunConfig config = Presets.Get(name).Validate();
        Assert.Equal(name, config.Preset);
        Assert.NotEmpty(Presets.Describe(name));
        Assert.Equal(config, ConfigJson.Parse(ConfigJson.Format(config), "config.json"));
    }

    [Theory]
    [InlineData("t-128", 0.5)]
    [InlineData("t-256", 2)]
    [InlineData("t-512", 8)]
    [InlineData("t-1024", 32)]
    public void T_has_the_official_settings(string name, double gamma)
    {
        RunConfig t = Presets.Get(name);
        Assert.Equal((32768, 512, 14, 2, 3, false), (
            t.Generator.ChannelBase, t.Generator.ChannelMax, t.Generator.Layers, t.Generator.CriticalLayers, t.Generator.Kernel,
            t.Generator.RadialFilters));
        Assert.Equal((32768, 512), (t.Discriminator.ChannelBase, t.Discriminator.ChannelMax));
        Assert.Equal(
            (32, gamma, 16, 0.0025, 0.002, 0.0, 0.99, 1e-8, 0.0),
            (t.Training.Batch, t.Training.R1Gamma, t.Training.R1Interval, t.Training.GeneratorLearningRate,
                t.Training.DiscriminatorLearningRate, t.Training.AdamBeta1, t.Training.AdamBeta2, t.Training.AdamEpsilon,
                t.Training.BlurSigma));
        Assert.Equal(10_000, t.EmaHalfLifeImages);
        Assert.Equal(0.05, t.Training.EmaRampup);
    }

    [Fact]
    public void R_has_twice_the_channels_in_the_generator_alone_and_starts_blurred()
    {
        RunConfig r = Presets.Get("R-512");
        Assert.Equal((65536, 1024, 1, true), (r.Generator.ChannelBase, r.Generator.ChannelMax, r.Generator.Kernel, r.Generator.RadialFilters));
        Assert.Equal((32768, 512), (r.Discriminator.ChannelBase, r.Discriminator.ChannelMax));
        Assert.Equal((10, 200_000), (r.Training.BlurSigma, r.BlurFadeImages));
    }

    [Fact]
    public void The_write_up_has_its_published_settings()
    {
        RunConfig run = Presets.Get("sg3x-128");
        Assert.Equal((128, 11, 512, 512), (run.Generator.Resolution, run.Generator.Layers, run.Generator.ZDim, run.Generator.WDim));
        Assert.Equal((32, 1488.0, 0.5, true), (run.Training.Batch, run.Training.Kimg, run.Training.R1Gamma, run.Data.Mirror));
        Assert.Equal(0.999, Math.Pow(0.5, run.Training.Batch / run.EmaHalfLifeImages), 12);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Augmentation_is_adaptive_with_the_official_settings_but_for_the_demo(string name)
    {
        AugmentationConfig expected = new()
        {
            Mode = name == "demo" ? "none" : "ada", P = 0, Target = 0.6, Kimg = 500, Interval = 4, Pipeline = "bgc",
        };
        Assert.Equal(expected, Presets.Get(name).Augmentation);
    }

    [Fact]
    public void An_unknown_preset_is_a_user_error_that_lists_the_known()
    {
        UserException error = Assert.Throws<UserException>(() => Presets.Get("t-100"));
        Assert.Contains("\"t-100\"", error.Message, StringComparison.Ordinal);
        Assert.Contains("sg3x-128", error.Message, StringComparison.Ordinal);
    }
}
