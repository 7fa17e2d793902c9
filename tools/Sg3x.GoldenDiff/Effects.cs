using Sg3x.Schedule;
using static System.FormattableString;

namespace Sg3x.GoldenDiff;

/// <summary>What a changed value does to the signal, in words.</summary>
public static class Effects
{
    // A filter that takes less than this from everything above its stopband stops nothing to speak of.
    private const double NoFilter = -10;

    /// <summary>A value of the configuration, which everything below it follows from.</summary>
    /// <param name="name">Its name.</param>
    public static string Config(string name) => name switch
    {
        "resolution" => "another image size, and with it rates, sizes and cutoffs",
        "layers" => "the cutoff rises in another number of steps",
        "critical layers" => "another number of layers with their cutoff at half the sampling rate",
        "margin" => "another distance between the image and the border, whose influence breaks equivariance",
        "channel base" or "channel max" => "another number of features: capacity, cost and the shape of weights",
        "kernel" => "another reach of the convolutions",
        "filter size" => "filters of another length: steepness of the transition and depth of the stopband",
        "lrelu upsampling" => "another rate at which the nonlinearity acts: room for the harmonics that it makes",
        "radial filters" => "another symmetry of the downsampling filters: that of rotation, or of the axes",
        "first cutoff" or "first stopband" or "last stopband, relative" => "another progression of cutoffs and stopbands",
        _ => "another shape of the output",
    };

    /// <summary>A sampling rate of the input or output.</summary>
    /// <param name="old">Before, in Hz per image.</param>
    /// <param name="new">After.</param>
    public static string Rate(double old, double @new) =>
        Invariant($"the grid holds frequencies up to {@new / 2:G6} Hz per image, not {old / 2:G6}");

    /// <summary>The rate at which the nonlinearity acts.</summary>
    /// <param name="old">Before, in Hz per image.</param>
    /// <param name="new">After.</param>
    public static string TemporaryRate(double old, double @new) => @new < old
        ? Invariant($"harmonics of the nonlinearity above {@new / 2:G6} Hz fold back, where {old / 2:G6} Hz were free")
        : Invariant($"harmonics of the nonlinearity have room up to {@new / 2:G6} Hz, not {old / 2:G6}");

    /// <summary>A width in pixels.</summary>
    /// <param name="size">The new one, margins included.</param>
    /// <param name="rate">Its sampling rate: pixels of the image itself.</param>
    public static string Size(int size, double rate) => (size - rate) switch
    {
        < 0 => Invariant($"smaller than the image of {rate:G6} pixels: part of it is lost"),
        0 => "no pixels outside the image: what the border does is seen in it",
        double margin => Invariant($"{margin / 2:G6} pixels on every side outside the image of {rate:G6}"),
    };

    /// <summary>A number of channels.</summary>
    /// <param name="old">Before.</param>
    /// <param name="new">After.</param>
    public static string Channels(int old, int @new) => @new < old
        ? "fewer features, and weights of another shape: checkpoints do not fit"
        : "more features, and weights of another shape: checkpoints do not fit";

    /// <summary>A cutoff.</summary>
    /// <param name="old">Before, in Hz per image.</param>
    /// <param name="new">After.</param>
    public static string Cutoff(double old, double @new) => @new < old
        ? Invariant($"detail from {@new:G6} to {old:G6} Hz per image is taken away")
        : Invariant($"detail from {old:G6} to {@new:G6} Hz per image is let through");

    /// <summary>A half-width of a transition band.</summary>
    /// <param name="old">Before, in Hz per image.</param>
    /// <param name="new">After.</param>
    /// <param name="taps">Taps of the filter.</param>
    /// <param name="rate">Their sampling rate.</param>
    public static string HalfWidth(double old, double @new, int taps, double rate)
    {
        string words = @new > old
            ? "a wider transition: softer near the cutoff"
            : "a narrower transition: ringing, and a shallower stopband";
        return taps < 2 ? words
            : Invariant($"{words}; Kaiser's attenuation of {taps} taps {LowPass.Attenuation(taps, old, rate):0.0} -> ")
                + Invariant($"{LowPass.Attenuation(taps, @new, rate):0.0} dB");
    }

