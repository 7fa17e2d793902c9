namespace Sg3x.Spec.Networks;

/// <summary>Numbers with a shape, row-major.</summary>
public sealed record NamedArray(int[] Shape, double[] Values);

/// <summary>The weights and buffers of a network under the official release's names, such as <c>mapping.fc0.weight</c>.</summary>
public sealed class NetworkState(IReadOnlyDictionary<string, NamedArray> arrays)
{
    public IReadOnlyDictionary<string, NamedArray> Arrays => arrays;

    public bool Has(string name) => arrays.ContainsKey(name);

    /// <exception cref="KeyNotFoundException">There is no such array.</exception>
    public NamedArray this[string name] =>
        arrays.TryGetValue(name, out NamedArray? array) ? array : throw new KeyNotFoundException($"The state has no '{name}'.");

    public double Scalar(string name) => this[name].Values.Single();

    public double[] Vector(string name) => this[name].Values;

    /// <summary>[rows, columns].</summary>
    public double[,] Matrix(string name)
    {
        (int[] shape, double[] values) = Shaped(name, 2);
        var matrix = new double[shape[0], shape[1]];
        Buffer.BlockCopy(values, 0, matrix, 0, values.Length * sizeof(double));
        return matrix;
    }

    /// <summary>The layers of a mapping network, fc0, fc1, …, as many as there are.</summary>
    public IReadOnlyList<(double[,] W, double[] b)> MappingLayers => [.. Enumerable.Range(0, arrays.Count)
        .TakeWhile(i => Has($"mapping.fc{i}.weight"))
        .Select(i => (Matrix($"mapping.fc{i}.weight"), Vector($"mapping.fc{i}.bias")))];

    /// <summary>ê of a label, by the embedding of a mapping network.</summary>
    public double[] Embedded(double[] c) =>
        Layers.ClassEmbedding.Forward(c, Matrix("mapping.embed.weight"), Vector("mapping.embed.bias"));

    /// <summary>[out, in, rows, columns].</summary>
    public double[,,,] Kernel(string name)
    {
        (int[] shape, double[] values) = Shaped(name, 4);
        var kernel = new double[shape[0], shape[1], shape[2], shape[3]];
        Buffer.BlockCopy(values, 0, kernel, 0, values.Length * sizeof(double));
        return kernel;
    }

    /// <summary>[samples][channels][y, x].</summary>
    public double[][][,] Images(string name)
    {
        (int[] shape, double[] values) = Shaped(name, 4);
        int plane = shape[2] * shape[3];
        var images = new double[shape[0]][][,];
        for (int n = 0; n < images.Length; n++)
        {
            images[n] = new double[shape[1]][,];
            for (int c = 0; c < shape[1]; c++)
            {
                images[n][c] = new double[shape[2], shape[3]];
                Buffer.BlockCopy(
                    values, (n * shape[1] + c) * plane * sizeof(double), images[n][c], 0, plane * sizeof(double));
            }
        }
        return images;
    }

    /// <summary>The same state with one array's values moved by <paramref name="step"/>.</summary>
    public NetworkState Moved(string name, double[] step)
    {
        NamedArray array = this[name];
        double[] values = [.. array.Values.Zip(step, (value, delta) => value + delta)];
        return With(name, array with { Values = values });
    }

    /// <summary>The same state with one array replaced.</summary>
    public NetworkState With(string name, NamedArray array) =>
        new(new Dictionary<string, NamedArray>(arrays) { [name] = array });

    private (int[] Shape, double[] Values) Shaped(string name, int rank)
    {
        NamedArray array = this[name];
        return array.Shape.Length == rank
            ? (array.Shape, array.Values)
            : throw new ArgumentException($"'{name}' has {array.Shape.Length} dimensions, not {rank}.");
    }
}
