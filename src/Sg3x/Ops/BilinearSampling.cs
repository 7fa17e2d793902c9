using Sg3x.Ops.Cpu;
using TorchSharp;
using static TorchSharp.torch;

namespace Sg3x.Ops;

/// <summary>
/// Bilinear interpolation at positions that an affine map gives, zero outside. It is linear in the image: its derivative is its
/// transpose, whose derivative it is itself, so that every order can be had. libtorch's own sampling has the first alone.
/// Derivatives with respect to the positions are not taken.
/// </summary>
public static class BilinearSampling
{
    /// <summary>
    /// y[n, c, i, j] = x[n, c] at (map[n, 0]·(i, j, 1), map[n, 1]·(i, j, 1)), positions along H and W, 0 the first pixel.
    /// </summary>
    /// <param name="x">[N, C, K, K], K the memory rows of <paramref name="axis"/>; any floating dtype (float32 or float64 on a
    /// CPU).</param>
    /// <param name="map">float64 [N, 2, 3] on the same device; no gradient passes through it.</param>
    /// <param name="axis">Both axes of <paramref name="x"/>.</param>
    /// <param name="size">Height and width of the result.</param>
    /// <returns>[N, C, size, size], the dtype of <paramref name="x"/>.</returns>
    /// <exception cref="ArgumentException">The arguments do not fit each other.</exception>
    public static Tensor Apply(Tensor x, Tensor map, SamplingAxis axis, int size)
    {
        ArgumentNullException.ThrowIfNull(x);
        return Apply(x, map, axis, size, x.device_type == DeviceType.CPU);
    }

    internal static Tensor Apply(Tensor x, Tensor map, SamplingAxis axis, int size, bool onCpu)
    {
        ArgumentNullException.ThrowIfNull(map);
        ArgumentNullException.ThrowIfNull(axis);
        if (x.dim() != 4 || x.shape[2] != axis.MemoryRows || x.shape[3] != axis.MemoryRows || size < 1)
            throw new ArgumentException(
                $"x: expected [N, C, {axis.MemoryRows}, {axis.MemoryRows}], found [{string.Join(", ", x.shape)}].", nameof(x));
        if (map.dtype != ScalarType.Float64 || !map.shape.SequenceEqual([x.shape[0], 2, 3]))
            throw new ArgumentException(
                $"map: expected float64 [{x.shape[0]}, 2, 3], found {map.dtype} [{string.Join(", ", map.shape)}].", nameof(map));
        if (onCpu && x.dtype is not (ScalarType.Float32 or ScalarType.Float64))
            throw new ArgumentException($"x: expected float32 or float64, found {x.dtype}.", nameof(x));
        using DisposeScope scope = NewDisposeScope();
        var call = new BilinearCall(x.shape[0], x.shape[1], axis, size, onCpu);
        Tensor constant = map.detach().contiguous();
        Tensor y = is_grad_enabled() && x.requires_grad
            ? BilinearFunction.apply(x, constant, call, false)
            : call.Sample(x, constant);
        return y.MoveToOuterDisposeScope();
    }
}

/// <summary>Sampling, or its transpose, as a function that can be differentiated.</summary>
internal sealed class BilinearFunction : autograd.SingleTensorFunction<BilinearFunction>
{
    public override string Name => nameof(BilinearFunction);

    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        var (x, map, call, transposed) = ((Tensor)vars[0], (Tensor)vars[1], (BilinearCall)vars[2], (bool)vars[3]);
        ctx.set_materialize_grads(false);
        ctx.save_for_backward([map]);
        ctx.save_data("call", call);
        ctx.save_data("transposed", transposed);
        return transposed ? call.Transpose(x, map) : call.Sample(x, map);
    }

    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
    {
        var (call, transposed) = ((BilinearCall)ctx.get_data("call")!, (bool)ctx.get_data("transposed")!);
        return CustomBackward.Run(
            grad_output, 4,
            d => [apply(d, ctx.get_saved_variables()[0], call, !transposed), null, null, null],
            d => [transposed ? call.Zeros(d, call.Size) : call.Zeros(d, call.Axis.MemoryRows), null, null, null]);
    }
}

