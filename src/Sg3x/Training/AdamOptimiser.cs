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
public sealed class AdamOptimiser : IDisposable
{
    private readonly AdamSettings _settings;
    private readonly (string Name, Parameter Parameter)[] _parameters;
    private readonly Tensor[] _means;
    private readonly Tensor[] _squares;

    /// <summary>An optimiser that has made no step.</summary>
    /// <param name="parameters">What it changes, with names.</param>
    /// <param name="settings">Learning rate, decay rates and ε.</param>
    public AdamOptimiser(IEnumerable<(string Name, Parameter Parameter)> parameters, AdamSettings settings)
    {
        _settings = settings;
        _parameters = [.. parameters];
        _means = [.. _parameters.Select(p => zeros_like(p.Parameter).DetachFromDisposeScope())];
        _squares = [.. _parameters.Select(p => zeros_like(p.Parameter).DetachFromDisposeScope())];
    }

    /// <summary>Steps made so far, t.</summary>
    public long Steps { get; set; }

    /// <summary>Number of parameter tensors.</summary>
    public int Count => _parameters.Length;

    /// <summary>The names of the parameters, in the order of the gradients.</summary>
    public IEnumerable<string> Names => _parameters.Select(p => p.Name);

    /// <summary>The parameters, in the order of the gradients.</summary>
    public IEnumerable<Parameter> Parameters => _parameters.Select(p => p.Parameter);

    /// <summary>The tensors of the state: <c>exp_avg.NAME</c> (m) and <c>exp_avg_sq.NAME</c> (v).</summary>
    public IEnumerable<(string Name, Tensor Tensor)> State =>
        _parameters.Select((p, i) => ($"exp_avg.{p.Name}", _means[i]))
            .Concat(_parameters.Select((p, i) => ($"exp_avg_sq.{p.Name}", _squares[i])));

    /// <summary>Makes one step.</summary>
    /// <param name="gradients">One tensor for each parameter, of its shape.</param>
    public void Step(IReadOnlyList<Tensor> gradients)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(gradients.Count, Count);
        using IDisposable noGradient = no_grad();
        Steps++;
        (double eta, double beta1, double beta2, double epsilon) = _settings;
        double stepSize = eta / (1 - Math.Pow(beta1, Steps));
        double squareScale = 1 / Math.Sqrt(1 - Math.Pow(beta2, Steps));
        for (int i = 0; i < Count; i++)
        {
            using IDisposable scope = NewDisposeScope();
            Tensor g = gradients[i];
            _means[i].mul_(beta1).add_(g, 1 - beta1);
            _squares[i].mul_(beta2).addcmul_(g, g, 1 - beta2);
            Tensor denominator = _squares[i].sqrt().mul_(squareScale).add_(epsilon);
            _parameters[i].Parameter.addcdiv_(_means[i], denominator, -stepSize);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Tensor tensor in _means.Concat(_squares))
        {
            tensor.Dispose();
        }
    }
}
