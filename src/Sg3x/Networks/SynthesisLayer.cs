using Sg3x.Ops;
using Sg3x.Schedule;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Sg3x.Networks;

/// <summary>
/// A layer of the synthesis network: modulated convolution, then filtered leaky ReLU (AFG section 3.2); ToRGB has no
/// nonlinearity.
/// </summary>
public sealed class SynthesisLayer : nn.Module<Tensor, Tensor, Tensor>
{
    private const double Slope = 0.2;

    private readonly double convClamp;
    private readonly int wDim;
    private readonly FullyConnected affine;
    private Parameter weight;
    private Parameter bias;
    private Tensor magnitude_ema;
    private Tensor? up_filter;
    private Tensor? down_filter;

    /// <summary>Draws the weights.</summary>
    /// <param name="plan">What the schedule says of the layer.</param>
    /// <param name="wDim">Dimensions of w.</param>
    /// <param name="convClamp">Bound on the magnitude of the output before the downsampling filter.</param>
    /// <param name="generator">Where the weights are drawn from.</param>
    public SynthesisLayer(LayerPlan plan, int wDim, double convClamp, torch.Generator generator)
        : base(nameof(SynthesisLayer))
    {
        ArgumentNullException.ThrowIfNull(plan);
        using DisposeScope scope = NewDisposeScope();
        Plan = plan;
        this.wDim = wDim;
        this.convClamp = convClamp;
        weight = NetworkState.Parameter(
            NetworkState.Normal(generator, plan.OutChannels, plan.InChannels, plan.Kernel, plan.Kernel));
        bias = NetworkState.Parameter(zeros(plan.OutChannels, ScalarType.Float32));
        magnitude_ema = NetworkState.Buffer(tensor(1f));
        affine = new FullyConnected(wDim, plan.InChannels, generator, initialBias: [1]);
        register_parameter(nameof(weight), weight);
        register_parameter(nameof(bias), bias);
        register_buffer(nameof(magnitude_ema), magnitude_ema);
        if (plan.UpFilter is not null)
            register_buffer(nameof(up_filter), up_filter = NetworkState.Buffer(plan.UpFilter));
        if (plan.DownFilter is not null)
            register_buffer(nameof(down_filter), down_filter = NetworkState.Buffer(plan.DownFilter));
        register_module(nameof(affine), affine);
    }

    /// <summary>What the schedule says of the layer.</summary>
    public LayerPlan Plan { get; }

    /// <summary>
    /// In what the layer stores and multiplies: bfloat16, or null for the dtype of the weights. Weights, norms, averages and sums keep
    /// the weights' dtype.
    /// </summary>
    public ScalarType? ComputeType { get; set; }

    /// <summary>Keep only x and w for the backward pass and compute the layer again there.</summary>
    public bool Rematerialised { get; set; }

    /// <summary>The constants of the layer's filtered nonlinearity.</summary>
    public FilteredLeakyReluShape Shape => ShapeOf(Plan, convClamp);

    /// <summary>The constants of a layer's filtered nonlinearity.</summary>
    /// <param name="plan">What the schedule says of the layer.</param>
    /// <param name="convClamp">Bound on the magnitude before the downsampling filter.</param>
    internal static FilteredLeakyReluShape ShapeOf(LayerPlan plan, double convClamp) => plan.IsToRgb
        ? new FilteredLeakyReluShape(plan.Up, plan.Down, plan.Padding, 1, 1, convClamp)
        : new FilteredLeakyReluShape(plan.Up, plan.Down, plan.Padding, Math.Sqrt(2), Slope, convClamp);

    /// <summary>Applies the layer with its magnitude average as it is.</summary>
    /// <param name="input1">x, [N, InChannels, InSize, InSize].</param>
    /// <param name="input2">w, [N, WDim].</param>
    /// <returns>[N, OutChannels, OutSize, OutSize].</returns>
    public override Tensor forward(Tensor input1, Tensor input2) => forward(input1, input2, null);

    /// <summary>Applies the layer.</summary>
    /// <param name="x">[N, InChannels, InSize, InSize], any floating dtype: rounded to that of the layer.</param>
    /// <param name="w">[N, WDim].</param>
    /// <param name="magnitudeBeta">β with which the mean square of <paramref name="x"/> enters its average before that is used;
    /// null leaves it.</param>
    /// <returns>[N, OutChannels, OutSize, OutSize], of the layer's dtype.</returns>
    /// <exception cref="ArgumentException">A shape is another.</exception>
    public Tensor forward(Tensor x, Tensor w, double? magnitudeBeta)
    {
        NetworkState.CheckShape(nameof(x), x, null, Plan.InChannels, Plan.InSize, Plan.InSize);
        NetworkState.CheckShape(nameof(w), w, x.shape[0], wDim);
        using DisposeScope scope = NewDisposeScope();
        x = x.to(ComputeType ?? weight.dtype);
        if (magnitudeBeta is double beta)
            AverageMagnitude(x, beta);
        // The average may have moved by the time that the layer is computed again.
        Tensor gain = magnitude_ema.rsqrt();
        Tensor y = Rematerialised
            ? Rematerialisation.Apply(arguments => Compute(arguments[0], arguments[1], arguments[2]), [x, w, gain], [.. parameters()])
            : Compute(x, w, gain);
        return y.MoveToOuterDisposeScope();
    }

    private Tensor Compute(Tensor x, Tensor w, Tensor gain)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor styles = affine.forward(w);
        if (Plan.IsToRgb)
            styles = styles / Math.Sqrt((double)Plan.InChannels * Plan.Kernel * Plan.Kernel);
        Tensor y = ModulatedConv.Apply(x, weight, styles, !Plan.IsToRgb, Plan.Kernel - 1, gain);
        FilteredLeakyReluShape shape = Shape;
        IFilteredLeakyRelu nonlinearity = FilteredLeakyRelu.Select(y, up_filter, down_filter, shape);
        return nonlinearity.Forward(y, bias.to(y.dtype), up_filter, down_filter, shape).MoveToOuterDisposeScope();
    }

    private void AverageMagnitude(Tensor x, double beta)
    {
        using IDisposable quiet = no_grad();
        magnitude_ema.mul_(beta).add_(x.detach().to(magnitude_ema.dtype).square().mean() * (1 - beta));
    }
}
