using Sg3x.Spec.Networks;
using Sg3x.Spec.Signals;
using Sg3x.Spec.Tests.Support;
using Sg3x.Spec.Training;

namespace Sg3x.Spec.Tests.Networks;

/// <summary>The official release's discriminator, run by definition.</summary>
public class DiscriminatorTests
{
    private static readonly NetworkState State = SafeTensorsReader.Read(Repository.Golden("discriminator-32.safetensors")).State;
    private static readonly Discriminator D = new(32, State);

    [Fact]
    public void Logits_agree_with_the_official_release() =>
        Near.Relative(State.Vector("io.logits"), D.Logits(State.Images("io.image")), 1e-5);

    [Fact]
    public void The_penalty_agrees_with_the_official_release() =>
        Near.Relative(State.Vector("io.r1_penalty"), Penalties(D), 1e-5);

    [Theory]
    [Trait("Category", "Slow")]
    [InlineData("b32.fromrgb.weight")]
    [InlineData("b4.conv.weight")]
    public void All_penalty_gradients_agree(string name) => The_penalty_has_the_official_releases_gradient(name);

    [Theory]
    [InlineData("b8.conv0.weight")]
    public void The_penalty_has_the_official_releases_gradient(string name)
    {
        double[] gradient = State.Vector($"r1grad.{name}"), step = new Draws(2).Row(gradient.Length);
        const double h = 1e-6;
        double Mean(double sign) =>
            Penalties(new Discriminator(32, State.Moved(name, [.. step.Select(value => sign * h * value)]))).Average();
        double expected = gradient.Zip(step, (a, b) => a * b).Sum(), actual = (Mean(1) - Mean(-1)) / (2 * h);
        double scale = Math.Sqrt(gradient.Sum(value => value * value));
        Assert.InRange((actual - expected) / scale, -2e-4, 2e-4);
    }

    /// <summary>The chain rule against differences of the logits themselves.</summary>
    [Fact]
    public void The_gradient_is_the_derivative_of_the_logits()
    {
        double[][][,] x = State.Images("io.image")[..4], step = new Draws(3).Batch(4, 3, 32, 32);
        const double h = 1e-7;
        double Sum(double t) =>
            D.Logits([.. x.Zip(step, (a, b) => a.Zip(b, (p, q) => Plane.Map(p, q, (i, j) => i + t * j)).ToArray())]).Sum();
        double expected = (Sum(h) - Sum(-h)) / (2 * h), actual = D.Gradient(x).Zip(step, Plane.Dot).Sum();
        Near.Value(expected, actual, 1e-5);
    }

    private static double[] Penalties(Discriminator d) =>
        [.. d.Gradient(State.Images("io.image")).Select(image => 2 * GradientPenalty.R1(1, [[.. Near.Flat([image])]]))];
}
