namespace Sg3x.Spec.Schedule;

/// <summary>What a schedule is computed from (AFG section 3.2, appendix F.1); the defaults are config T's.</summary>
public sealed record ScheduleConfig
{
    /// <summary>s_N: pixels a side, a power of two.</summary>
    public required int Resolution { get; init; }

    /// <summary>N: layers before ToRGB.</summary>
    public int N { get; init; } = 14;

    /// <summary>N_crit: the last layers, which are critically sampled.</summary>
    public int NCrit { get; init; } = 2;

    public int ChannelBase { get; init; } = 32768;

    public int ChannelMax { get; init; } = 512;

    public int ImageChannels { get; init; } = 3;

    /// <summary>f_c0, Hz per image.</summary>
    public double FirstCutoff { get; init; } = 2;

    /// <summary>f_t0, Hz per image.</summary>
    public double FirstStopband { get; init; } = Math.Pow(2, 2.1);

    /// <summary>f_tN / f_cN.</summary>
    public double LastStopbandOverCutoff { get; init; } = Math.Pow(2, 0.3);

    /// <summary>Pixels beyond each side of the canvas, at the layer's own rate.</summary>
    public int Margin { get; init; } = 10;

    /// <summary>k: the network's convolutions.</summary>
    public int Kernel { get; init; } = 3;

    /// <summary>n: taps per factor of resampling ("filter_size").</summary>
    public int FilterSize { get; init; } = 6;

    /// <summary>m: the nonlinearity's oversampling ("lrelu_upsampling").</summary>
    public int LreluUpsampling { get; init; } = 2;

    /// <summary>Config R's radially symmetric downsampling filters.</summary>
    public bool Radial { get; init; }

    public static ScheduleConfig T(int resolution) => new() { Resolution = resolution };

    /// <summary>Config R: 1×1 convolutions, radial filters, twice the channels.</summary>
    public static ScheduleConfig R(int resolution) => new()
    {
        Resolution = resolution,
        Kernel = 1,
        Radial = true,
        ChannelBase = 2 * 32768,
        ChannelMax = 2 * 512,
    };
}
