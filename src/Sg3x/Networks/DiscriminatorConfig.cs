namespace Sg3x.Networks;

/// <summary>Every value that shapes a discriminator (SG2's residual discriminator).</summary>
public sealed record DiscriminatorConfig
{
    /// <summary>Width and height of the image in pixels; a power of two, at least 8.</summary>
    public required int Resolution { get; init; }

    /// <summary>Channels of the image.</summary>
    public int ImageChannels { get; init; } = 3;

    /// <summary>Dimensions of the label c, the number of classes; 0: the network is not conditional.</summary>
    public int CDim { get; init; }

    /// <summary>Overall multiplier of the number of channels, c_base.</summary>
    public int ChannelBase { get; init; } = 32768;

    /// <summary>Upper limit of the channels of any layer, c_max.</summary>
    public int ChannelMax { get; init; } = 512;

    /// <summary>Largest group of the minibatch standard deviation.</summary>
    public int MinibatchStdGroup { get; init; } = 4;

    /// <summary>Bound on the magnitude of activations.</summary>
    public double ConvClamp { get; init; } = 256;
}
