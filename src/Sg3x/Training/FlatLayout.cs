using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Sg3x.Training;

/// <summary>
/// How the tensors of some parameters lie one after the other in a single one, [<see cref="Rows"/>, <see cref="RowLength"/>],
/// whose last row ends in zeros: what is done to all elements alike is then a few kernels for a network, and not a few for each
/// of its parameters.
/// </summary>
internal sealed class FlatLayout : IDisposable
{
    /// <summary>Elements of a row: as many as are summed at once where something not finite is looked for.</summary>
    internal const int RowLength = 1024;

    private readonly (string Name, long[] Shape)[] _entries;
    private readonly long[] _sizes;
    private readonly Tensor _padding;

    /// <summary>The layout of parameters in their order.</summary>
    /// <param name="parameters">At least one, all of one dtype and on one device.</param>
    /// <exception cref="ArgumentException">There are none, or they differ in dtype or device.</exception>
    internal FlatLayout(IReadOnlyList<(string Name, Parameter Parameter)> parameters)
    {
        if (parameters.Count == 0)
        {
            throw new ArgumentException("Expected parameters, found none.", nameof(parameters));
        }

        Tensor first = parameters[0].Parameter;
        (string Name, Parameter Parameter) other = parameters.FirstOrDefault(p =>
            p.Parameter.dtype != first.dtype || p.Parameter.device_type != first.device_type
            || p.Parameter.device_index != first.device_index);
        if (other.Parameter is not null)
        {
            throw new ArgumentException(
                $"{other.Name}: expected {first.dtype} on {first.device}, as {parameters[0].Name} is,"
                + $" found {other.Parameter.dtype} on {other.Parameter.device}.", nameof(parameters));
        }

        _entries = [.. parameters.Select(p => (p.Name, p.Parameter.shape))];
        long length = parameters.Sum(p => p.Parameter.numel());
        Rows = (length + RowLength - 1) / RowLength;
        _sizes = [.. parameters.Select(p => p.Parameter.numel()), (Rows * RowLength) - length];
        _padding = zeros([_sizes[^1]], first.dtype, first.device).DetachFromDisposeScope();
    }

    /// <summary>Rows.</summary>
    internal long Rows { get; }

    /// <summary>A new tensor of zeros in this layout.</summary>
    internal Tensor Zeros() => zeros([Rows, RowLength], _padding.dtype, _padding.device);

    /// <summary>Copies tensors into one.</summary>
    /// <param name="tensors">One for each parameter, of its shape.</param>
    /// <returns>[Rows, RowLength].</returns>
    internal Tensor Flatten(IEnumerable<Tensor> tensors)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor[] pieces = [.. tensors.Select(t => t.reshape(-1)), _padding];
        ArgumentOutOfRangeException.ThrowIfNotEqual(pieces.Length, _sizes.Length, nameof(tensors));
        return cat(pieces).reshape(Rows, RowLength).MoveToOuterDisposeScope();
    }

    /// <summary>The parts of a tensor in this layout: views, [elements] of each parameter.</summary>
    /// <param name="flat">[Rows, RowLength].</param>
    internal Tensor[] Pieces(Tensor flat) => flat.view(-1).split(_sizes)[..^1];

    /// <summary>The parts of a tensor in this layout, each in the shape of its parameter: views.</summary>
    /// <param name="flat">[Rows, RowLength].</param>
    internal Tensor[] Shaped(Tensor flat) => [.. Pieces(flat).Zip(_entries, (piece, entry) => piece.view(entry.Shape))];

    /// <summary>The name of the parameter that an element belongs to.</summary>
    /// <param name="row">Its row.</param>
    /// <param name="column">Its place in the row.</param>
    internal string NameAt(long row, int column)
    {
        long place = (row * RowLength) + column;
        for (int i = 0; i < _entries.Length; i++)
        {
            place -= _sizes[i];
            if (place < 0)
            {
                return _entries[i].Name;
            }
        }

        throw new ArgumentOutOfRangeException(nameof(row), row, "The element belongs to no parameter.");
    }

    public void Dispose() => _padding.Dispose();
}
