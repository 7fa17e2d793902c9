using TorchSharp;
using static TorchSharp.torch;

namespace TorchSharpTests;

public class TensorTests
{
    [Fact]
    public void Addition_broadcasts()
    {
        using var scope = NewDisposeScope();
        var sum = tensor(new float[] { 1, 2, 3 }) + tensor(new float[,] { { 10 }, { 20 } });
        Assert.Equal([2L, 3L], sum.shape);
        Assert.Equal([11f, 12, 13, 21, 22, 23], sum.data<float>().ToArray());
    }
}
