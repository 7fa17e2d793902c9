using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Sg3x.Networks;

/// <summary>
/// y = (W·g)x + b·m with run-time gain g = m/√in and learning-rate multiplier m (equalised learning rate), followed where wanted
/// by a leaky
/// ReLU of slope 0.2 and gain √2.
/// </summary>
public sealed class FullyConnected : nn.Module<Tensor, Tensor>
{
    private readonly double lrMultiplier;
    private readonly double weightGain;
    private readonly bool activate;

    // The fields that hold state have the names of the state, as the module system expects.
    private Parameter weight;
    private Parameter bias;

    /// <summary>Draws the weight.</summary>
    /// <param name="inFeatures">Features of the input.</param>
    /// <param name="outFeatures">Features of the output.</param>
    /// <param name="generator">Where the weight is drawn from, N(0, 1)·<paramref name="weightScale"/>/m.</param>
    /// <param name="activate">Whether a leaky ReLU follows.</param>
    /// <param name="lrMultiplier">m.</param>
    /// <param name="weightScale">Factor on the initial weight.</param>
    /// <param name="initialBias">One value for all, or one for each output; default 0.</param>
    public FullyConnected(
        int inFeatures, int outFeatures, torch.Generator generator, bool activate = false, double lrMultiplier = 1,
        double weightScale = 1, float[]? initialBias = null)
        : base(nameof(FullyConnected))
    {
        using DisposeScope scope = NewDisposeScope();
        this.lrMultiplier = lrMultiplier;
        this.activate = activate;
        weightGain = lrMultiplier / Math.Sqrt(inFeatures);
        weight = NetworkState.Parameter(NetworkState.Normal(generator, outFeatures, inFeatures) * (weightScale / lrMultiplier));
        bias = NetworkState.Parameter(tensor(initialBias ?? [0f]).expand(outFeatures).contiguous() / lrMultiplier);
        register_parameter(nameof(weight), weight);
        register_parameter(nameof(bias), bias);
    }

    /// <summary>The dtype of the weights.</summary>
    public ScalarType Type => weight.dtype;

    /// <summary>Applies the layer.</summary>
    /// <param name="input">[N, in], the dtype of the weight.</param>
    /// <returns>[N, out].</returns>
    /// <exception cref="ArgumentException">The shape is another.</exception>
    public override Tensor forward(Tensor input)
    {
        NetworkState.CheckShape(nameof(input), input, null, weight.shape[1]);
        using DisposeScope scope = NewDisposeScope();
        // A positive gain goes through the leaky ReLU, so √2 joins the weight's gain.
        double gain = activate ? Math.Sqrt(2) : 1;
        Tensor y = nn.functional.linear(input, weight * (weightGain * gain), bias * (lrMultiplier * gain));
        if (activate)
            y = y.leaky_relu(0.2);
        return y.MoveToOuterDisposeScope();
    }
}
