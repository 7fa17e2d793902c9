using System.Globalization;
using Sg3x.Metrics;
using Spectre.Console;

namespace Sg3x.Cli.Output;

/// <summary>Prints what was measured of a generator.</summary>
internal static class MetricsTable
{
    /// <summary>A row for each figure with its 95 % interval.</summary>
    public static void Print(Terminal terminal, MetricsReport report)
    {
        var table = new Table { Border = terminal.IsTerminal ? TableBorder.Rounded : TableBorder.Simple };
        foreach (string title in (string[])["metric", "value", "95 % interval", "images", "meaning"])
        {
            TableColumn column = new(title);
            table.AddColumn(title == "meaning" ? column : column.NoWrap());
        }

        string samples = Text(report.Samples);
        Equivariance(table, "EQ-T", report.Translation, samples, "translations by whole pixels");
        Equivariance(table, "EQ-T_frac", report.Fractional, samples, "translations by fractions of pixels");
        Equivariance(table, "EQ-R", report.Rotation, samples, "rotations");
        if (report.SlicedWasserstein is SlicedWassersteinIntervals wasserstein)
        {
            foreach (SlicedWassersteinBand band in wasserstein.Levels)
            {
                Row(table, $"SWD {band.Resolution}²", band.Distance, "", Text(wasserstein.Images),
                    $"sliced Wasserstein distance ×1000 at {band.Resolution}×{band.Resolution}");
            }

            Row(table, "SWD", wasserstein.Mean, "", Text(wasserstein.Images), "its mean over the levels");
        }

        if (report.Spectra is SpectraFigure spectra)
        {
            Row(table, "spectrum", spectra.Difference, " dB", samples,
                "root mean square difference of the average power spectra");
        }

        if (report.Features is FeatureFigures features)
        {
            string images = $"{features.Generated} / {features.Real}";
            Plain(table, "FID", features.Fid, "0.###", images,
                "Fréchet distance of features; falls with the number of images, so that no interval would hold it");
            Kernel(table, features.Kid, images);
            Plain(table, "precision", features.Precision, "0.000", images, "generated images among the real ones");
            Plain(table, "recall", features.Recall, "0.000", images, "real images among the generated ones");
        }

        terminal.Write(table);
        if (report.Features is { FromCache: true })
            terminal.Line("The real images' features were there already.");
    }

    private static void Equivariance(Table table, string name, EquivarianceFigure? figure, string samples, string meaning)
    {
        if (figure is null)
            return;
        Row(table, name, figure.Decibels, " dB", samples, meaning);
        Row(table, "", figure.Variance, " dB", samples, "the same with the images' own variance as the signal");
    }

    private static void Kernel(Table table, Interval? distance, string images)
    {
        const string Meaning = "kernel distance of features ×1000";
        if (distance is Interval kid)
            Row(table, "KID", new Interval(1000 * kid.Value, 1000 * kid.Low, 1000 * kid.High), "", images, Meaning);
        else
            Plain(table, "KID", null, "", images, Meaning);
    }

    private static void Row(Table table, string name, Interval interval, string unit, string images, string meaning)
    {
        string Number(double value) => value.ToString("0.0#", CultureInfo.InvariantCulture);
        string between = double.IsNaN(interval.Low) ? "–" : $"{Number(interval.Low)} to {Number(interval.High)}";
        table.AddRow(
            new Text(name), new Text(Number(interval.Value) + unit), new Text(between), new Text(images), new Text(meaning));
    }

    private static void Plain(Table table, string name, double? value, string format, string images, string meaning) =>
        table.AddRow(
            new Text(name), new Text(value?.ToString(format, CultureInfo.InvariantCulture) ?? "too few images"), new Text("–"),
            new Text(images), new Text(meaning));

    private static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);
}