    /// <summary>A resampling factor.</summary>
    /// <param name="old">Before.</param>
    /// <param name="new">After.</param>
    public static string Factor(int old, int @new) => @new == 1
        ? "nothing is resampled and nothing filtered on this side of the nonlinearity"
        : old == 1 ? "this side of the nonlinearity is resampled and filtered"
        : Invariant($"the signal is resampled by {@new}, not {old}");

    /// <summary>The padding of the filtered nonlinearity.</summary>
    /// <param name="old">Before, in pixels at the temporary rate.</param>
    /// <param name="new">After.</param>
    /// <param name="oldLayer">The layer before.</param>
    /// <param name="newLayer">The layer after.</param>
    public static string Padding(ImagePadding old, ImagePadding @new, LayerPlan oldLayer, LayerPlan newLayer)
    {
        ArgumentNullException.ThrowIfNull(oldLayer);
        ArgumentNullException.ThrowIfNull(newLayer);
        int width = Width(newLayer, @new.X0 + @new.X1), height = Width(newLayer, @new.Y0 + @new.Y1);
        if (width != newLayer.OutSize || height != newLayer.OutSize)
            return Invariant($"{width}×{height} pixels come out, where the next layer expects ")
                + Invariant($"{newLayer.OutSize}×{newLayer.OutSize}");
        double x = Offset(newLayer, @new.X0) - Offset(oldLayer, old.X0), y = Offset(newLayer, @new.Y0) - Offset(oldLayer, old.Y0);
        return Math.Abs(x) < 1e-12 && Math.Abs(y) < 1e-12
            ? "follows from the other sizes and taps; samples stay where they were"
            : Invariant($"samples move by ({x:+0.###;-0.###;0}, {y:+0.###;-0.###;0}) output pixels against the image, ")
                + "in every layer after it too";
    }

    /// <summary>A filter.</summary>
    /// <param name="leak">What gets through a filter that is not one.</param>
    /// <param name="old">Before.</param>
    /// <param name="oldRate">Sampling rate of its taps.</param>
    /// <param name="oldCutoff">Its cutoff.</param>
    /// <param name="oldHalfWidth">Its half-width.</param>
    /// <param name="new">After.</param>
    /// <param name="newRate">Sampling rate of its taps.</param>
    /// <param name="newCutoff">Its cutoff.</param>
    /// <param name="newHalfWidth">Its half-width.</param>
    public static string Filter(
        string leak, Filter? old, double oldRate, double oldCutoff, double oldHalfWidth,
        Filter? @new, double newRate, double newCutoff, double newHalfWidth)
    {
        Response a = new(old, oldRate), b = new(@new, newRate);
        double was = a.StopbandPeak(oldCutoff + oldHalfWidth), peak = b.StopbandPeak(newCutoff + newHalfWidth);
        var words = new List<string>();
        if (@new is null || (peak > NoFilter && was <= NoFilter))
            words.Add($"no low-pass any more: {leak} pass");
        words.Add(Invariant($"at the cutoff {a.Decibels(oldCutoff):0.0} -> {b.Decibels(newCutoff):0.0} dB"));
        words.Add(Invariant($"above the stopband at most {was:0.0} -> {peak:0.0} dB"));
        if (Math.Abs(a.Gain - b.Gain) > 1e-6)
            words.Add(Invariant($"a constant is multiplied by {b.Gain:G7}, not {a.Gain:G7}"));
        if (Math.Abs(a.Shift - b.Shift) > 1e-6)
            words.Add(Invariant($"the image moves by {b.Shift - a.Shift:G4} samples at the temporary rate"));
        return string.Join("; ", words);
    }

    // What the filtered nonlinearity makes of a convolution's output with this padding in all.
    private static int Width(LayerPlan layer, int padding) =>
        ((layer.InSize + layer.Kernel - 1) * layer.Up + padding - (layer.UpTaps - 1) - (layer.DownTaps - 1) - 1) / layer.Down + 1;

    // How far the middle of the output lies from that of the input, in output pixels. Sample 0 of the input stands at `lo` of the
    // padded signal, moved by the centre of the convolution; sample 0 of the output at the centres of both filters where they
    // first fit.
    private static double Offset(LayerPlan layer, int lo)
    {
        double first = (layer.UpTaps - 1 + layer.DownTaps - 1) / 2.0 - lo - (layer.Kernel - 1) / 2.0 * layer.Up;
        return (first + (layer.OutSize - 1) / 2.0 * layer.Down - (layer.InSize - 1) / 2.0 * layer.Up) / layer.Down;
    }
}