/// <summary>One application of the sampling and its transpose to tensors of [N, C, …].</summary>
internal sealed class BilinearCall(long batch, long channels, SamplingAxis axis, int size, bool onCpu)
{
    public SamplingAxis Axis => axis;

    public int Size => size;

    public Tensor Zeros(Tensor like, int side) =>
        zeros([batch, channels, side, side], dtype: like.dtype, device: like.device);

    /// <summary>[N, C, K, K] to [N, C, size, size].</summary>
    public Tensor Sample(Tensor x, Tensor map)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor y;
        if (onCpu)
        {
            y = empty([batch, channels, size, size], dtype: x.dtype);
            BilinearKernel.Sample(x.contiguous(), map, y, axis);
        }
        else
        {
            Tensor planes = x.reshape(batch, channels, -1);
            y = Corners(map, x)
                .Select(corner => planes.gather(2, corner.Index) * corner.Weight)
                .Aggregate((sum, term) => sum + term)
                .reshape(batch, channels, size, size);
        }
        return y.MoveToOuterDisposeScope();
    }

    /// <summary>[N, C, size, size] to [N, C, K, K].</summary>
    public Tensor Transpose(Tensor g, Tensor map)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = Zeros(g, axis.MemoryRows);
        if (onCpu)
        {
            BilinearKernel.Scatter(g.contiguous(), map, x, axis);
        }
        else
        {
            Tensor planes = x.view(batch, channels, -1), gradient = g.reshape(batch, channels, -1);
            foreach ((Tensor index, Tensor weight) in Corners(map, g))
                planes.scatter_add_(2, index, gradient * weight);
        }
        return x.MoveToOuterDisposeScope();
    }

    // The four pixels about each position: where each is in memory, int64 [N, C, P], and its weight, [N, 1, P].
    private IEnumerable<(Tensor Index, Tensor Weight)> Corners(Tensor map, Tensor like)
    {
        Tensor rows = axis.RowsOn(map.device);
        Tensor along = arange(size, dtype: ScalarType.Float64, device: map.device);
        (Tensor Row, Tensor Weight)[] vertical = Neighbours(0), horizontal = Neighbours(1);
        foreach ((Tensor row, Tensor rowWeight) in vertical)
        {
            foreach ((Tensor column, Tensor columnWeight) in horizontal)
            {
                yield return (
                    ((row * axis.MemoryRows) + column).unsqueeze(1).expand(-1, channels, -1),
                    (rowWeight * columnWeight).unsqueeze(1));
            }
        }

        (Tensor, Tensor)[] Neighbours(long line)
        {
            Tensor m = map.select(1, line).reshape(-1, 3, 1, 1);
            Tensor position = (m.select(1, 0) * along.unsqueeze(1)) + (m.select(1, 1) * along) + m.select(1, 2);

            // Beyond one pixel outside all is zero: what lies farther may stand there, and so may what is not a number, which
            // would be no index.
            position = where(position.isnan(), full_like(position, -2), position);
            position = position.clamp(-2, axis.Length + 1).reshape(batch, -1);
            Tensor floor = position.floor();
            Tensor part = position - floor;
            return [At(floor, 1 - part), At(floor + 1, part)];
        }

        (Tensor, Tensor) At(Tensor position, Tensor weight)
        {
            Tensor clamped = position.clamp(0, axis.Length - 1);
            Tensor inside = (weight * (clamped == position).to_type(weight.dtype)).to_type(like.dtype);
            return (rows.index_select(0, clamped.to_type(ScalarType.Int64).reshape(-1)).reshape(batch, -1), inside);
        }
    }
}
