using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace TorchSharpTests;

public class ModuleTests
{
    private sealed class Layer : nn.Module<Tensor, Tensor>
    {
        private readonly Parameter weight;
        private readonly Tensor scale;

        public Layer(double value) : base(nameof(Layer))
        {
            weight = nn.Parameter(full([2], value));
            scale = ones(1);
            register_parameter("weight", weight);
            register_buffer("scale", scale);
        }

        public override Tensor forward(Tensor input) => input * weight * scale;
    }

    private sealed class Network : nn.Module<Tensor, Tensor>
    {
        private readonly Layer first = new(2);
        private readonly Layer second = new(3);

        public Network() : base(nameof(Network))
        {
            register_module("first", first);
            register_module("second", second);
            register_buffer("scratch", zeros(1), persistent: false);
        }

        public override Tensor forward(Tensor input) => second.call(first.call(input));
    }

    private sealed class ByField : nn.Module<Tensor, Tensor>
    {
        private readonly Layer inner = new(2);
        private readonly Parameter bias = nn.Parameter(ones(2));

        public ByField() : base(nameof(ByField)) => RegisterComponents();

        public override Tensor forward(Tensor input) => inner.call(input) + bias;
    }

    [Fact]
    public void Names_are_paths()
    {
        using var network = new Network();
        Assert.Equal(["first.weight", "second.weight"], network.named_parameters().Select(p => p.name));
        Assert.Equal(["first.scale", "second.scale"], network.named_buffers().Select(b => b.name));
        Assert.Equal(["first", "second"], network.named_children().Select(c => c.name));
        Assert.Equal(["first.weight", "second.weight", "first.scale", "second.scale"], network.state_dict().Keys);
        Assert.Equal([2f, 2f], network.get_parameter("first.weight")!.data<float>().ToArray());
        Assert.NotNull(network.get_buffer("second.scale"));
        Assert.Null(network.get_parameter("third.weight"));
        Assert.True(network.has_parameter("second.weight"));
        Assert.Equal(2, network.parameters().Count());
    }

    [Fact]
    public void Fields_are_registered_by_their_names()
    {
        using var module = new ByField();
        Assert.Equal(["bias", "inner.weight"], module.named_parameters().Select(p => p.name));
        using var y = module.call(ones(2));
        Assert.Equal([3f, 3f], y.data<float>().ToArray());
    }

    [Fact]
    public void A_name_is_given_once()
    {
        using var network = new Network();
        Assert.Throws<InvalidOperationException>(() => network.register_buffer("scratch", zeros(1)));
        Assert.Throws<ArgumentException>(() => network.register_module("a.b", new Layer(1)));
        Assert.Throws<InvalidOperationException>(() => network.register_module("second", new Layer(1)));
    }

    [Fact]
    public void Training_and_evaluation_reach_every_part()
    {
        using var network = new Network();
        Assert.True(network.training);
        network.eval();
        Assert.All(network.modules(), m => Assert.False(m.training));
        network.train();
        Assert.All(network.modules(), m => Assert.True(m.training));
    }

    [Fact]
    public void A_state_can_be_copied_over()
    {
        using var scope = NewDisposeScope();
        using var from = new Network();
        using var to = new Network();
        using (no_grad())
            from.get_parameter("first.weight")!.fill_(7);
        to.load_state_dict(from.state_dict());
        Assert.Equal([7f, 7f], to.get_parameter("first.weight")!.data<float>().ToArray());
        var partial = from.state_dict();
        partial.Remove("first.weight");
        partial["other"] = zeros(1);
        Assert.Throws<InvalidOperationException>(() => to.load_state_dict(partial));
        var (missing, unexpected) = to.load_state_dict(partial, strict: false);
        Assert.Equal(["first.weight"], missing);
        Assert.Equal(["other"], unexpected);
    }

    [Fact]
    public void Conversion_replaces_the_tensors_everywhere()
    {
        using var network = new Network().to(float64);
        Assert.All(network.parameters(), p => Assert.Equal(ScalarType.Float64, p.dtype));
        Assert.All(network.buffers(), b => Assert.Equal(ScalarType.Float64, b.dtype));
        using var scope = NewDisposeScope();
        Assert.Equal(ScalarType.Float64, network.call(ones([2], float64)).dtype);
        Assert.All(network.parameters(), p => Assert.True(p.requires_grad && p.is_leaf));
    }

    [Fact]
    public void Gradients_are_cleared()
    {
        using var scope = NewDisposeScope();
        using var network = new Network();
        network.call(ones(2)).sum().backward();
        Assert.Equal([3f, 3f], network.get_parameter("first.weight")!.grad!.data<float>().ToArray());
        network.zero_grad();
        Assert.All(network.parameters(), p => Assert.Null(p.grad));
    }

    [Fact]
    public void What_is_below_goes_with_the_module()
    {
        var network = new Network();
        var parameters = network.parameters().ToList();
        network.Dispose();
        Assert.All(parameters, p => Assert.True(p.IsInvalid));
    }

    [Fact]
    public void A_function_can_be_applied_to_every_part()
    {
        using var network = new Network();
        var names = new List<string>();
        network.apply(m => names.Add(m.GetName()));
        Assert.Equal(["Layer", "Layer", "Network"], names);
    }
}
