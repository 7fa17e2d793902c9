using Sg3x.Ops;
using Sg3x.Ops.Cpu;

namespace Sg3x.Tests.Ops.Cpu;

/// <summary>
/// The filtered leaky ReLU word for word in float64, zeros inserted and all, and its transpose; with every sum the same sum over
/// absolute values, which is what rounding errors are measured against.
/// </summary>
internal static class Definition
{
    /// <summary>A plane and, for each sample, Σ|taps|·|x| propagated from the input.</summary>
    internal readonly record struct Plane(int Width, int Height, double[] Values, double[] Sizes)
    {
        public static Plane Zero(int width, int height) => new(width, height, new double[width * height], new double[width * height]);
    }

    public static Plane Stuff(Plane x, double bias, int up)
    {
        var y = Plane.Zero(x.Width * up, x.Height * up);
        for (var i = 0; i < x.Values.Length; i++)
        {
            var at = (i / x.Width * up * y.Width) + (i % x.Width * up);
            y.Values[at] = x.Values[i] + bias;
            y.Sizes[at] = x.Sizes[i] + Math.Abs(bias);
        }
        return y;
    }

    public static Plane Pad(Plane x, int left, int right, int top, int bottom)
    {
        var y = Plane.Zero(x.Width + left + right, x.Height + top + bottom);
        for (var row = 0; row < y.Height; row++)
        {
            for (var column = 0; column < y.Width; column++)
            {
                var (r, c) = (row - top, column - left);
                if (r < 0 || r >= x.Height || c < 0 || c >= x.Width)
                    continue;
                y.Values[(row * y.Width) + column] = x.Values[(r * x.Width) + c];
                y.Sizes[(row * y.Width) + column] = x.Sizes[(r * x.Width) + c];
            }
        }
        return y;
    }

    /// <summary>Valid true convolution times a factor.</summary>
    public static Plane Convolve(Plane x, FilterTaps filter, double factor)
    {
        // A separable filter's rectangle is the product of its columns' and its rows' taps.
        if (filter.Separable)
            return Convolve(Convolve(x, filter.Values, filter.Width, 1, factor), filter.Values, 1, filter.Width, 1);
        return Convolve(x, filter.Values, filter.Width, filter.Height, factor);
    }

    private static Plane Convolve(Plane x, double[] taps, int width, int height, double factor)
    {
        var y = Plane.Zero(x.Width - width + 1, x.Height - height + 1);
        for (var row = 0; row < y.Height; row++)
        {
            for (var column = 0; column < y.Width; column++)
            {
                double sum = 0, size = 0;
                for (var i = 0; i < taps.Length; i++)
                {
                    var at = ((row + height - 1 - (i / width)) * x.Width) + column + width - 1 - (i % width);
                    sum += taps[i] * x.Values[at];
                    size += Math.Abs(taps[i]) * x.Sizes[at];
                }
                y.Values[(row * y.Width) + column] = sum * factor;
                y.Sizes[(row * y.Width) + column] = size * Math.Abs(factor);
            }
        }
        return y;
    }

    public static Plane Keep(Plane x, int step, int width, int height)
    {
        var y = Plane.Zero(width, height);
        for (var i = 0; i < y.Values.Length; i++)
        {
            var at = (i / width * step * x.Width) + (i % width * step);
            (y.Values[i], y.Sizes[i]) = (x.Values[at], x.Sizes[at]);
        }
        return y;
    }

    /// <summary>The sample before the activation, after the gain's magnitude: what decides the branch.</summary>
    public static Plane Before(DrawnCase c, int plane) => Convolve(
        Pad(
            Stuff(Take(c.Input, plane, c.Horizontal.Input, c.Vertical.Input), c.Bias[plane % c.Channels], c.Horizontal.Up),
            c.Horizontal.Low, High(c.Horizontal), c.Vertical.Low, High(c.Vertical)),
        c.Up, (double)c.Horizontal.Up * c.Vertical.Up);

    public static Plane Activate(DrawnCase c, Plane t)
    {
        var y = Plane.Zero(t.Width, t.Height);
        for (var i = 0; i < t.Values.Length; i++)
        {
            var value = c.Gain * (t.Values[i] > 0 ? t.Values[i] : c.Slope * t.Values[i]);
            y.Values[i] = Math.Clamp(value, -c.Limit, c.Limit);
            y.Sizes[i] = Math.Abs(c.Gain) * t.Sizes[i];
        }
        return y;
    }

    public static Plane After(DrawnCase c, Plane activated) =>
        Keep(Convolve(activated, c.Down, 1), c.Horizontal.Down, c.Horizontal.Output, c.Vertical.Output);

    public static Plane Forward(DrawnCase c, int plane) => After(c, Activate(c, Before(c, plane)));

    /// <summary>The gradient arriving at each sample between the filters: the second filter's transpose.</summary>
    public static Plane GradientAfterActivation(DrawnCase c, int plane)
    {
        var d = Take(c.OutputGradient, plane, c.Horizontal.Output, c.Vertical.Output);
        var stuffed = Stuff(d, 0, c.Horizontal.Down);
        var (width, height) = (c.Horizontal.Mid + c.Horizontal.DownTaps - 1, c.Vertical.Mid + c.Vertical.DownTaps - 1);
        var (left, top) = (c.Horizontal.DownTaps - 1, c.Vertical.DownTaps - 1);
        return Convolve(Pad(stuffed, left, width - left - stuffed.Width, top, height - top - stuffed.Height), c.Down.Flipped, 1);
    }

    /// <summary>The input's gradient from that of the samples before the activation: the first filter's transpose.</summary>
    public static Plane GradientOfInput(DrawnCase c, Plane gradient)
    {
        var (width, height) = ((c.Horizontal.Input * c.Horizontal.Up) + c.Horizontal.UpTaps - 1, (c.Vertical.Input * c.Vertical.Up) + c.Vertical.UpTaps - 1);
        var (left, top) = (c.Horizontal.UpTaps - 1 - c.Horizontal.Low, c.Vertical.UpTaps - 1 - c.Vertical.Low);
        var padded = Pad(gradient, left, width - left - gradient.Width, top, height - top - gradient.Height);
        var convolved = Convolve(padded, c.Up.Flipped, (double)c.Horizontal.Up * c.Vertical.Up);
        return Keep(convolved, c.Horizontal.Up, c.Horizontal.Input, c.Vertical.Input);
    }

    public static int High(ResampleAxis axis)
    {
        // Any high end that gives the same number of outputs; the smallest reads nothing beyond the last.
        var needed = ((axis.Output - 1) * axis.Down) + axis.DownTaps;
        return needed + axis.UpTaps - 1 - (axis.Input * axis.Up) - axis.Low;
    }

    public static Plane Take(double[] values, int plane, int width, int height)
    {
        var part = values.AsSpan(plane * width * height, width * height).ToArray();
        return new(width, height, part, [.. part.Select(Math.Abs)]);
    }
}
