using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Sg3x.Training;

/// <summary>Learning rate, decay rates and ε of <see cref="AdamOptimiser"/>.</summary>
/// <param name="LearningRate">Step size, η.</param>
/// <param name="Beta1">Decay of the mean of gradients, β₁.</param>
/// <param name="Beta2">Decay of the mean of squared gradients, β₂.</param>
/// <param name="Epsilon">Added to the denominator, ε.</param>
public readonly record struct AdamSettings(double LearningRate, double Beta1, double Beta2, double Epsilon)
{
    /// <summary>
    /// The correction for a regulariser that is a step of its own every k-th iteration (SG2 appendix B, "lazy regularization"):
    /// k + 1 steps now do the work of k, so η ← c·η, β ← β^c with c = k/(k + 1).
    /// </summary>
    /// <param name="interval">Iterations from one regularising step to the next, k.</param>
    public AdamSettings ForLazyRegularisation(int interval)
    {
        double c = interval / (interval + 1.0);
        return this with { LearningRate = LearningRate * c, Beta1 = Math.Pow(Beta1, c), Beta2 = Math.Pow(Beta2, c) };
    }
}

/// <summary>
/// Adam (Kingma and Ba, 2015): m ← β₁m + (1−β₁)g, v ← β₂v + (1−β₂)g², θ ← θ − η/(1−β₁ᵗ) · m / (√v/√(1−β₂ᵗ) + ε). The gradients
/// are given to it, and its state has names, so that a checkpoint holds all of it.
/// </summary>
/// <remarks>
/// m and v of all parameters are one tensor each, and a step is 17 kernels for all of them with one more for each parameter: TorchSharp
/// does not offer libtorch's <c>_foreach</c> operations.
/// </remarks>
public sealed class AdamOptimiser : IDisposable
{
    private readonly AdamSettings _settings;
    private readonly (string Name, Parameter Parameter)[] _parameters;
    private readonly Tensor[] _flatParameters;
    private readonly Tensor _mean;
    private readonly Tensor _square;
    private readonly Tensor _denominator;
    private readonly Tensor[] _means;
    private readonly Tensor[] _squares;
    private readonly Tensor _never;

    /// <summary>An optimiser that has made no step.</summary>
    /// <param name="parameters">What it changes, with names: at least one, of one dtype and on one device.</param>
    /// <param name="settings">Learning rate, decay rates and ε.</param>
    /// <exception cref="ArgumentException">There are no parameters, or they differ in dtype or device.</exception>
    public AdamOptimiser(IEnumerable<(string Name, Parameter Parameter)> parameters, AdamSettings settings)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGradient = no_grad();
        _settings = settings;
        _parameters = [.. parameters];
        Layout = new FlatLayout(_parameters);
        _flatParameters = Kept(_parameters.Select(p => p.Parameter.detach().view(-1)));
        _mean = Layout.Zeros().DetachFromDisposeScope();
        _square = Layout.Zeros().DetachFromDisposeScope();

        // Kept, because a CPU hands out large memory anew, page by page, every time.
        _denominator = Layout.Zeros().DetachFromDisposeScope();
        _means = Kept(Layout.Shaped(_mean));
        _squares = Kept(Layout.Shaped(_square));
        _never = zeros([], ScalarType.Bool, _mean.device).DetachFromDisposeScope();

        static Tensor[] Kept(IEnumerable<Tensor> views) => [.. views.Select(v => v.DetachFromDisposeScope())];
    }

    /// <summary>Steps made so far, t.</summary>
    public long Steps { get; set; }

    /// <summary>Number of parameter tensors.</summary>
    public int Count => _parameters.Length;

    /// <summary>The names of the parameters, in the order of the gradients.</summary>
    public IEnumerable<string> Names => _parameters.Select(p => p.Name);

    /// <summary>The parameters, in the order of the gradients.</summary>
    public IEnumerable<Parameter> Parameters => _parameters.Select(p => p.Parameter);

    /// <summary>The tensors of the state, views of one each: <c>exp_avg.NAME</c> (m) and <c>exp_avg_sq.NAME</c> (v).</summary>
    public IEnumerable<(string Name, Tensor Tensor)> State =>
        _parameters.Select((p, i) => ($"exp_avg.{p.Name}", _means[i]))
            .Concat(_parameters.Select((p, i) => ($"exp_avg_sq.{p.Name}", _squares[i])));

    /// <summary>How the gradients lie in the tensor that <see cref="Step(Tensor, Tensor)"/> takes.</summary>
    internal FlatLayout Layout { get; }

    /// <summary>Makes one step.</summary>
    /// <param name="gradients">One tensor for each parameter, of its shape.</param>
    public void Step(IReadOnlyList<Tensor> gradients)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(gradients.Count, Count);
        using DisposeScope scope = NewDisposeScope();
        Step(Layout.Flatten(gradients.Select(g => g.detach())), _never);
    }

    /// <summary>Makes one step, or on the device none.</summary>
    /// <param name="gradient">In <see cref="Layout"/>; it is overwritten.</param>
    /// <param name="withheld">bool []: where it is true, parameters, m and v keep their bits whatever the gradient is.
    /// <see cref="Steps"/>, which is the host's, counts the step all the same.</param>
    internal void Step(Tensor gradient, Tensor withheld)
    {
        // Added, it leaves every number as it is: +0 would turn a −0 of m or θ into +0. To v its square adds +0, and v ≥ +0.
        const double Nothing = -0.0;
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGradient = no_grad();
        Steps++;
        (double eta, double beta1, double beta2, double epsilon) = _settings;
        double stepSize = eta / (1 - Math.Pow(beta1, Steps));
        double squareScale = 1 / Math.Sqrt(1 - Math.Pow(beta2, Steps));
        Tensor g = gradient.masked_fill_(withheld, Nothing);
        _mean.mul_(Decay(beta1)).add_(g, 1 - beta1);
        _square.mul_(Decay(beta2)).addcmul_(g, g, 1 - beta2);
        _denominator.copy_(_square).sqrt_().mul_(squareScale).add_(epsilon);
        Tensor change = g.copy_(_mean).mul_(-stepSize).div_(_denominator).masked_fill_(withheld, Nothing);
        foreach ((Tensor parameter, Tensor piece) in _flatParameters.Zip(Layout.Pieces(change)))
        {
            parameter.add_(piece);
        }

        Tensor Decay(double beta) => full([], beta, _mean.dtype, _mean.device).masked_fill_(withheld, 1);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Tensor tensor in (Tensor[])[.. _flatParameters, .. _means, .. _squares, _mean, _square, _denominator, _never])
        {
            tensor.Dispose();
        }

        Layout.Dispose();
    }
}
