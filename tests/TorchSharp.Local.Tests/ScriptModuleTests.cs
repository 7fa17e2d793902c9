using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace TorchSharpTests;

/// <summary>The network that script_network.py wrote, and what PyTorch 1.13 makes of its image.</summary>
public class ScriptModuleTests
{
    private static readonly float[] Features =
    [
        0.10591544955968857f, 0.11602962017059326f, 0.01136906910687685f, 0.21992161870002747f, 0.23575682938098907f,
        0.27601566910743713f, 0.08369415253400803f, 0.5356863141059875f, 0.07899519801139832f, 0.10828408598899841f,
        0.01878344640135765f, 0.2261229157447815f, 0.41203922033309937f, 0.25982746481895447f, 0.1556941568851471f,
        0.6160000562667847f,
    ];

    [Fact]
    public void A_module_computes_what_it_computed_in_Python()
    {
        using var scope = NewDisposeScope();
        using var network = jit.load(Bytes());
        Assert.True(network.training);
        network.eval();
        Assert.False(network.training);
        Assert.Equal(2, network.GetNumberOfInputs());
        using var quiet = no_grad();
        var features = Assert.IsType<Tensor>(network.forward(Image(), true));
        Assert.Equal([2, 8], features.shape);
        Assert.All(features.data<float>().ToArray().Zip(Features), pair => Assert.Equal(pair.Second, pair.First, 2e-6f));
        var sums = Assert.IsType<Tensor>(network.forward(Image()));
        Assert.Equal([2, 1], sums.shape);
        Assert.Equal(1.5843887329101562f, sums.data<float>()[0], 5e-6f);

        // In training half of the features are dropped at random, and the rest doubled.
        network.train();
        Assert.NotEqual(Features, ((Tensor)network.forward(Image(), true)!).data<float>().ToArray());
    }

    [Fact]
    public void What_is_no_module_or_no_argument_is_refused()
    {
        Assert.Throws<ExternalException>(() => jit.load([1, 2, 3]));
        Assert.Throws<ExternalException>(() => jit.load(Bytes()[..4000]));
        using var network = jit.load(Bytes());
        using var small = zeros(1, 2, 8, 8, dtype: uint8);
        Assert.Throws<ExternalException>(() => network.forward(small));
        Assert.Throws<NotImplementedException>(() => network.forward("text"));
    }

    [Fact]
    public void A_symmetric_matrix_is_its_eigenvectors_and_values()
    {
        using var scope = NewDisposeScope();
        var a = tensor(new double[] { 2, 1, 0, 1, 2, 1, 0, 1, 2 }).reshape(3, 3);
        var (values, vectors) = linalg.eigh(a);
        Assert.All(values.data<double>().ToArray().Zip([2 - Math.Sqrt(2), 2, 2 + Math.Sqrt(2)]), p => Assert.Equal(p.Second, p.First, 1e-14));
        Assert.True(allclose((vectors * values).matmul(vectors.t()), a, 1e-13, 1e-13));
        Assert.True(allclose(linalg.eigvalsh(a), values, 1e-13, 1e-13));
    }

    private static byte[] Bytes() => File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "script-network.pt"));

    private static Tensor Image()
    {
        var image = zeros(2, 3, 8, 8, dtype: uint8);
        var to = image.bytes;
        for (var i = 0; i < to.Length; i++)
            to[i] = (byte)(i * 37);
        return image;
    }
}
