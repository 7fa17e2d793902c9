namespace Sg3x.Data;

/// <summary>The images of one class of a data set, which stays its owner's to dispose.</summary>
public sealed class ClassSubset : IImageDataset
{
    private readonly IImageDataset whole;
    private readonly int[] indices;

    /// <summary>The images of one class.</summary>
    /// <param name="whole">A data set with labels.</param>
    /// <param name="number">The class.</param>
    /// <exception cref="ArgumentException">The data set has no labels.</exception>
    public ClassSubset(IImageDataset whole, int number)
    {
        ArgumentNullException.ThrowIfNull(whole);
        var labels = whole.Labels ?? throw new ArgumentException("Expected a data set with labels.", nameof(whole));
        this.whole = whole;
        indices = [.. Enumerable.Range(0, whole.Count).Where(index => labels.OfImages[index] == number)];
        Name = $"{whole.Name}, class {number}";
        Labels = indices.Length == 0 ? null : new ImageLabels(indices.Select(_ => number), labels.Classes);
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public int Count => indices.Length;

    /// <inheritdoc/>
    public int Resolution => whole.Resolution;

    /// <inheritdoc/>
    public ImageLabels? Labels { get; }

    /// <inheritdoc/>
    public void Read(int index, Span<byte> rgbChw) => whole.Read(indices[index], rgbChw);

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}
