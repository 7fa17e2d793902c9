using Sg3x.Spec.Equivariance;
using Sg3x.Spec.Networks;
using Sg3x.Spec.Signals;
using Sg3x.Spec.Tests.Support;

namespace Sg3x.Spec.Tests.Networks;

/// <summary>The official release's generators, run by definition. It computed in float32: 1e−5 of the largest value, and less.</summary>
public class GeneratorTests
{
    [Theory]
    [InlineData("T")]
    [InlineData("R")]
    public void Latents_agree_with_the_official_release(string config)
    {
        ReferenceGenerator g = ReferenceGenerator.Of(config);
        foreach ((string name, double ψ) in new[] { ("io.ws", 1.0), ("io.ws_psi0.7", 0.7) })
        {
            double[][] w = g.Generator.Map(g.Z, ψ);
            int numWs = g.Schedule.NumWs;
            Assert.Equal([2, numWs, 32], g.State[name].Shape);
            double[] broadcast = [.. w.SelectMany(row => Enumerable.Repeat(row, numWs).SelectMany(values => values))];
            Near.Relative(g.State.Vector(name), broadcast, 2e-6);
        }
    }

    [Theory]
    [InlineData("T")]
    [InlineData("R")]
    public void Images_agree_with_the_official_release(string config)
    {
        ReferenceGenerator g = ReferenceGenerator.Of(config);
        Near.Relative([g.State.Images("io.image")[0]], g.Generator.Synthesize(g.W[..1]), 1e-5);
    }

    [Theory]
    [InlineData("T")]
    [InlineData("R")]
    public void Translated_images_agree_with_the_official_release(string config)
    {
        ReferenceGenerator g = ReferenceGenerator.Of(config);
        for (int k = 0; k < (config == "T" ? 2 : 1); k++)
        {
            double[] t = g.State.Vector($"io.translation{k}");
            var options = new SynthesisOptions { Transform = Translation.User(t[0], t[1]) };
            double[][][,] expected = g.State.Images($"io.image_translated{k}");
            Near.Relative([expected[0]], g.Generator.Synthesize(g.W[..1], options), 2e-5);
        }
    }

    [Theory]
    [InlineData("T")]
    [InlineData("R")]
    public void Averages_move_as_in_the_official_release(string config)
    {
        ReferenceGenerator g = ReferenceGenerator.Of(config);
        var averages = new Dictionary<string, double>();
        g.Generator.Synthesize(g.W, new SynthesisOptions
        {
            MagnitudeBeta = 0.999,
            Magnitude = (layer, σ2) => averages[$"after_update.synthesis.{layer.Name}.magnitude_ema"] = σ2,
        });
        Assert.Equal(g.Schedule.Layers.Count, averages.Count);
        foreach ((string name, double σ2) in averages)
            Near.Value(g.State.Scalar(name), σ2, 1e-6);
        Near.Relative(g.State.Vector("after_update.mapping.w_avg"), g.Generator.UpdatedAverage(g.Z), 2e-6);
    }

    /// <summary>
    /// Gradients of Σ image·probe: along a random direction, ⟨grad, step⟩ is the derivative that the definition's own values show.
    /// </summary>
    [Theory]
    [InlineData("T", "synthesis.L0_36_24.weight")]
    [InlineData("T", "mapping.fc0.weight")]
    public void Gradients_agree_with_the_official_release(string config, string name)
    {
        ReferenceGenerator g = ReferenceGenerator.Of(config);
        double[][][,] probe = g.State.Images("io.probe");
        double[] step = new Draws(4).Row(g.State[name].Values.Length), gradient = g.State.Vector($"grad.{name}");
        double weight = g.State.Vector(name).Append(0.01).Max(Math.Abs), h = 1e-8 * weight;
        double Loss(double sign)
        {
            var moved = new Generator(g.Schedule, g.State.Moved(name, [.. step.Select(value => sign * h * value)]));
            return moved.Synthesize(moved.Map(g.Z)).Zip(probe, Plane.Dot).Sum();
        }
        double expected = gradient.Zip(step, (a, b) => a * b).Sum(), actual = (Loss(1) - Loss(-1)) / (2 * h);

        // Float32 gradients are good to 5e−5 of the largest, and errors of many entries add at random.
        double scale = Math.Sqrt(gradient.Sum(value => value * value));
        Assert.InRange((actual - expected) / scale, -2e-4, 2e-4);
    }

    [Theory]
    [Trait("Category", "Slow")]
    [InlineData("T", "synthesis.input.weight")]
    [InlineData("T", "synthesis.L5_52_24.affine.weight")]
    [InlineData("T", "synthesis.L13_32_24.bias")]
    [InlineData("R", "synthesis.input.weight")]
    [InlineData("R", "synthesis.L0_36_24.weight")]
    [InlineData("R", "synthesis.L5_52_24.affine.weight")]
    [InlineData("R", "synthesis.L13_32_24.bias")]
    [InlineData("R", "mapping.fc0.weight")]
    public void All_gradients_agree_with_the_official_release(string config, string name) =>
        Gradients_agree_with_the_official_release(config, name);

    /// <summary>Random weights of config T measure 62 to 74 dB at 32², integer and fractional; the variance 37 to 45 dB.</summary>
    [Fact]
    public void A_random_generator_is_equivariant_to_translation()
    {
        ReferenceGenerator g = ReferenceGenerator.T;
        double[][] w = g.W[..1];
        double[][,] x = g.Generator.Synthesize(w)[0];
        (int tx, int ty) = (3, -4);
        (double fx, double fy) = (2.6, 3.3);
        var whole = new Psnr();
        var fraction = new Psnr();
        whole.Add(Translation.ByPixels(x, tx, ty), Moved(tx / 32.0, ty / 32.0));
        fraction.Add(Translation.Fractional(x, fx, fy), Moved(fx / 32, fy / 32));
        Assert.InRange(whole.Decibels, 58, 80);
        Assert.InRange(fraction.Decibels, 55, 80);
        Assert.InRange(whole.VarianceDecibels, 32, 50);

        double[][,] Moved(double dx, double dy) =>
            g.Generator.Synthesize(w, new SynthesisOptions { Transform = Translation.User(dx, dy) })[0];
    }

    [Fact]
    public void A_state_without_an_array_says_which()
    {
        var state = new NetworkState(new Dictionary<string, NamedArray> { ["a"] = new([2], [1, 2]) });
        Assert.Contains("'b'", Assert.Throws<KeyNotFoundException>(() => state["b"]).Message);
        Assert.Contains("'a'", Assert.Throws<ArgumentException>(() => state.Matrix("a")).Message);
        Assert.Equal([1.5, 3], state.Moved("a", [0.5, 1]).Vector("a"));
    }
}
