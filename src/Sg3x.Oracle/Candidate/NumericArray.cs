using Sg3x.Spec.Networks;
using Sg3x.Spec.Signals;

namespace Sg3x.Oracle.Candidate;

/// <summary>Numbers with a shape, row-major; no sizes at all for a single number.</summary>
public sealed class NumericArray
{
    private readonly NetworkState state;

    /// <summary>Numbers of a shape.</summary>
    /// <param name="shape">Sizes, outermost first.</param>
    /// <param name="values">As many numbers as the product of the sizes.</param>
    /// <exception cref="ArgumentException">There are more or fewer.</exception>
    public NumericArray(IReadOnlyList<int> shape, double[] values)
    {
        ArgumentNullException.ThrowIfNull(shape);
        ArgumentNullException.ThrowIfNull(values);
        if (shape.Aggregate(1L, (product, side) => product * side) != values.Length)
            throw new ArgumentException($"{values.Length} numbers do not fill [{string.Join(", ", shape)}].", nameof(values));
        (Shape, Values) = (shape, values);
        state = new NetworkState(new Dictionary<string, NamedArray> { [""] = new([.. shape], values) });
    }

    /// <summary>Sizes, outermost first.</summary>
    public IReadOnlyList<int> Shape { get; }

    /// <summary>The numbers, the last index fastest.</summary>
    public double[] Values { get; }

    /// <summary>The shape as text: <c>[2, 3]</c>.</summary>
    public string Sizes => $"[{string.Join(", ", Shape)}]";

    internal static NumericArray Scalar(double value) => new([], [value]);

    internal static NumericArray Row(params double[] values) => new([values.Length], values);

    internal static NumericArray Of(IEnumerable<int> values) => Row([.. values.Select(value => (double)value)]);

    internal static NumericArray Of(double[][] rows) => new([rows.Length, rows[0].Length], [.. rows.SelectMany(row => row)]);

    internal static NumericArray Of(double[,] plane) => new([plane.Height(), plane.Width()], [.. plane.Cast<double>()]);

    internal static NumericArray Of(double[][,] image) => new(
        [image.Length, image[0].Height(), image[0].Width()], [.. image.SelectMany(plane => plane.Cast<double>())]);

    internal static NumericArray Of(double[][][,] batch) => new(
        [batch.Length, batch[0].Length, batch[0][0].Height(), batch[0][0].Width()],
        [.. batch.SelectMany(image => image).SelectMany(plane => plane.Cast<double>())]);

    internal static NumericArray Of(Filter filter) => filter.Grid is { } grid ? Of(grid) : Row(filter.Taps!);

    internal double[,] Matrix => state.Matrix("");

    internal double[,,,] Kernel => state.Kernel("");

    internal double[][][,] Batch => state.Images("");

    internal double[][] Rows => [.. Values.Chunk(Shape[1])];
}
