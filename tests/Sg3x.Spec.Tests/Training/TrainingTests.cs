using FsCheck.Xunit;
using Sg3x.Spec.Signals;
using Sg3x.Spec.Tests.Support;
using Sg3x.Spec.Training;

namespace Sg3x.Spec.Tests.Training;

public class TrainingTests
{
    [Property(MaxTest = 30)]
    public void Averages_have_their_closed_form(int seed)
    {
        var draw = new Draws(seed);
        double[] x = draw.Row(draw.Int(1, 30));
        double β = draw.Uniform(0, 1), a0 = draw.Normal();
        double[] βs = [.. x.Select(_ => draw.Uniform(0, 1))];
        Near.Value(x.Aggregate(a0, (a, value) => MovingAverage.Step(a, value, β)), MovingAverage.Closed(a0, x, β), 1e-12);

        (double ofStart, double[] of) = MovingAverage.Weights(βs);
        double recursive = x.Zip(βs).Aggregate(a0, (a, step) => MovingAverage.Step(a, step.First, step.Second));
        Near.Value(recursive, ofStart * a0 + of.Zip(x, (weight, value) => weight * value).Sum(), 1e-12);
        Near.Value(1, ofStart + of.Sum(), 1e-12);
    }

    [Fact]
    public void Half_lives_halve()
    {
        Near.Value(0.5, Math.Pow(MovingAverage.MagnitudeBeta(32), 20_000 / 32));
        Near.Value(0.5, Math.Pow(MovingAverage.GeneratorBeta(32, 1e9), 10_000.0 / 32));
        Assert.Equal(2500, MovingAverage.HalfLife(8));

        // At 0.998 the average of w forgets half in 346 iterations.
        Assert.Equal(346.2, Math.Log(0.5) / Math.Log(MovingAverage.WAvgBeta), 0.1);
    }

    [Fact]
    public void The_generator_average_ramps_up()
    {
        Assert.Equal(0, MovingAverage.GeneratorBeta(32, 0));
        Near.Value(Math.Pow(0.5, 32 / 50.0), MovingAverage.GeneratorBeta(32, 1000));
        Near.Value(Math.Pow(0.5, 32 / 10_000.0), MovingAverage.GeneratorBeta(32, 200_000));
        Near.Value(MovingAverage.GeneratorBeta(32, 200_000), MovingAverage.GeneratorBeta(32, 5_000_000));

        // While the ramp lasts, the weight of what was there at n images falls as (n/N)^(ln 2/0.05) to first order in the batch.
        double[] β = [.. Enumerable.Range(1000, 1000).Select(k => MovingAverage.GeneratorBeta(1, k, 1e9, 0.05))];
        Assert.Equal(Math.Pow(0.5, Math.Log(2) / 0.05), MovingAverage.Weights(β).OfStart, 0.02 * Math.Pow(0.5, Math.Log(2) / 0.05));
        Assert.Equal(Math.Pow(0.5, 32 / 10_000.0), MovingAverage.GeneratorBeta(32, 0, 10_000, null));
    }

    [Fact]
    public void The_optimisers_are_the_papers()
    {
        Assert.Equal(new AdamConstants(0.0025, 0, 0.99, 1e-8), AdamConstants.Generator);
        Assert.Equal(new AdamConstants(0.002, 0, 0.99, 1e-8), AdamConstants.Discriminator);
    }

    [Fact]
    public void Lazy_regularisation_corrects_Adam()
    {
        AdamConstants corrected = LazyRegularization.Correct(AdamConstants.Discriminator, 16);
        Near.Value(0.002 * 16 / 17, corrected.Lr);
        Assert.Equal(0, corrected.Beta1);
        Near.Value(0.990586, corrected.Beta2, 1e-6);
        Assert.Equal(1e-8, corrected.Epsilon);
        Assert.Equal(AdamConstants.Generator, LazyRegularization.Correct(AdamConstants.Generator, null));
        Assert.Equal([0, 16, 32], Enumerable.Range(0, 40).Where(i => LazyRegularization.Takes(i, 16)));
    }

    /// <summary>k + 1 corrected steps forget as much as k plain ones.</summary>
    [Fact]
    public void The_correction_keeps_the_memory_in_iterations() => Near.Value(
        Math.Pow(AdamConstants.Discriminator.Beta2, 16),
        Math.Pow(LazyRegularization.Correct(AdamConstants.Discriminator, 16).Beta2, 17), 1e-14);

