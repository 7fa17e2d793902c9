using System.Numerics;
using Sg3x.Ops.Cpu;

namespace Sg3x.Tests.Ops.Cpu;

/// <summary>The fused kernel against the definition in float64, at every width.</summary>
public sealed class FusedKernelTests
{
    private const int Cases = 160;

    public static TheoryData<SimdWidth> Widths => [SimdWidth.Scalar, SimdWidth.Bits256, SimdWidth.Bits512];

    [Theory, MemberData(nameof(Widths))]
    public void Float32_agrees_with_the_definition(SimdWidth width) => Agrees<float>(width, Math.Pow(2, -24), x => (float)x);

    [Theory, MemberData(nameof(Widths))]
    public void Float64_agrees_with_the_definition(SimdWidth width) => Agrees<double>(width, Math.Pow(2, -53), x => x);

    private static void Agrees<T>(SimdWidth width, double roundoff, Func<double, double> round)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        long ambiguous = 0, samples = 0;
        for (var seed = 0; seed < Cases; seed++)
        {
            var c = DrawnCase.Draw(seed, round);
            var plan = c.Plan;
            var (output, mask) = KernelRunner.Forward<T>(plan, c, width, record: true);
            Assert.Equal(output, KernelRunner.Forward<T>(plan, c, width, record: false).Output);
            var (gradient, biasGradients) = KernelRunner.Adjoint<T>(plan, c, mask, width);
            var unit = 8 * roundoff;
            var bias = new double[c.Channels];
            var biasTolerance = new double[c.Channels];
            for (var p = 0; p < c.Planes; p++)
            {
                var before = Definition.Before(c, p);
                var forward = Definition.After(c, Definition.Activate(c, before));
                for (var i = 0; i < c.OutputSize; i++)
                {
                    Close(forward.Values[i], output[(p * c.OutputSize) + i], unit * forward.Sizes[i], $"output {p}, {i}", seed, c);
                }

                // Samples that rounding may put on either side of 0 or of the clamp leave the gradient either way.
                var arriving = Definition.GradientAfterActivation(c, p);
                var either = Definition.Plane.Zero(before.Width, before.Height);
                for (var i = 0; i < before.Values.Length; i++)
                {
                    var value = before.Values[i];
                    var acted = c.Gain * (value > 0 ? value : c.Slope * value);
                    var near = unit * before.Sizes[i];
                    var derivative = Math.Abs(acted) > c.Limit ? 0 : c.Gain * (value > 0 ? 1 : c.Slope);
                    samples++;
                    if ((c.Slope != 1 && value != 0 && Math.Abs(value) <= near) || Math.Abs(Math.Abs(acted) - c.Limit) <= near * Math.Abs(c.Gain))
                    {
                        ambiguous++;
                        either.Sizes[i] = Math.Abs(arriving.Values[i] * c.Gain);
                    }
                    arriving.Values[i] *= derivative;
                    arriving.Sizes[i] *= Math.Abs(c.Gain);
                }
                var expected = Definition.GradientOfInput(c, arriving);
                var slack = Definition.GradientOfInput(c, either);
                for (var i = 0; i < c.InputSize; i++)
                {
                    var tolerance = (unit * expected.Sizes[i]) + slack.Sizes[i];
                    Close(expected.Values[i], gradient[(p * c.InputSize) + i], tolerance, $"input gradient {p}, {i}", seed, c);
                    bias[p % c.Channels] += expected.Values[i];
                    biasTolerance[p % c.Channels] += tolerance;
                }
            }
            for (var i = 0; i < c.Channels; i++)
                Close(bias[i], biasGradients[i], biasTolerance[i], $"bias gradient {i}", seed, c);
        }
        Assert.InRange(ambiguous, 0, samples / 1000);
    }

    private static void Close(double expected, double actual, double tolerance, string what, int seed, DrawnCase c) =>
        Assert.True(
            Math.Abs(expected - actual) <= tolerance + double.Epsilon,
            $"{what}: expected {expected:R}, found {actual:R}, off by {Math.Abs(expected - actual):E2}, allowed {tolerance:E2}; case {seed}: {c}");
}
