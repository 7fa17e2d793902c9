using System.Globalization;
using Sg3x.Augmentation;
using Sg3x.Metrics;
using Sg3x.Networks;
using Sg3x.Schedule;
using static Sg3x.Schedule.ConfigChecks;

namespace Sg3x.Configuration;

/// <summary>The limits of every value of a <see cref="RunConfig"/>.</summary>
internal static class RunConfigValidation
{
    private const int MaxBatch = 1 << 16, MostMetricImages = 1_000_000;
    private const double Largest = 1e12;

    internal static void Check(RunConfig config)
    {
        if (config.Preset.Length > 64 || !config.Preset.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.'))
        {
            throw UserException.Mismatch(
                "preset", "at most 64 letters, digits, '-', '_' and '.', for the name of a folder", $"\"{config.Preset}\"");
        }

        ConfigChecks.Check(config.Generator);
        CheckRange("generator.imageChannels", config.Generator.ImageChannels, 3, 3);
        CheckDiscriminator(config.Discriminator, config.Generator);
        if (config.Generator.CDim > 0 && !config.Data.Conditional)
        {
            throw UserException.Mismatch(
                "data.conditional", $"true, since generator.cDim = {config.Generator.CDim} is the number of classes", "false");
        }

        CheckTraining(config.Training, config.Discriminator);
        CheckAugmentation(config.Augmentation);
        CheckSnapshots(config.Snapshots);
        CheckMonitors(config.Monitors);
        CheckMetrics(config.Metrics, config.Generator);
    }

    private static void CheckDiscriminator(DiscriminatorConfig d, GeneratorConfig g)
    {
        ConfigChecks.Check(d);
        CheckEqual("discriminator.resolution", d.Resolution, g.Resolution, "generator.resolution");
        CheckEqual("discriminator.imageChannels", d.ImageChannels, g.ImageChannels, "generator.imageChannels");
        CheckEqual("discriminator.cDim", d.CDim, g.CDim, "generator.cDim");
        CheckRange("discriminator.channelBase", d.ChannelBase, d.Resolution, 1 << 24);
    }

    private static void CheckTraining(TrainingConfig t, DiscriminatorConfig d)
    {
        bool known = t.Device is "auto" or "cpu" or "cuda" ||
            (t.Device.Split(':') is ["cuda", var index]
                && int.TryParse(index, NumberStyles.None, CultureInfo.InvariantCulture, out _));
        if (!known)
        {
            throw UserException.Mismatch("training.device", "auto, cpu, cuda or cuda:N", $"\"{t.Device}\"");
        }

        if (!TrainingConfig.IsPrecision(t.Precision))
        {
            throw UserException.Mismatch("training.precision", TrainingConfig.Precisions, $"\"{t.Precision}\"");
        }

        CheckRange("training.threads", t.Threads, 0, 4096);
        CheckRange("training.batch", t.Batch, 1, MaxBatch);
        int part = t.BatchDevice ?? t.Batch;
        if (part < 1 || t.Batch % part != 0)
        {
            throw UserException.Mismatch("training.batchDevice", $"a divisor of training.batch = {t.Batch}", $"{part}");
        }

        int group = Math.Min(d.MinibatchStdGroup, part);
        if (part % group != 0)
        {
            throw UserException.Mismatch(
                "discriminator.minibatchStdGroup", $"a divisor of the {part} images that go through D at once", $"{group}");
        }

        CheckAbove("training.kimg", t.Kimg, 0, "0");
        CheckRange("training.kimg", t.Kimg, 0, Largest);
        CheckAbove("training.generatorLearningRate", t.GeneratorLearningRate, 0, "0");
        CheckAbove("training.discriminatorLearningRate", t.DiscriminatorLearningRate, 0, "0");
        CheckRange("training.adamBeta1", t.AdamBeta1, 0, Math.BitDecrement(1));
        CheckRange("training.adamBeta2", t.AdamBeta2, 0, Math.BitDecrement(1));
        CheckAbove("training.adamEpsilon", t.AdamEpsilon, 0, "0");
        CheckRange("training.r1Gamma", t.R1Gamma, 0, Largest);
        CheckRange("training.r1Interval", t.R1Interval, 1, 1 << 20);
        CheckRange("training.emaHalfLifeKimg", t.EmaHalfLifeKimg ?? 0, 0, Largest);
        CheckAbove("training.emaRampup", t.EmaRampup ?? 1, 0, "0");
        CheckAbove("training.magnitudeHalfLifeKimg", t.MagnitudeHalfLifeKimg, 0, "0");
        CheckRange("training.blurSigma", t.BlurSigma, 0, d.Resolution);
        CheckRange("training.blurFadeKimg", t.BlurFadeKimg ?? 0, 0, Largest);
    }

    private static void CheckAugmentation(AugmentationConfig a)
    {
        if (a.Mode is not (AugmentationConfig.Adaptive or AugmentationConfig.Fixed or AugmentationConfig.None))
        {
            throw UserException.Mismatch("augmentation.mode", "ada, fixed or none", $"\"{a.Mode}\"");
        }

        AugmentationKinds.Named(a.Pipeline);
        CheckRange("augmentation.p", a.P, 0, 1);
        CheckRange("augmentation.target", a.Target, -1, 1);
        CheckAbove("augmentation.kimg", a.Kimg, 0, "0");
        CheckRange("augmentation.kimg", a.Kimg, 0, Largest);
        CheckRange("augmentation.interval", a.Interval, 1, 1 << 20);
    }

    private static void CheckSnapshots(SnapshotConfig s)
    {
        CheckAbove("snapshots.tickKimg", s.TickKimg, 0, "0");
        CheckRange("snapshots.samplesKimg", s.SamplesKimg, 0, Largest);
        CheckRange("snapshots.checkpointKimg", s.CheckpointKimg, 0, Largest);
        CheckRange("snapshots.keepCheckpoints", s.KeepCheckpoints, 0, 1 << 20);
        if (s.MilestoneKimg != 0)
        {
            CheckRange("snapshots.milestoneKimg", s.MilestoneKimg, 0.001, Largest);
        }

        CheckRange("snapshots.gridColumns", s.GridColumns, 1, 128);
        CheckRange("snapshots.gridRows", s.GridRows, 1, 128);
        CheckRange("snapshots.distanceImages", s.DistanceImages, 0, PatchSet.MostImages);
    }

    private static void CheckMonitors(MonitorConfig m)
    {
        CheckRange("monitors.collapseKimg", m.CollapseKimg, 0, Largest);
        CheckRange("monitors.memorisationKimg", m.MemorisationKimg, 0, Largest);
        CheckRange("monitors.memorisationSign", m.MemorisationSign, -1, 1);
        CheckRange("monitors.layersKimg", m.LayersKimg, 0, Largest);
    }

    private static void CheckMetrics(MetricsConfig m, GeneratorConfig g)
    {
        CheckRange("metrics.everyKimg", m.EveryKimg, 0, Largest);
        CheckRange("metrics.samples", m.Samples, 4, MostMetricImages);
        CheckRange("metrics.mostReal", m.MostReal, 4, MostMetricImages);
        if (m.Best.Length == 0)
        {
            return;
        }

        QualityMetric best = QualityMetric.Find(m.Best) ?? throw UserException.Mismatch(
            "metrics.best", $"one of {string.Join(", ", QualityMetric.All.Select(q => q.Name))}, or nothing", $"\"{m.Best}\"");
        if (m.EveryKimg == 0)
        {
            throw UserException.Mismatch("metrics.everyKimg", $"more than 0, with metrics.best = {m.Best}", "0");
        }

        if (best.NeedsFeatures && m.Features.Length == 0)
        {
            throw UserException.Mismatch("metrics.features", $"a network for metrics.best = {m.Best}", "nothing");
        }

        if (best.NeedsEquivariance && !m.Equivariance)
        {
            throw UserException.Mismatch("metrics.equivariance", $"true, with metrics.best = {m.Best}", "false");
        }

        if (best.NeedsRadialFilters && !g.RadialFilters)
        {
            throw UserException.Mismatch("metrics.best", "a metric of config T, where rotations are not measured", m.Best);
        }

        if (best.Name == QualityMetric.SlicedWasserstein && g.Resolution < SlicedWasserstein.Smallest)
        {
            throw UserException.Mismatch(
                "generator.resolution", $"at least {SlicedWasserstein.Smallest}, with metrics.best = {m.Best}",
                $"{g.Resolution}");
        }
    }

    private static void CheckEqual(string option, int value, int other, string otherName)
    {
        if (value != other)
        {
            throw UserException.Mismatch(option, $"{other} as in {otherName}", $"{value}");
        }
    }
}
