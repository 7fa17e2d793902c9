using FsCheck;
using FsCheck.Fluent;
using Sg3x.Ops;
using Sg3x.Schedule;
using static TorchSharp.torch;

namespace Sg3x.Tests.Ops;

/// <summary>A filtered leaky ReLU to try: sizes and constants; tensors follow from the seed.</summary>
public sealed record FilterCase(
    int Batch, int Channels, int Height, int Width, int Up, int Down, int UpTaps, int DownTaps, bool UpRadial, bool DownRadial,
    ImagePadding Padding, double Slope, double? Clamp, int Seed)
{
    public FilteredLeakyReluShape Shape => new(Up, Down, Padding, Math.Sqrt(2), Slope, Clamp);

    public bool Fits
    {
        get
        {
            (int height, int width) = Shape.OutputSize(Height, Width, UpTaps, DownTaps);
            bool cropsTooMuch = Height * Up + Math.Min(0, Padding.Y0) + Math.Min(0, Padding.Y1) < 1
                || Width * Up + Math.Min(0, Padding.X0) + Math.Min(0, Padding.X1) < 1;
            bool crossed = Height * Up + Padding.Y0 + Padding.Y1 < UpTaps || Width * Up + Padding.X0 + Padding.X1 < UpTaps;
            return height >= 1 && width >= 1 && !cropsTooMuch && !crossed;
        }
    }

    /// <summary>
    /// x [N, C, H, W], bias [C], the filters (asymmetric, to tell a convolution from a correlation), all float64.
    /// </summary>
    public (Tensor X, Tensor Bias, Tensor? Up, Tensor? Down) Tensors()
    {
        using var generator = new Generator((ulong)Seed);
        return (
            Draw(generator, Batch, Channels, Height, Width), Draw(generator, Channels), Taps(generator, UpTaps, UpRadial),
            Taps(generator, DownTaps, DownRadial));
    }

    /// <summary>
    /// The tensors with the absolute value of every entry, and the nonlinearity without its kink: what a sum of the absolute values of
    /// all that the operation adds up comes to. Rounding errors are in proportion to that, not to a result that may cancel.
    /// </summary>
    public (Tensor X, Tensor Bias, Tensor? Up, Tensor? Down, FilteredLeakyReluShape Shape) Magnitudes()
    {
        (Tensor x, Tensor bias, Tensor? up, Tensor? down) = Tensors();
        FilteredLeakyReluShape straight = Shape with { Gain = Shape.Gain * Math.Max(1, Slope), Slope = 1, Clamp = null };
        return (x.abs(), bias.abs(), up?.abs(), down?.abs(), straight);
    }

    public static Tensor Draw(Generator generator, params long[] shape) => randn(shape, ScalarType.Float64, generator: generator);

    private static Tensor? Taps(Generator generator, int taps, bool radial)
    {
        if (taps == 1)
            return null;
        return radial ? Draw(generator, taps, taps) / taps : Draw(generator, taps) / Math.Sqrt(taps);
    }
}

/// <summary>A modulated convolution to try.</summary>
public sealed record ModulatedCase(int Batch, int Inputs, int Outputs, int Size, int Kernel, int Padding, bool Demodulate, int Seed)
{
    /// <summary>
    /// Float64. Weights and styles lie in ±[0.5, 1.5]: both are divided by their own norm, and one near zero would carry any rounding
    /// error, as much in the definition as in what is held against it.
    /// </summary>
    public (Tensor X, Tensor Weight, Tensor Styles, Tensor Gain) Tensors()
    {
        using var generator = new Generator((ulong)Seed);
        return (
            FilterCase.Draw(generator, Batch, Inputs, Size, Size), AwayFromZero(generator, Outputs, Inputs, Kernel, Kernel),
            AwayFromZero(generator, Batch, Inputs), rand(1, ScalarType.Float64, generator: generator) + 0.5);
    }

    private static Tensor AwayFromZero(Generator generator, params long[] shape)
    {
        Tensor drawn = rand(shape, ScalarType.Float64, generator: generator) * 2 - 1;
        return drawn + where(drawn.lt(0), tensor(-0.5, ScalarType.Float64), tensor(0.5, ScalarType.Float64));
    }
}

/// <summary>Draws cases; shrinks each number towards the smallest.</summary>
public static class DrawnOps
{
    public static Arbitrary<FilterCase> FilterCases() => Arb.From(DrawFilter().Where(drawn => drawn.Fits), Shrink);

    public static Arbitrary<ModulatedCase> ModulatedCases() => Arb.From(
        from batch in Gen.Choose(1, 3)
        from inputs in Gen.Choose(1, 5)
        from outputs in Gen.Choose(1, 5)
        from kernel in Gen.Elements(1, 3, 5)
        from size in Gen.Choose(kernel, 9)
        from padding in Gen.Choose(0, 4)
        from demodulate in Gen.Elements(false, true)
        from seed in Gen.Choose(0, 1 << 20)
        select new ModulatedCase(batch, inputs, outputs, size, kernel, padding, demodulate, seed));

    private static Gen<FilterCase> DrawFilter() =>
        from batch in Gen.Choose(1, 2)
        from channels in Gen.Choose(1, 3)
        from height in Gen.Choose(1, 9)
        from width in Gen.Choose(1, 9)
        from up in Gen.Choose(1, 4)
        from down in Gen.Choose(1, 4)
        from upTaps in Gen.Choose(1, 9)
        from downTaps in Gen.Choose(1, 9)
        from upRadial in Gen.Elements(false, false, true)
        from downRadial in Gen.Elements(false, true)
        from x0 in Gen.Choose(-5, 12)
        from x1 in Gen.Choose(-5, 12)
        from y0 in Gen.Choose(-5, 12)
        from y1 in Gen.Choose(-5, 12)
        from slope in Gen.Elements(0.2, 0.2, 1, 0)
        from clamp in Gen.Elements<double?>(null, 0.5, 256)
        from seed in Gen.Choose(0, 1 << 20)
        select new FilterCase(
            batch, channels, height, width, up, down, upTaps, downTaps, upRadial, downRadial, new ImagePadding(x0, x1, y0, y1), slope, clamp, seed);

    private static IEnumerable<FilterCase> Shrink(FilterCase drawn)
    {
        FilterCase[] plainer =
        [
            drawn with { Batch = 1 }, drawn with { Channels = 1 },
            drawn with { Height = Math.Max(1, drawn.Height - 1) }, drawn with { Width = Math.Max(1, drawn.Width - 1) },
            drawn with { Up = Math.Max(1, drawn.Up - 1) }, drawn with { Down = Math.Max(1, drawn.Down - 1) },
            drawn with { UpTaps = Math.Max(1, drawn.UpTaps - 1) }, drawn with { DownTaps = Math.Max(1, drawn.DownTaps - 1) },
            drawn with { UpRadial = false }, drawn with { DownRadial = false },
            drawn with { Padding = drawn.Padding with { X0 = drawn.Padding.X0 / 2 } },
            drawn with { Padding = drawn.Padding with { X1 = drawn.Padding.X1 / 2 } },
            drawn with { Padding = drawn.Padding with { Y0 = drawn.Padding.Y0 / 2 } },
            drawn with { Padding = drawn.Padding with { Y1 = drawn.Padding.Y1 / 2 } },
            drawn with { Slope = 1 }, drawn with { Clamp = null }, drawn with { Seed = 0 },
        ];
        return plainer.Where(candidate => candidate != drawn && candidate.Fits);
    }
}
