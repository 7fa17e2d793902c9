using Sg3x.Configuration;
using Sg3x.Oracle.Checks;

namespace Sg3x.Departures.Tests;

/// <summary>The write-up's settings, small.</summary>
public sealed class SettingsTests
{
    [Fact]
    public void AtThePresetsOwnSizeOnlyTheChannelsAndTheBatchDiffer()
    {
        RunConfig full = Presets.Get(Settings.Preset);
        RunConfig paper = new Settings { Resolution = 128, Kimg = 1488 }.Paper();
        Assert.Equal(full.Generator with { ChannelBase = 2048, ChannelMax = 32 }, paper.Generator);
        Assert.Equal(full.Augmentation, paper.Augmentation);
        Assert.Equal(full.Monitors, paper.Monitors);
        Assert.Equal(full.Training.EmaHalfLifeKimg!.Value, paper.Training.EmaHalfLifeKimg!.Value, 1e-3);
        Assert.Equal(
            full.Training with { Batch = 8, R1Gamma = 4 * full.Training.R1Gamma },
            paper.Training with { EmaHalfLifeKimg = full.Training.EmaHalfLifeKimg });
    }

    [Fact]
    public void TimesAreShortenedAlikeAndGammaFollowsPixelsOverBatch()
    {
        RunConfig paper = new Settings { Resolution = 32, Kimg = 14.88 }.Paper();
        Assert.Equal(5, paper.Augmentation.Kimg, 1e-6);
        Assert.Equal(0.2217, paper.Training.EmaHalfLifeKimg!.Value, 1e-3);
        Assert.Equal(0.125, paper.Training.R1Gamma);
        Assert.Null(paper.Training.EmaRampup);
    }

    [Theory]
    [InlineData(0.02)]
    [InlineData(4)]
    [InlineData(7.3)]
    [InlineData(1000)]
    public void AnOddNumberOfUpdatesLiesBetweenTwoLines(double kimg)
    {
        RunConfig paper = new Settings { Kimg = kimg }.Paper();
        double updates = paper.Snapshots.TickKimg * 1000 / (paper.Training.Batch * paper.Augmentation.Interval);
        Assert.Equal(1, Math.Round(updates, 6) % 2);
    }

    [Fact]
    public void EachDepartureIsOneValueAndTheFiltersAreNone()
    {
        RunConfig paper = new Settings().Paper();
        RunConfig[] runs = [.. Departure.All.Select(d => ConfigOverrides.Apply(paper, d.Change(paper)).Validate())];
        Assert.Equal(
            [
                paper, paper, paper with { Generator = paper.Generator with { Margin = 0 } },
                paper with { Generator = paper.Generator with { LreluUpsampling = 1 } },
                paper with { Augmentation = paper.Augmentation with { Kimg = 4 * paper.Augmentation.Kimg } },
            ],
            runs);
        Assert.Equal(["delta-filters"], Departure.All.Where(d => d.HasDeltaFilters).Select(d => d.Name));
    }

    [Fact]
    public void WhatIsWeakerThanThePapersIsDeclaredAndNothingElse()
    {
        RunConfig paper = new Settings().Paper();
        ICheck[] checks = [.. Waivers.Possible.Select(CheckRegistry.Find)];
        Assert.All(Departure.All, d => Assert.Equal(
            d.Waives is null ? [] : [d.Waives],
            Verification.Run(checks, Subject.Production(ConfigOverrides.Apply(paper, d.Change(paper)).Generator))
                .Where(result => result.Status == CheckStatus.Failed).Select(result => result.Id)));
    }
}
