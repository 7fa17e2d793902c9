using System.Globalization;
using Sg3x.Benchmarking;
using Spectre.Console;

namespace Sg3x.Cli.Output;

/// <summary>What <c>sg3x bench</c> measured, for people.</summary>
internal static class BenchmarkTables
{
    /// <summary>Prints a report.</summary>
    public static void Print(Terminal terminal, BenchmarkReport report)
    {
        terminal.Line(string.Create(
            CultureInfo.InvariantCulture, $"{report.Networks}, batch {report.Batch}, {report.Device}, {report.Threads} threads, ")
            + $"TorchSharp by the {report.Provider}, libtorch {report.LibTorch}");
        PrintPasses(terminal, report);
        PrintLayers(terminal, report);
        if (report.Configurations.Count > 0)
            PrintConfigurations(terminal, report);
    }

    private static void PrintPasses(Terminal terminal, BenchmarkReport report)
    {
        Table passes = NewTable(terminal, "", "s/image", "convolutions alone", "GFLOP/s", "ratio", "GFLOP/s of the whole");
        foreach ((string name, BenchmarkedPass pass) in
            new[] { ("generator, forward", report.Forward), ("training iteration", report.Iteration) })
        {
            passes.AddRow(
                name, Seconds(pass.SecondsPerImage), Seconds(pass.ConvolutionsPerImage), Short(pass.ConvolutionGflops),
                Short(pass.Ratio), Short(pass.AchievedGflops));
        }
        terminal.Write(passes);
        terminal.Line("phases, s a batch: " + string.Join(", ", report.Phases.Select(p => $"{p.Key} {Seconds(p.Value)}")));
        terminal.Line(
            $"convolutions of an iteration, s/image: {Seconds(report.RowsLastPerImage)} with rows last in memory,"
            + $" {Seconds(report.ChannelsLastPerImage)} with channels last");
        DeviceRates rates = report.Rates;
        terminal.Line(string.Create(
            CultureInfo.InvariantCulture, $"the device: copies {rates.CopyGigabytesPerSecond:F1} GB/s, dense products ")
            + string.Create(
                CultureInfo.InvariantCulture, $"{rates.Float32Gflops:F0} GFLOP/s in float32, {rates.BFloat16Gflops:F0} in bfloat16"));
        if (report is { PeakBytes: { } peak, StartBytes: { } start })
        {
            terminal.Line(string.Create(
                CultureInfo.InvariantCulture, $"memory of an iteration: {start / 1e6:F0} MB before, {peak / 1e6:F0} MB at most"));
        }
    }

    private static void PrintLayers(Terminal terminal, BenchmarkReport report)
    {
        Table layers = NewTable(
            terminal, "filtered nonlinearity", "used", "ms", "GB/s", "gradients", "GB/s", "depthwise", "matrices", "times faster");
        foreach (BenchmarkedLayer layer in report.Layers)
        {
            layers.AddRow(
                layer.Name, layer.Selected, Milliseconds(layer.Seconds), Tenth(layer.GigabytesPerSecond),
                Milliseconds(layer.GradientSeconds), Tenth(layer.GradientGigabytesPerSecond), Milliseconds(layer.DepthwiseSeconds),
                Milliseconds(layer.MatrixSeconds), Short(layer.Speedup));
        }
        terminal.Write(layers);
    }

    private static void PrintConfigurations(Terminal terminal, BenchmarkReport report)
    {
        Table table = NewTable(terminal, "configuration", "networks", "batch", "at once", "s/kimg", "GPU memory, most so far");
        foreach (BenchmarkedConfiguration c in report.Configurations)
        {
            table.AddRow(
                c.Name, c.Networks, c.Batch.ToString(CultureInfo.InvariantCulture),
                c.BatchDevice.ToString(CultureInfo.InvariantCulture),
                c.SecondsPerKimg is double seconds ? Short(seconds) : "does not fit",
                c.DeviceBytes is long bytes ? TrainingDisplay.Memory(bytes) : "–");
        }
        terminal.Write(table);
    }

    private static Table NewTable(Terminal terminal, params string[] columns)
    {
        var table = new Table { Border = terminal.IsTerminal ? TableBorder.Rounded : TableBorder.Simple };
        foreach (string column in columns)
            table.AddColumn(new TableColumn(column).NoWrap());
        return table;
    }

    private static string Seconds(double value) => value.ToString("0.000##", CultureInfo.InvariantCulture);

    private static string Milliseconds(double value) => (value * 1e3).ToString("F2", CultureInfo.InvariantCulture);

    private static string Short(double value) => value.ToString("F2", CultureInfo.InvariantCulture);

    private static string Tenth(double value) => value.ToString("F1", CultureInfo.InvariantCulture);
}
