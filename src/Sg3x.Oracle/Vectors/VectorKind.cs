namespace Sg3x.Oracle.Vectors;

/// <summary>What a file of reference values describes; found from its content, never from its name.</summary>
public enum VectorKind
{
    /// <summary>JSON: a configuration, and every derived value of its layers with the filter taps.</summary>
    Schedule,

    /// <summary>Safetensors: a generator's state, latents, images, gradients and updated averages.</summary>
    Generator,

    /// <summary>Safetensors: a discriminator's state, images, logits, R1 penalties and their gradients.</summary>
    Discriminator,

    /// <summary>Safetensors: cases of the filtered leaky ReLU and the modulated convolution.</summary>
    Ops,

    /// <summary>Safetensors: images under each augmentation at fixed quantiles of its random draws.</summary>
    Augmentation,
}
