using System.Text.Json;
using Sg3x.Spec.Layers;
using Sg3x.Spec.Networks;
using Sg3x.Spec.Signals;
using Sg3x.Spec.Tests.Support;

namespace Sg3x.Spec.Tests.Layers;

/// <summary>The official release's own results, in float64.</summary>
public class ReferenceOpsTests
{
    private static readonly SafeTensorsReader Ops = SafeTensorsReader.Read(Repository.Golden("ops-basic.safetensors"));

    [Theory]
    [InlineData("flrelu0")]
    [InlineData("flrelu1")]
    [InlineData("flrelu2")]
    [InlineData("flrelu3")]
    public void Filtered_nonlinearity(string name)
    {
        JsonElement arguments = JsonDocument.Parse(Ops.Metadata[name]).RootElement;
        int[] p = [.. arguments.GetProperty("padding").EnumerateArray().Select(value => value.GetInt32())];
        JsonElement clamp = arguments.GetProperty("clamp");
        var shape = new NonlinearityShape(
            arguments.GetProperty("up").GetInt32(),
            arguments.GetProperty("down").GetInt32(),
            new Spec.Schedule.Padding(p[0], p[1], p[2], p[3]),
            arguments.GetProperty("gain").GetDouble(),
            arguments.GetProperty("slope").GetDouble(),
            clamp.ValueKind == JsonValueKind.Null ? null : clamp.GetDouble());
        NetworkState state = Ops.State;
        Filter Taps(string which) => state.Has($"{name}.{which}") ? Filter.Separable(state.Vector($"{name}.{which}")) : Filter.Identity;
        (Filter fu, Filter fd) = (Taps("fu"), Taps("fd"));
        double[] b = state.Vector($"{name}.b");
        double[][][,] x = state.Images($"{name}.x"), probe = state.Images($"{name}.probe");

        double[][][,] y = [.. x.Select(image =>
            image.Select((plane, c) => FilteredNonlinearity.Forward(plane, b[c], fu, fd, shape)).ToArray())];
        Near.Relative(state.Images($"{name}.y"), y, 1e-14);

        double[][][,] dx = [.. x.Zip(probe, (image, dy) => image.Select((plane, c) =>
            FilteredNonlinearity.Gradient(plane, b[c], fu, fd, shape, dy[c])).ToArray())];
        Near.Relative(state.Images($"{name}.dx"), dx, 1e-14);
    }

    [Theory]
    [InlineData("modconv0")]
    [InlineData("modconv1")]
    [InlineData("modconv2")]
    public void Modulated_convolution(string name)
    {
        JsonElement arguments = JsonDocument.Parse(Ops.Metadata[name]).RootElement;
        NetworkState state = Ops.State;
        double[,] s = state.Matrix($"{name}.s");
        double[][] styles = [.. Enumerable.Range(0, s.GetLength(0)).Select(n =>
            Enumerable.Range(0, s.GetLength(1)).Select(i => s[n, i]).ToArray())];
        double[][][,] y = ModulatedConvolution.Forward(
            state.Images($"{name}.x"),
            state.Kernel($"{name}.w"),
            styles,
            arguments.GetProperty("demodulate").GetBoolean(),
            arguments.GetProperty("padding").GetInt32(),
            state.Scalar($"{name}.input_gain"));
        Near.Relative(state.Images($"{name}.y"), y, 1e-14);
    }
}
