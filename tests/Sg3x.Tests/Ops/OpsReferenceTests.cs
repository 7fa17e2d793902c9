using System.Text.Json;
using Sg3x.Checkpoints;
using Sg3x.Ops;
using Sg3x.Schedule;
using TorchSharp;
using static TorchSharp.torch;

namespace Sg3x.Tests.Ops;

/// <summary>The operations against the official release's, in float64.</summary>
public class OpsReferenceTests
{
    private const double Tolerance = 1e-12;

    [Theory]
    [InlineData("flrelu0")]
    [InlineData("flrelu1")]
    [InlineData("flrelu2")]
    [InlineData("flrelu3")]
    public void FilteredLeakyReluAgrees(string name)
    {
        using DisposeScope scope = NewDisposeScope();
        using SafeTensorsFile file = SafeTensors.Read(RepositoryFiles.Reference("ops-basic.safetensors"));
        using JsonDocument arguments = JsonDocument.Parse(file.Metadata[name]);
        JsonElement a = arguments.RootElement;
        int[] p = [.. a.GetProperty("padding").EnumerateArray().Select(side => side.GetInt32())];
        JsonElement clamp = a.GetProperty("clamp");
        var shape = new FilteredLeakyReluShape(
            a.GetProperty("up").GetInt32(), a.GetProperty("down").GetInt32(), new ImagePadding(p[0], p[1], p[2], p[3]),
            a.GetProperty("gain").GetDouble(), a.GetProperty("slope").GetDouble(),
            clamp.ValueKind == JsonValueKind.Null ? null : clamp.GetDouble());
        Tensor? up = file.Entries.ContainsKey($"{name}.fu") ? file.Load($"{name}.fu") : null;
        Tensor? down = file.Entries.ContainsKey($"{name}.fd") ? file.Load($"{name}.fd") : null;
        foreach (IFilteredLeakyRelu implementation in (IFilteredLeakyRelu[])[FilteredLeakyRelu.Composed, FilteredLeakyRelu.Matrix])
        {
            Tensor x = file.Load($"{name}.x").requires_grad_();
            Tensor y = implementation.Forward(x, file.Load($"{name}.b"), up, down, shape);
            TensorAssert.Close(file.Load($"{name}.y"), y, Tolerance, implementation.Name);
            Tensor dx = autograd.grad([(y * file.Load($"{name}.probe")).sum()], [x])[0];
            TensorAssert.Close(file.Load($"{name}.dx"), dx, Tolerance, implementation.Name + " dx");
        }
    }

    [Theory]
    [InlineData("modconv0")]
    [InlineData("modconv1")]
    [InlineData("modconv2")]
    public void ModulatedConvolutionAgrees(string name)
    {
        using DisposeScope scope = NewDisposeScope();
        using SafeTensorsFile file = SafeTensors.Read(RepositoryFiles.Reference("ops-basic.safetensors"));
        using JsonDocument arguments = JsonDocument.Parse(file.Metadata[name]);
        Tensor y = ModulatedConv.Apply(
            file.Load($"{name}.x"), file.Load($"{name}.w"), file.Load($"{name}.s"), arguments.RootElement.GetProperty("demodulate").GetBoolean(),
            arguments.RootElement.GetProperty("padding").GetInt32(), file.Load($"{name}.input_gain"));
        TensorAssert.Close(file.Load($"{name}.y"), y, Tolerance, name);
    }
}
