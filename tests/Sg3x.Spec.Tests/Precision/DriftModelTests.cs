using Sg3x.Spec.Networks;
using Sg3x.Spec.Precision;
using Sg3x.Spec.Schedule;
using Sg3x.Spec.Tests.Support;
using Xunit.Abstractions;

namespace Sg3x.Spec.Tests.Precision;

/// <summary>The model against emulation: networks run in doubles with numbers rounded where bfloat16 would store them.</summary>
public class DriftModelTests(ITestOutputHelper output)
{
    private static readonly List<LayerTrace> ExactT = Trace(ReferenceGenerator.T), ExactR = Trace(ReferenceGenerator.R);

    private static List<LayerTrace> Trace(ReferenceGenerator g)
    {
        var traces = new List<LayerTrace>();
        g.Generator.Synthesize(g.W[..1], new SynthesisOptions { Observe = traces.Add });
        return traces;
    }

    [Theory]
    [InlineData("T", false)]
    [InlineData("T", true)]
    [InlineData("R", false)]
    public void The_drift_of_the_network_is_predicted(string config, bool shared)
    {
        ReferenceGenerator g = ReferenceGenerator.Of(config);
        Rounding rounding = shared ? Rounding.SharedWeight : Rounding.PerSample;
        double[][] w = g.W[..1];
        List<LayerTrace> exact = config == "T" ? ExactT : ExactR;
        var rounded = new List<LayerTrace>();
        g.Generator.Synthesize(w, new SynthesisOptions { Observe = rounded.Add, Rounding = rounding });
        IReadOnlyList<double> predicted = DriftModel.Drift(g.Schedule.Layers, rounding);
        for (int i = 0; i < exact.Count; i++)
        {
            double measured = DriftModel.Measured(rounded[i].Output, exact[i].Output);
            output.WriteLine($"{exact[i].Layer.Name,-12} predicted {predicted[i]:P3}  measured {measured:P3}  {measured / predicted[i]:F2}");
        }
        double[] ratios = [.. exact.Select((trace, i) => DriftModel.Measured(rounded[i].Output, trace.Output) / predicted[i])];

        // One network of 24 channels scatters about the average that the model gives: no layer by more than 2, their mean by less.
        Assert.All(ratios, ratio => Assert.InRange(ratio, 0.4, 2));
        Assert.InRange(ratios.Average(), 0.6, 1.4);
    }

    [Fact]
    public void The_drift_of_each_layer_is_predicted()
    {
        ReferenceGenerator g = ReferenceGenerator.T;
        double[][] w = g.W[..1];
        var options = new SynthesisOptions { Rounding = Rounding.PerSample };
        foreach (LayerTrace trace in ExactT)
        {
            double[][][,] y = SynthesisLayer.Forward(trace.Layer, g.State, trace.Input, w, options);
            double measured = DriftModel.Measured(y, trace.Output), predicted = DriftModel.Drift([trace.Layer], options.Rounding)[0];
            output.WriteLine($"{trace.Layer.Name,-12} predicted {predicted:P3}  measured {measured:P3}  {measured / predicted:F2}");
            Assert.InRange(measured / predicted, 0.6, 1.6);
        }
    }

    /// <summary>
    /// Where nothing is rounded, one weight for all samples is one weight per sample: whatever the scale of the styles, of which the
    /// demodulation's 1e−8 must see nothing.
    /// </summary>
    [Theory]
    [InlineData(1)]
    [InlineData(1000)]
    public void A_shared_weight_is_one_per_sample_when_nothing_is_rounded(double scale)
    {
        ReferenceGenerator g = ReferenceGenerator.T;
        double[][] w = [.. g.W[..1].Select(row => row.Select(value => scale * value).ToArray())];
        var shared = new SynthesisOptions { Rounding = Rounding.None with { Shared = true } };
        foreach (LayerTrace trace in (LayerTrace[])[ExactT[0], ExactT[^1]])
            Near.Relative(
                SynthesisLayer.Forward(trace.Layer, g.State, trace.Input, w, new SynthesisOptions()),
                SynthesisLayer.Forward(trace.Layer, g.State, trace.Input, w, shared), 1e-12);
    }

    /// <summary>What the model says of each point alone: none, and those that the filter spares.</summary>
    [Fact]
    public void Points_count_as_stated()
    {
        Layer layer = ReferenceGenerator.T.Schedule.Layers[0];
        double κ = DriftModel.WhiteNoiseGain(layer);
        double Drift2(RoundingPoints points) =>
            Math.Pow(DriftModel.Drift([layer], new Rounding(points, BFloat16.Round))[0], 2) / DriftModel.RoundingNoise;
        Assert.InRange(κ, 0.05, 0.2);
        Near.Value(0, Drift2(RoundingPoints.None));
        Near.Value(1, Drift2(RoundingPoints.Weight));
        Near.Value(κ, Drift2(RoundingPoints.Input));
        Near.Value(2 * κ, Drift2(RoundingPoints.Input | RoundingPoints.Convolved));
        Near.Value(1, Drift2(RoundingPoints.Output));

        // The scaled input is one more tensor where the weight is shared, and none where it is not.
        Near.Value(0, Drift2(RoundingPoints.ScaledInput));
        var shared = new Rounding(RoundingPoints.ScaledInput, BFloat16.Round, Shared: true);
        Near.Value(κ, Math.Pow(DriftModel.Drift([layer], shared)[0], 2) / DriftModel.RoundingNoise);
    }
}
