using Sg3x.Schedule;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Sg3x.Networks;

/// <summary>
/// Fourier features of a transformed plane (AFG section 3.2 and appendix F): amplitude·sin(2π(f·x + phase)), mixed by a trainable
/// matrix.
/// Latent w rotates and translates them, a user's transform does so before.
/// </summary>
public sealed class SynthesisInput : nn.Module<Tensor, Tensor>
{
    private readonly InputPlan plan;
    private readonly int wDim;
    private readonly FullyConnected affine;
    private Parameter weight;
    private Tensor transform;
    private Tensor freqs;
    private Tensor phases;

    /// <summary>Draws frequencies, phases and the mixing matrix.</summary>
    /// <param name="plan">Channels, size, rate and bandwidth.</param>
    /// <param name="wDim">Dimensions of w.</param>
    /// <param name="generator">Where they are drawn from.</param>
    public SynthesisInput(InputPlan plan, int wDim, torch.Generator generator)
        : base(nameof(SynthesisInput))
    {
        ArgumentNullException.ThrowIfNull(plan);
        using DisposeScope scope = NewDisposeScope();
        this.plan = plan;
        this.wDim = wDim;
        // A normal vector divided by r·(exp r²)^¼ has a radius uniform by area on the unit disc, up to 1.
        Tensor f = NetworkState.Normal(generator, plan.Channels, 2);
        Tensor squares = f.square().sum([1], true);
        freqs = NetworkState.Buffer(f / (squares.sqrt() * (squares * 0.25).exp()) * plan.Bandwidth);
        phases = NetworkState.Buffer(rand([plan.Channels], ScalarType.Float32, generator: generator) - 0.5);
        transform = NetworkState.Buffer(eye(3, dtype: ScalarType.Float32));
        weight = NetworkState.Parameter(NetworkState.Normal(generator, plan.Channels, plan.Channels));
        affine = new FullyConnected(wDim, 4, generator, weightScale: 0, initialBias: [1, 0, 0, 0]);
        register_parameter(nameof(weight), weight);
        register_buffer(nameof(transform), transform);
        register_buffer(nameof(freqs), freqs);
        register_buffer(nameof(phases), phases);
        register_module(nameof(affine), affine);
    }

    /// <summary>
    /// Sets the user's transform, the inverse of the motion of the image, in units of the image about its centre.
    /// </summary>
    /// <param name="matrix">[3, 3] homogeneous, first component x (rightwards), second y (downwards); the identity to begin
    /// with.</param>
    /// <exception cref="ArgumentException">The shape is another.</exception>
    public void SetTransform(Tensor matrix)
    {
        NetworkState.CheckShape(nameof(matrix), matrix, 3, 3);
        using IDisposable quiet = no_grad();
        transform.copy_(matrix);
    }

    /// <summary>Samples the features.</summary>
    /// <param name="input">w, [N, WDim].</param>
    /// <returns>[N, C, size, size].</returns>
    /// <exception cref="ArgumentException">The shape is another.</exception>
    public override Tensor forward(Tensor input)
    {
        NetworkState.CheckShape(nameof(input), input, null, wDim);
        using DisposeScope scope = NewDisposeScope();
        // Frequencies as rows times M give, side by side, the transformed frequencies and what is added to the phases: [N, C, 3].
        Tensor moved = freqs.unsqueeze(0).matmul(InverseTransform(affine.forward(input)));
        Tensor f = moved.narrow(2, 0, 2);
        Tensor shift = moved.narrow(2, 2, 1) + phases.reshape(1, -1, 1);
        Tensor features = ((f.matmul(Grid().unsqueeze(0)) + shift) * (2 * Math.PI)).sin();

        // Frequencies that a transform moves towards the Nyquist limit fade out. The amplitudes go with the mixing matrix, which
        // is the smaller.
        Tensor radius = f.square().sum([2]).sqrt();
        Tensor amplitude = (1 - (radius - plan.Bandwidth) / (plan.Rate / 2 - plan.Bandwidth)).clamp(0, 1);
        Tensor mixing = weight.unsqueeze(0) * (amplitude / Math.Sqrt(plan.Channels)).unsqueeze(1);
        return mixing.bmm(features).reshape(input.shape[0], plan.Channels, plan.Size, plan.Size).MoveToOuterDisposeScope();
    }

    // The first two rows of M = rotation · translation by (−t_x, −t_y) · user transform, [N, 2, 3].
    private Tensor InverseTransform(Tensor parameters)
    {
        Tensor t = parameters / parameters.narrow(1, 0, 2).square().sum([1], true).sqrt();
        Tensor cosine = t.narrow(1, 0, 1), sine = t.narrow(1, 1, 1), offset = t.narrow(1, 2, 2).unsqueeze(2);
        Tensor translated = transform.narrow(0, 0, 2).unsqueeze(0) - offset * transform.narrow(0, 2, 1).unsqueeze(0);
        Tensor rotation = cat([cosine, -sine, sine, cosine], 1).reshape(-1, 2, 2);
        return rotation.bmm(translated);
    }

    // Pixel centres of a canvas of size / rate images about the origin, in images: [2, size·size], x then y.
    private Tensor Grid()
    {
        Tensor line = (arange(plan.Size, dtype: freqs.dtype, device: freqs.device) + (0.5 - plan.Size / 2.0)) / plan.Rate;
        Tensor x = line.reshape(1, -1).expand(plan.Size, plan.Size).reshape(-1);
        Tensor y = line.reshape(-1, 1).expand(plan.Size, plan.Size).reshape(-1);
        return stack([x, y]);
    }
}
