using Sg3x.Spec.Networks;
using Sg3x.Spec.Schedule;

namespace Sg3x.Spec.Tests.Support;

/// <summary>A generator of golden/reference: its state, and what the official release computed with it.</summary>
internal sealed class ReferenceGenerator
{
    private ReferenceGenerator(string file)
    {
        SafeTensorsReader read = SafeTensorsReader.Read(Repository.Golden(file));
        State = read.State;
        int Number(string name, int otherwise) => read.Metadata.TryGetValue(name, out string? value) ? int.Parse(value, null) : otherwise;
        Schedule = new LayerSchedule(new ScheduleConfig
        {
            Resolution = Number("img_resolution", 0),
            ChannelBase = Number("channel_base", 0),
            ChannelMax = Number("channel_max", 0),
            Kernel = Number("conv_kernel", 3),
            Radial = read.Metadata.ContainsKey("use_radial_filters"),
        });
        Generator = new Generator(Schedule, State);
    }

    public static ReferenceGenerator T { get; } = new("generator-t-32.safetensors");

    public static ReferenceGenerator R { get; } = new("generator-r-32.safetensors");

    public static ReferenceGenerator Of(string config) => config == "T" ? T : R;

    public NetworkState State { get; }

    public LayerSchedule Schedule { get; }

    public Generator Generator { get; }

    public double[][] Z => Rows(State.Matrix("io.z"));

    public double[][] W => Generator.Map(Z);

    public static double[][] Rows(double[,] matrix) =>
        [.. Enumerable.Range(0, matrix.GetLength(0)).Select(i =>
            Enumerable.Range(0, matrix.GetLength(1)).Select(j => matrix[i, j]).ToArray())];
}
