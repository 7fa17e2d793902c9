using System.Globalization;
using TorchSharp;
using static TorchSharp.torch;

namespace Sg3x.Training;

/// <summary>
/// The first loss of a training that is not finite, or gradient whose square is not. It is found, and kept, on the device, where every later update is
/// withheld by <see cref="Withheld"/>; the host learns of it when it asks. So the device never waits for the host within an
/// iteration. On a CPU asking would cost nothing, but what withholds a step on a GPU is then what tests on a CPU have seen.
/// </summary>
public sealed class FiniteRecord : IDisposable
{
    private const int Number = 0, Place = 1, Value = 2, Row = 3, Length = Row + FlatLayout.RowLength;

    private readonly Tensor _first;
    private readonly List<Step> _unread = [];
    private long _read;
    private Found? _found;

    /// <summary>A record of nothing.</summary>
    /// <param name="device">Device of what is trained.</param>
    internal FiniteRecord(Device device)
    {
        Withheld = zeros([], ScalarType.Bool, device).DetachFromDisposeScope();
        _first = full([Length], -1, ScalarType.Float64, device).DetachFromDisposeScope();
    }

    /// <summary>bool [], on the device: whether something has not been finite. It stays so once it is.</summary>
    public Tensor Withheld { get; }

    /// <summary>Looks at a step before it is made.</summary>
    /// <param name="step">The step, with what the host counts as of before it.</param>
    /// <param name="values">[K], the terms of the loss.</param>
    /// <param name="gradient">The gradient, in the step's layout; dtype and device of <paramref name="values"/>.</param>
    internal void Look(Step step, Tensor values, Tensor gradient)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGradient = no_grad();

        // Adam holds squares: a gradient whose square is infinite would stay in v, and in checkpoints, for good. A row's sum of
        // squares is finite where each is below its 1024th part of the largest number (6·10¹⁷ in float32).
        Tensor all = cat([values, gradient.square().sum([1])]);
        (Tensor isFinite, Tensor place) = all.isfinite().to_type(ScalarType.Byte).min(0);
        Tensor isBad = isFinite.eq(0);
        Tensor row = gradient.index_select(0, (place - values.shape[0]).clamp_min(0).reshape(1));
        double number = _read + _unread.Count;
        _unread.Add(step);
        Tensor[] found =
        [
            full([1], number, ScalarType.Float64, Withheld.device), place.reshape(1), all.index_select(0, place.reshape(1)),
            row.reshape(-1),
        ];
        Tensor isFirst = isBad.gt(Withheld);
        _first.copy_(where(isFirst, cat([.. found.Select(f => f.to_type(ScalarType.Float64))]), _first));
        Withheld.copy_(Withheld.bitwise_or(isBad));
    }

    /// <summary>Forgets everything: the state is another one.</summary>
    internal void Clear()
    {
        using IDisposable noGradient = no_grad();
        Withheld.fill_(0);
        _first.fill_(-1);
        _unread.Clear();
        (_read, _found) = (0, null);
    }

    /// <summary>Reads the record, in one transfer that waits for the device; without one where no step was made since the last
    /// time.</summary>
    /// <returns>What was found first since the beginning; null where all was finite, and where there was nothing to
    /// read.</returns>
    internal Found? Read()
    {
        if (_unread.Count == 0)
        {
            return null;
        }

        using Tensor host = _first.cpu();
        double[] first = host.data<double>().ToArray();
        if (_found is null && first[Number] >= 0)
        {
            _found = Find(_unread[(int)((long)first[Number] - _read)], (long)first[Place], first[Value], first[Row..]);
        }

        _read += _unread.Count;
        _unread.Clear();
        return _found;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Withheld.Dispose();
        _first.Dispose();
    }

    private static Found Find(Step step, long place, double value, double[] row)
    {
        if (place < step.Terms.Count)
        {
            return new Found(step, $"loss term {step.Terms[(int)place]}", Text(value));
        }

        // Where only squares or their sum overflowed, the largest of them names the tensor.
        int column = Array.FindIndex(row, element => !double.IsFinite(element));
        column = column >= 0 ? column : Array.IndexOf(row, row.MaxBy(Math.Abs));
        string name = step.Layout.NameAt(place - step.Terms.Count, column);
        return new Found(step, $"gradient of {name}", Text(row[column]));

        static string Text(double found) => double.IsNaN(found) ? "NaN"
            : double.IsInfinity(found) ? "infinity"
            : string.Create(CultureInfo.InvariantCulture, $"{found:g2}, too large to square");
    }

    /// <summary>An optimiser's step, and what the host had counted before it.</summary>
    /// <param name="Phase">Phase of the iteration, for example <c>G</c>.</param>
    /// <param name="Iteration">Iteration, from 0.</param>
    /// <param name="StepsOfG">Steps of G's optimiser.</param>
    /// <param name="StepsOfD">Steps of D's optimiser.</param>
    /// <param name="Terms">The terms of the loss.</param>
    /// <param name="Layout">How the gradient lies.</param>
    internal sealed record Step(
        string Phase, long Iteration, long StepsOfG, long StepsOfD, IReadOnlyList<Statistic> Terms, FlatLayout Layout);

    /// <summary>What was not finite.</summary>
    /// <param name="Step">The first such step.</param>
    /// <param name="Tensor">Its first such tensor: a term of the loss or a parameter's gradient.</param>
    /// <param name="Value"><c>NaN</c>, <c>infinity</c>, or a number and that it is too large to square.</param>
    internal sealed record Found(Step Step, string Tensor, string Value);
}
