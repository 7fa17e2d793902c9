namespace Sg3x.Schedule;

/// <summary>
/// Every value that shapes a generator (AFG section 3.2 and appendix F). The defaults are config T of the paper.
/// </summary>
public sealed record GeneratorConfig
{
    /// <summary>Width and height of the image in pixels, s_N; a power of two, at least 16.</summary>
    public required int Resolution { get; init; }

    /// <summary>Channels of the image.</summary>
    public int ImageChannels { get; init; } = 3;

    /// <summary>Dimensions of the latent z.</summary>
    public int ZDim { get; init; } = 512;

    /// <summary>Dimensions of the intermediate latent w.</summary>
    public int WDim { get; init; } = 512;

    /// <summary>Dimensions of the label c, the number of classes; 0: the network is not conditional.</summary>
    public int CDim { get; init; }

    /// <summary>Fully connected layers of the mapping network.</summary>
    public int MappingLayers { get; init; } = 2;

    /// <summary>Overall multiplier of the number of channels, c_base.</summary>
    public int ChannelBase { get; init; } = 32768;

    /// <summary>Upper limit of the channels of any layer, c_max.</summary>
    public int ChannelMax { get; init; } = 512;

    /// <summary>Synthesis layers N, without ToRGB.</summary>
    public int Layers { get; init; } = 14;

    /// <summary>Critically sampled layers at the end, N_crit.</summary>
    public int CriticalLayers { get; init; } = 2;

    /// <summary>Cutoff of the first layer f_c0, in cycles per image.</summary>
    public double FirstCutoff { get; init; } = 2;

    /// <summary>Minimum stopband of the first layer f_t0, in cycles per image.</summary>
    public double FirstStopband { get; init; } = Math.Pow(2, 2.1);

    /// <summary>Minimum stopband of the last layer relative to its cutoff, f_tN / f_cN.</summary>
    public double LastStopbandRelative { get; init; } = Math.Pow(2, 0.3);

    /// <summary>Pixels kept outside the image on every side of every layer but the last two entries.</summary>
    public int Margin { get; init; } = 10;

    /// <summary>Factor on the final features.</summary>
    public double OutputScale { get; init; } = 0.25;

    /// <summary>Kernel width of the synthesis convolutions: 3 in config T, 1 in config R.</summary>
    public int Kernel { get; init; } = 3;

    /// <summary>Low-pass filter size n, in taps per unit of the up- or downsampling factor.</summary>
    public int FilterSize { get; init; } = 6;

    /// <summary>Upsampling m around the nonlinearity.</summary>
    public int LreluUpsampling { get; init; } = 2;

    /// <summary>Radially symmetric downsampling filters in layers not critically sampled (config R).</summary>
    public bool RadialFilters { get; init; }

    /// <summary>Bound on the magnitude of activations.</summary>
    public double ConvClamp { get; init; } = 256;
}
