using Sg3x.Networks;
using Sg3x.Ops;
using Sg3x.Oracle.Checks;
using Sg3x.Schedule;
using static TorchSharp.torch;

namespace Sg3x.Faults.Tests;

/// <summary>
/// The generator's forward pass written out over production's weights and ops, each step replaceable: the place for faults that
/// lie
/// inside a network. Unchanged it passes every check.
/// </summary>
internal sealed record Rebuilt
{
    private static readonly string[] s_mapping = ["fc0", "fc1", "fc2", "fc3", "fc4", "fc5", "fc6", "fc7"];

    /// <summary>z → the first layer's input.</summary>
    public Func<Tensor, Tensor> Latent { get; init; } = z => z * (z.square().mean([1], true) + 1e-8).rsqrt();

    /// <summary>Learning-rate multiplier of the mapping, at run time.</summary>
    public double MappingRate { get; init; } = 0.01;

    /// <summary>Gain of the mapping's leaky ReLU.</summary>
    public double MappingGain { get; init; } = Math.Sqrt(2);

    /// <summary>Slope of the mapping's leaky ReLU.</summary>
    public double MappingSlope { get; init; } = 0.2;

    /// <summary>w, w_avg, ψ → w.</summary>
    public Func<Tensor, Tensor, double, Tensor> Truncate { get; init; } = (w, average, ψ) => average + (w - average) * ψ;

    /// <summary>β of w_avg.</summary>
    public double LatentBeta { get; init; } = 0.998;

    /// <summary>Positions of the input's samples along an axis, in images.</summary>
    public Func<InputPlan, Tensor> Line { get; init; } = plan =>
        (arange(plan.Size, dtype: ScalarType.Float64) + (0.5 - plan.Size / 2.0)) / plan.Rate;

    /// <summary>The affine layer's (r_c, r_s, t_x, t_y), [N, 4], normalised.</summary>
    public Func<Tensor, Tensor> Unit { get; init; } = t => t / t.narrow(1, 0, 2).square().sum([1], true).sqrt();

    /// <summary>Rotation, translation and user transform, [N, 3, 3] each (the last [1, 3, 3]), put together.</summary>
    public Func<Tensor, Tensor, Tensor, Tensor> Compose { get; init; } = (rotation, translation, user) =>
        rotation.matmul(translation).matmul(user);

    /// <summary>f [1, C, 2], M [N, 3, 3], φ [C] → phases [N, C].</summary>
    public Func<Tensor, Tensor, Tensor, Tensor> Phase { get; init; } = (f, M, φ) =>
        φ + f.matmul(M.narrow(1, 0, 2).narrow(2, 2, 1)).squeeze(2);

    /// <summary>Frequencies [1, C, 2] and M [N, 3, 3] → frequencies [N, C, 2].</summary>
    public Func<Tensor, Tensor, Tensor> Turn { get; init; } = (f, M) => f.matmul(M.narrow(1, 0, 2).narrow(2, 0, 2));

    /// <summary>|f| → amplitude.</summary>
    public Func<Tensor, InputPlan, Tensor> Amplitude { get; init; } = (radius, plan) =>
        (1 - (radius - plan.Bandwidth) / (plan.Rate / 2 - plan.Bandwidth)).clamp(0, 1);

    /// <summary>Factor on the mixed features.</summary>
    public Func<InputPlan, double> FeatureGain { get; init; } = plan => 1 / Math.Sqrt(plan.Channels);

    /// <summary>Factor between cycles and the sine's argument.</summary>
    public double Cycle { get; init; } = 2 * Math.PI;

    /// <summary>w_j that drives layer i.</summary>
    public Func<int, int> StyleOf { get; init; } = i => i + 1;

    /// <summary>The affine layer's output → style.</summary>
    public Func<LayerPlan, Tensor, Tensor> Style { get; init; } = (plan, s) =>
        plan.IsToRgb ? s / Math.Sqrt((double)plan.InChannels * plan.Kernel * plan.Kernel) : s;

    /// <summary>Whether a layer demodulates.</summary>
    public Func<LayerPlan, bool> Demodulates { get; init; } = plan => !plan.IsToRgb;

    /// <summary>σ² → input gain.</summary>
    public Func<LayerPlan, Tensor, Tensor> InputGain { get; init; } = (_, σ2) => σ2.rsqrt();

    /// <summary>The convolution.</summary>
    public ModulatedConvolution Convolve { get; init; } = (x, w, s, demodulate, padding, gain) =>
        ModulatedConv.Apply(x, w, s, demodulate, padding, gain);

    /// <summary>What the convolution made → what the nonlinearity gets.</summary>
    public Func<LayerPlan, Tensor, Tensor> Between { get; init; } = (_, y) => y;

    /// <summary>The nonlinearity's constants.</summary>
    public Func<LayerPlan, FilteredLeakyReluShape, FilteredLeakyReluShape> Shape { get; init; } = (_, shape) => shape;

    /// <summary>x → what enters σ².</summary>
    public Func<Tensor, Tensor> Power { get; init; } = x => x.detach().square().mean();

    /// <summary>β of σ² for what the configuration and the batch give.</summary>
    public Func<double, double> MagnitudeBeta { get; init; } = β => β;

