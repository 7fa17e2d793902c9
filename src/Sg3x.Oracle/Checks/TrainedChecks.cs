using NetworkState = Sg3x.Spec.Networks.NetworkState;
using SpecFilter = Sg3x.Spec.Signals.Filter;
using SpecLayer = Sg3x.Spec.Schedule.Layer;

namespace Sg3x.Oracle.Checks;

/// <summary>A check of a network with weights of its own; where there is none it does not apply.</summary>
internal abstract class TrainedCheck : ICheck
{
    public abstract string Id { get; }

    public abstract string Equation { get; }

    public abstract string ToleranceBasis { get; }

    public IEnumerable<Finding> Run(Subject subject) => subject.Network is { } network ? Judge(subject, network) : [];

    public string? LeavesOut(Subject subject) =>
        subject.Network is { } network ? TooLarge(network) : "there is no network with weights of its own";

    /// <summary>Why the definition cannot be afforded; null where it can.</summary>
    protected virtual string? TooLarge(Sg3x.Networks.Generator network) => null;

    protected abstract IEnumerable<Finding> Judge(Subject subject, Sg3x.Networks.Generator network);
}

/// <summary>The filters that came with the weights.</summary>
internal sealed class TrainedFiltersCheck : TrainedCheck
{
    public override string Id => "trained.filters";

    public override string Equation => "AFG C: training does not change a filter: the state's are the designed ones, as float32";

    public override string ToleranceBasis => "a unit in the last place of float32, of the largest tap";

    protected override IEnumerable<Finding> Judge(Subject subject, Sg3x.Networks.Generator network)
    {
        NetworkState state = Narrow.State(network);
        foreach (SpecLayer e in Bridge.Schedule(subject.Config).Layers)
        {
            foreach ((string which, SpecFilter filter) in new[] { ("up", e.UpFilter), ("down", e.DownFilter) })
            {
                string name = $"synthesis.{e.Name}.{which}_filter";
                if (filter.IsIdentity)
                {
                    yield return Differences.Equal(
                        $"L{e.Index} {which}", "no filter", state.Has(name) ? "a filter" : "no filter");
                    continue;
                }
                double[] expected = Bridge.Taps(filter), measured = state.Has(name) ? state[name].Values : [];
                yield return Differences.Array(
                    $"L{e.Index} {which}", [expected.Length], expected, measured, 2 * 5.9604644775390625e-8,
                    measured.Length == expected.Length
                        ? "the state brings other taps than its configuration asks for: it was trained with other filters, or "
                            + "is damaged"
                        : $"{measured.Length} taps where {expected.Length} are specified");
            }
        }
    }
}

/// <summary>The Fourier input's constants and what it makes of them.</summary>
internal sealed class TrainedInputCheck : TrainedCheck
{
    public override string Id => "trained.input";

    public override string Equation => "AFG F.1: |f| ≤ f_c[0], φ in [−½, ½), neither is trained; y = W·a·sin(2π(f·M·x + φ +"
        + " f·t))/√C";

    public override string ToleranceBasis => "2⁻²⁴ at the edge of the disc; features as those of a random network";

    protected override IEnumerable<Finding> Judge(Subject subject, Sg3x.Networks.Generator network)
    {
        NetworkState state = Narrow.State(network);
        double bandwidth = Bridge.Schedule(subject.Config).Entries[0].Cutoff;
        double largest = state["synthesis.input.freqs"].Values.Chunk(2).Select(f => Math.Sqrt(f[0] * f[0] + f[1] * f[1]))
            .Aggregate(0.0, Math.Max) / bandwidth;
        yield return Within(
            "largest |f| over f_c[0]", largest, 1, 4 * 5.96e-8, "frequencies beyond the bandwidth: the first layers alias");
        double phase = state["synthesis.input.phases"].Values.Select(Math.Abs).Aggregate(0.0, Math.Max);
        yield return Within("largest |φ|", phase, 0.5, 4 * 5.96e-8, "phases are in cycles");
        foreach (Finding finding in new InputCheck().Measure(subject, network, new Draw(subject.Seed)))
            yield return finding;
    }

    private static Finding Within(string where, double value, double most, double tolerance, string explanation)
    {
        double error = double.IsNaN(value) ? double.NaN : Math.Max(0, value / most - 1);
        return new Finding(where, $"at most {most:G3}", $"{value:G6}", error, tolerance, error <= tolerance ? null : explanation);
    }
}

/// <summary>Every layer with the network's own weights, on its own signals.</summary>
internal sealed class TrainedLayerCheck : TrainedCheck
{
    public override string Id => "trained.layer";

    public override string Equation => "AFG B, figure 4b, with the network's own weights and what its layers make of them";

    public override string ToleranceBasis => "4·√(terms of the layer's sums)·2⁻²⁴ of the largest value, a few channels of the"
        + " image's corner";

    protected override IEnumerable<Finding> Judge(Subject subject, Sg3x.Networks.Generator network) =>
        new LayerCheck().Measure(subject, network, new Draw(subject.Seed));
}

/// <summary>Equivariance of the whole network, where the definition can be afforded.</summary>
internal sealed class TrainedEquivarianceCheck : TrainedCheck
{
    // Products that the definition takes for one image: a few seconds' worth.
    private const double Affordable = 3e9;

    public override string Id => "trained.equivariance";

    public override string Equation => "AFG 3, equation 3, with the network's own weights (up to 3·10⁹ products an image: "
        + "wider ones layer by layer alone)";

    public override string ToleranceBasis => "0.2 dB, as for random weights";

    protected override IEnumerable<Finding> Judge(Subject subject, Sg3x.Networks.Generator network) =>
        TooLarge(network) is null ? new EquivarianceCheck().Measure(subject, network, new Draw(subject.Seed)) : [];

    protected override string? TooLarge(Sg3x.Networks.Generator network)
    {
        double products =
            network.Schedule.Layers.Sum(l => (double)l.InChannels * l.OutChannels * l.Kernel * l.Kernel * l.InSize * l.InSize);
        return products > Affordable
            ? FormattableString.Invariant($"an image takes the definition {products:G2} products") : null;
    }
}