    [Fact]
    public void Adam_steps_by_lr_at_first_and_under_a_constant_gradient()
    {
        var adam = new Adam(new AdamConstants(0.01, 0.9, 0.99, 0));
        double θ = 1;
        for (int i = 1; i <= 20; i++)
        {
            θ = adam.Step(θ, -3.7);
            Near.Value(1 + 0.01 * i, θ, 1e-12);
        }

        // β₁ = 0: g/√v̂ with v̂ the weighted mean of g².
        var plain = new Adam(new AdamConstants(1, 0, 0.5, 0));
        plain.Step(0, 2);
        double v = (0.5 * 0.5 * 4 + 0.5 * 36) / (1 - 0.25);
        Near.Value(-6 / Math.Sqrt(v), plain.Step(0, 6), 1e-14);
    }

    [Fact]
    public void Losses_are_logistic()
    {
        double[] x = Scipy.Row("softplus", "x"), y = Scipy.Row("softplus", "y");
        for (int i = 0; i < x.Length; i++)
            Assert.Equal(y[i], Losses.Softplus(x[i]), 1e-15 * Math.Max(1e-20, y[i]) * 4 + 1e-30);
        Near.Value(2 * Math.Log(2), Losses.Discriminator([0, 0], [0]));
        Near.Value(Math.Log(2), Losses.Generator([0]));
        Near.Value(50, Losses.Generator([-50]));
        Near.Value((Losses.Softplus(1 + 1e-6) - Losses.Softplus(1 - 1e-6)) / 2e-6, Losses.Sigmoid(1), 1e-9);
        Near.Value(1, Losses.Sigmoid(3) + Losses.Sigmoid(-3));
    }

    [Property(MaxTest = 20)]
    public void R1_of_functions_with_known_gradients(int seed)
    {
        var draw = new Draws(seed);
        int n = draw.Int(1, 6);
        double[] a = draw.Row(n), x = draw.Row(n);

        // D(x) = a·x has ∇D = a; D(x) = ½|x|² has ∇D = x; D(x) = a·sin x has ∇D = a·cos x.
        double[] linear = GradientPenalty.Gradient(p => p.Zip(a, (s, t) => s * t).Sum(), x);
        double[] square = GradientPenalty.Gradient(p => p.Sum(s => s * s) / 2, x);
        double[] sine = GradientPenalty.Gradient(p => p.Zip(a, (s, t) => t * Math.Sin(s)).Sum(), x);
        Near.Relative(a, linear, 1e-9);
        Near.Relative(x, square, 1e-9);
        Near.Relative([.. a.Zip(x, (t, s) => t * Math.Cos(s))], sine, 1e-8);
        Near.Value(5 * (a.Sum(s => s * s) + x.Sum(s => s * s)) / 2, GradientPenalty.R1(10, [a, x]));
        Near.Value(16 * GradientPenalty.R1(2, [a]), GradientPenalty.Lazy(GradientPenalty.R1(2, [a]), 16));
    }

    [Theory]
    [InlineData(128, 0.5)]
    [InlineData(256, 2)]
    [InlineData(512, 8)]
    [InlineData(1024, 32)]
    public void Gamma_is_as_recommended(int resolution, double γ) => Assert.Equal(γ, GradientPenalty.RecommendedGamma(resolution));

    [Fact]
    public void The_blur_fades_and_has_its_width()
    {
        Assert.Equal(10, DiscriminatorBlur.Sigma(0, 32));
        Assert.Equal(5, DiscriminatorBlur.Sigma(100_000, 32));
        Assert.Equal(0, DiscriminatorBlur.Sigma(300_000, 32));
        Assert.Equal(5, DiscriminatorBlur.Sigma(50_000, 16));

        double[] f = DiscriminatorBlur.Taps(10);
        Assert.Equal(61, f.Length);
        Near.Value(1, f.Sum());
        double deviation = Math.Sqrt(f.Select((tap, i) => tap * (i - 30) * (i - 30)).Sum());
        Assert.Equal(10 / Math.Sqrt(2 * Math.Log(2)), deviation, 0.02);
        double[,] x = new Draws(1).Plane(4, 4);
        Assert.Equal(x, DiscriminatorBlur.Forward(x, 0));
        Assert.Equal(4, DiscriminatorBlur.Forward(x, 1).Height());
    }
}
