namespace Sg3x.Schedule;

/// <summary>Pixels added (or, where negative, cropped) around an image: left, right, above, below.</summary>
/// <param name="X0">Left.</param>
/// <param name="X1">Right.</param>
/// <param name="Y0">Above.</param>
/// <param name="Y1">Below.</param>
public readonly record struct ImagePadding(int X0, int X1, int Y0, int Y1);

/// <summary>What the Fourier input of the synthesis network is made of.</summary>
/// <param name="Channels">Number of Fourier features.</param>
/// <param name="Size">Width and height of the canvas in pixels, margins included.</param>
/// <param name="Rate">Sampling rate s[0] in Hz per image.</param>
/// <param name="Bandwidth">Bandwidth f_c[0] of the features in Hz per image.</param>
public sealed record InputPlan(int Channels, int Size, double Rate, double Bandwidth);

/// <summary>
/// Every derived value of a synthesis layer (AFG section 3.2, appendices C and F.1). Frequencies are in Hz per image, sizes in
/// pixels.
/// </summary>
public sealed record LayerPlan
{
    /// <summary>Index i of the layer; ToRGB has index N.</summary>
    public required int Index { get; init; }

    /// <summary>Name in the state, L{i}_{outSize}_{outChannels}.</summary>
    public required string Name { get; init; }

    /// <summary>The last layer, which has no nonlinearity and no filters.</summary>
    public required bool IsToRgb { get; init; }

    /// <summary>Critically sampled: i ≥ N − N_crit.</summary>
    public required bool IsCritical { get; init; }

    /// <summary>Channels of the input.</summary>
    public required int InChannels { get; init; }

    /// <summary>Channels of the output.</summary>
    public required int OutChannels { get; init; }

    /// <summary>Width and height of the input, margins included.</summary>
    public required int InSize { get; init; }

    /// <summary>Width and height of the output, margins included.</summary>
    public required int OutSize { get; init; }

    /// <summary>Sampling rate of the input.</summary>
    public required double InRate { get; init; }

    /// <summary>Sampling rate of the output.</summary>
    public required double OutRate { get; init; }

    /// <summary>Sampling rate at which the nonlinearity acts.</summary>
    public required double TmpRate { get; init; }

    /// <summary>Cutoff of the input.</summary>
    public required double InCutoff { get; init; }

    /// <summary>Cutoff of the output.</summary>
    public required double OutCutoff { get; init; }

    /// <summary>Half-width of the transition band of the input.</summary>
    public required double InHalfWidth { get; init; }

    /// <summary>Half-width of the transition band of the output.</summary>
    public required double OutHalfWidth { get; init; }

    /// <summary>Upsampling factor before the nonlinearity.</summary>
    public required int Up { get; init; }

    /// <summary>Downsampling factor after the nonlinearity.</summary>
    public required int Down { get; init; }

    /// <summary>Taps of the upsampling filter along an axis; 1 where there is none.</summary>
    public required int UpTaps { get; init; }

    /// <summary>Taps of the downsampling filter along an axis; 1 where there is none.</summary>
    public required int DownTaps { get; init; }

    /// <summary>The downsampling filter is radially symmetric (config R, layers not critically sampled).</summary>
    public required bool DownRadial { get; init; }

    /// <summary>Padding of the filtered nonlinearity, in pixels of the upsampled image.</summary>
    public required ImagePadding Padding { get; init; }

    /// <summary>Kernel width k of the convolution, which pads by k − 1 on every side.</summary>
    public required int Kernel { get; init; }

    /// <summary>Upsampling filter; null is the identity.</summary>
    public required Filter? UpFilter { get; init; }

    /// <summary>Downsampling filter; null is the identity.</summary>
    public required Filter? DownFilter { get; init; }
}
