using Sg3x.Networks;
using static TorchSharp.torch;
using NetworkState = Sg3x.Spec.Networks.NetworkState;

namespace Sg3x.Oracle.Checks;

/// <summary>
/// Signals that have died or grown out of hand. σ² is the mean of E x² over the images of the past, with a half-life of 20 000.
/// <list type="bullet">
/// <item>Far above σ²: E x² of some images is k times its mean with a chance of at most 1/k, whatever its distribution (Markov);
/// k = 2¹⁰.</item>
/// <item>Far below: σ² may remember its start at 1 for as long as the run has lasted, and a layer that is quiet is no mistake;
/// but below 2⁻²⁴ of what the gain 1/σ expects, in amplitude, float32 loses it beside a bias: E x²/σ² under 2⁻⁴⁸ is a dead
/// layer.</item>
/// <item>Images whose channels' deviation is below half of one of 255 levels of an 8-bit file are all of one colour there.</item>
/// </list>
/// </summary>
internal sealed class TrainedMagnitudesCheck : TrainedCheck
{
    private const double OctavesUp = 10;
    private const double OctavesDown = 48;
    private const double HalfALevel = 0.5 * 2 / 255;

    public override string Id => "trained.magnitudes";

    public override string Equation =>
        "AFG B: σ² follows E x² of each layer's input, which brings it to unit scale; nothing is NaN";

    public override string ToleranceBasis => "octaves of E x²/σ²: 10 up, by Markov's inequality a chance of 2⁻¹⁰; 48 down, where "
        + "float32 loses a signal; half a level of 8 bits";

    protected override IEnumerable<Finding> Judge(Subject subject, Sg3x.Networks.Generator network)
    {
        string? broken = null;
        foreach ((string name, Tensor value) in network.state_dict())
            broken ??= Bridge.Values(value).All(double.IsFinite) ? null : name;
        yield return Differences.Equal(
            "not finite", "nothing", broken ?? "nothing", "the run that made this should have stopped");
        if (broken is not null)
            yield break;

        using IDisposable quiet = no_grad();
        const int n = 4;
        Tensor z = subject.Tensor(
            new Draw(subject.Seed).Row(n * subject.Config.ZDim), [n, subject.Config.ZDim], ScalarType.Float32);
        Tensor ws = subject.Networks.Map(network, z, 1, false), x = subject.Networks.Input(network, ws.select(1, 0));
        NetworkState state = Narrow.State(network);
        foreach (SynthesisLayer layer in network.Synthesis.Layers)
        {
            string name = layer.Plan.Name;
            double power = x.square().mean().cpu().item<float>(), σ2 = state.Scalar($"synthesis.{name}.magnitude_ema");
            double octaves = Math.Log2(power / σ2), most = octaves > 0 ? OctavesUp : OctavesDown;
            yield return new Finding(
                $"{name}: E x²/σ²", "1", $"{power / σ2:G3}", Math.Abs(octaves), most,
                Math.Abs(octaves) <= most ? null : octaves > 0
                    ? "the layer's input is far above what its average says: exploding, or averages of another network"
                    : "nothing of the layer's input gets through");
            Tensor y = subject.Networks.Layer(layer, x, ws.select(1, layer.Plan.Index + 1));
            x.Dispose();
            x = y;
        }
        double spread = (x - x.mean([0, 2, 3], true)).square().mean().sqrt().cpu().item<float>() * subject.Config.OutputScale;
        double missing = double.IsNaN(spread) ? double.NaN : Math.Max(0, 1 - spread / HalfALevel);
        yield return new Finding("spread of the images", $"at least {HalfALevel:G3}", $"{spread:G3}", missing, 0,
            missing <= 0 ? null : "they are all of one colour");
    }
}
