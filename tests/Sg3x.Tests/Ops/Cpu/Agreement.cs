namespace Sg3x.Tests.Ops.Cpu;

/// <summary>
/// Holds a kernel to the definition in float64: |error| ≤ 8·u·Σ|taps|·|x|, propagated through both filters. Samples before the
/// activation that lie within that bound of 0 or of the limit may take either branch, and are counted.
/// </summary>
/// <param name="roundoff">u, of the kernel's arithmetic.</param>
/// <param name="biasTerms">Additions that a bias' gradient goes through besides, each of which may round.</param>
internal sealed class Agreement(double roundoff, int biasTerms = 0)
{
    private long _undecided;
    private long _samples;

    /// <summary>Checks a result, the gradient of the input, and that of the bias.</summary>
    public void Check(DrawnCase c, int seed, double[] output, double[] gradient, double[] biasGradients)
    {
        var unit = 8 * roundoff;
        var bias = new double[c.Channels];
        var biasTolerance = new double[c.Channels];
        for (var p = 0; p < c.Planes; p++)
        {
            var before = Definition.Before(c, p);
            var forward = Definition.After(c, Definition.Activate(c, before));
            for (var i = 0; i < c.OutputSize; i++)
                Close(forward.Values[i], output[(p * c.OutputSize) + i], unit * forward.Sizes[i], $"output {p}, {i}", seed, c);

            // Samples that rounding may put on either side of 0 or of the clamp leave the gradient either way.
            var arriving = Definition.GradientAfterActivation(c, p);
            var either = Definition.Plane.Zero(before.Width, before.Height);
            for (var i = 0; i < before.Values.Length; i++)
            {
                var value = before.Values[i];
                var acted = c.Gain * (value > 0 ? value : c.Slope * value);
                var near = unit * before.Sizes[i];
                var derivative = Math.Abs(acted) > c.Limit ? 0 : c.Gain * (value > 0 ? 1 : c.Slope);
                _samples++;
                if ((c.Slope != 1 && value != 0 && Math.Abs(value) <= near) || Math.Abs(Math.Abs(acted) - c.Limit) <= near * Math.Abs(c.Gain))
                {
                    _undecided++;
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
                biasTolerance[p % c.Channels] += tolerance + (biasTerms * roundoff * expected.Sizes[i]);
            }
        }
        for (var i = 0; i < c.Channels; i++)
            Close(bias[i], biasGradients[i], biasTolerance[i], $"bias gradient {i}", seed, c);
    }

    /// <summary>No more than one sample in a thousand was left undecided.</summary>
    public void EndWithFewUndecided() => Assert.InRange(_undecided, 0, _samples / 1000);

    private static void Close(double expected, double actual, double tolerance, string what, int seed, DrawnCase c) =>
        Assert.True(
            Math.Abs(expected - actual) <= tolerance + double.Epsilon,
            $"{what}: expected {expected:R}, found {actual:R}, off by {Math.Abs(expected - actual):E2}, allowed {tolerance:E2}; case {seed}: {c}");
}