    /// <summary>σ² moves before it is used.</summary>
    public bool MovesFirst { get; init; } = true;

    /// <summary>Averages move without being asked.</summary>
    public bool AlwaysMoves { get; init; }

    /// <summary>The last layer's input, and its output, → the image.</summary>
    public Func<Tensor, Func<Tensor, Tensor>, double, Tensor> Output { get; init; } = (x, toRgb, scale) => toRgb(x) * scale;

    /// <summary>As parts of a subject.</summary>
    public NetworkParts Parts => new()
    {
        Map = Map,
        Synthesize = Synthesize,
        Input = Input,
        Layer = (layer, x, w) => Layer(layer, x, w, null),
        Judge = NetworkParts.Production.Judge,
    };

    private Tensor Map(Sg3x.Networks.Generator g, Tensor z, double ψ, bool update)
    {
        Dictionary<string, Tensor> state = g.Mapping.state_dict();
        Tensor w = Latent(z.to(state["w_avg"].dtype));
        foreach (string fc in s_mapping.Where(name => state.ContainsKey($"{name}.weight")))
            w = (Linear(w, state, fc, MappingRate) * MappingGain).leaky_relu(MappingSlope);
        if (update || AlwaysMoves)
        {
            using IDisposable quiet = no_grad();
            state["w_avg"].mul_(LatentBeta).add_(w.detach().mean([0]) * (1 - LatentBeta));
        }
        return Truncate(w, state["w_avg"], ψ).unsqueeze(1).expand(-1, g.Schedule.NumWs, -1);
    }

    private Tensor Synthesize(Sg3x.Networks.Generator g, Tensor ws, bool update)
    {
        double? β = update || AlwaysMoves ? g.Synthesis.MagnitudeBeta ?? Math.Pow(0.5, ws.shape[0] / 20_000.0) : null;
        Tensor x = Input(g, ws.select(1, 0));
        foreach (SynthesisLayer layer in g.Synthesis.Layers)
        {
            Tensor w = ws.select(1, StyleOf(layer.Plan.Index));
            x = layer.Plan.IsToRgb ? Output(x, y => Layer(layer, y, w, β), g.Config.OutputScale) : Layer(layer, x, w, β);
        }
        return x;
    }

    private Tensor Input(Sg3x.Networks.Generator g, Tensor w)
    {
        Dictionary<string, Tensor> state = g.Synthesis.Input.state_dict();
        InputPlan plan = g.Schedule.Input;
        Tensor t = Unit(Linear(w, state, "affine", 1)), zero = zeros_like(t.narrow(1, 0, 1)), one = ones_like(zero);
        Tensor c = t.narrow(1, 0, 1), s = t.narrow(1, 1, 1), tx = t.narrow(1, 2, 1), ty = t.narrow(1, 3, 1);
        Tensor rotation = cat([c, -s, zero, s, c, zero, zero, zero, one], 1).reshape(-1, 3, 3);
        Tensor translation = cat([one, zero, -tx, zero, one, -ty, zero, zero, one], 1).reshape(-1, 3, 3);
        Tensor M = Compose(rotation, translation, state["transform"].unsqueeze(0));
        Tensor stored = state["freqs"].unsqueeze(0), f = Turn(stored, M), φ = Phase(stored, M, state["phases"]);
        Tensor line = Line(plan).to(f.dtype);
        Tensor grid = stack([line.reshape(1, -1).expand(plan.Size, plan.Size).reshape(-1),
            line.reshape(-1, 1).expand(plan.Size, plan.Size).reshape(-1)]);
        Tensor features = ((f.matmul(grid.unsqueeze(0)) + φ.unsqueeze(2)) * Cycle).sin() * Amplitude(
            f.square().sum([2]).sqrt(), plan).unsqueeze(2);
        return (state["weight"].unsqueeze(0).matmul(features) * FeatureGain(plan)).reshape(
            w.shape[0], plan.Channels, plan.Size, plan.Size);
    }

    private Tensor Layer(SynthesisLayer layer, Tensor x, Tensor w, double? β)
    {
        Dictionary<string, Tensor> state = layer.state_dict();
        LayerPlan plan = layer.Plan;
        Tensor σ2 = state["magnitude_ema"], moved = σ2;
        if (β is double b)
        {
            b = MagnitudeBeta(b);
            moved = σ2.clone() * b + Power(x) * (1 - b);
            using IDisposable quiet = no_grad();
            Tensor before = σ2.clone();
            σ2.copy_(moved);
            moved = MovesFirst ? moved : before;
        }
        Tensor y = Convolve(x, state["weight"], Style(plan, Linear(w, state, "affine", 1)), Demodulates(plan), plan.Kernel - 1,
            InputGain(plan, moved));
        Tensor? Filter(string name) => state.GetValueOrDefault(name);
        return FilteredLeakyRelu.Composed.Forward(
            Between(plan, y), state["bias"], Filter("up_filter"), Filter("down_filter"), Shape(plan, layer.Shape));
    }

    private static Tensor Linear(Tensor x, Dictionary<string, Tensor> state, string name, double rate) =>
        x.matmul(state[$"{name}.weight"].t()) * (rate / Math.Sqrt(x.shape[1])) + state[$"{name}.bias"] * rate;
}
