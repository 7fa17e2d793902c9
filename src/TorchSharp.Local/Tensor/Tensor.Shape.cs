using TorchSharp.Interop;

namespace TorchSharp;

public static partial class torch
{
    /// <content>Views, shapes and copies.</content>
    public partial class Tensor
    {
        public Tensor view(params long[] shape) => Operator.Call("view", this, shape);

        public Tensor reshape(params long[] shape) => Operator.Call("reshape", this, shape);

        public Tensor flatten(long start_dim = 0, long end_dim = -1) =>
            Operator.Call("flatten.using_ints", this, start_dim, end_dim);

        public Tensor unflatten(long dim, params long[] sizes) => Operator.Call("unflatten.int", this, dim, sizes);

        public Tensor squeeze(long? dim = null) =>
            dim is { } d ? Operator.Call("squeeze.dim", this, d) : Operator.Call("squeeze", this);

        public Tensor unsqueeze(long dim) => Operator.Call("unsqueeze", this, dim);

        public Tensor expand(params long[] sizes) => Operator.Call("expand", this, sizes);

        public Tensor expand(long[] sizes, bool isImplicit = false) => Operator.Call("expand", this, sizes, isImplicit);

        public Tensor expand(ReadOnlySpan<long> sizes, bool isImplicit = false) =>
            Operator.Call("expand", this, sizes, isImplicit);

        public Tensor expand_as(Tensor other) => expand(other.shape);

        public Tensor permute(params long[] permutation) => Operator.Call("permute", this, permutation);

        public Tensor permute(IEnumerable<long> permutation) => permute(permutation.ToArray());

        public Tensor transpose(long dim0, long dim1) => Operator.Call("transpose.int", this, dim0, dim1);

        public Tensor t() => Operator.Call("t", this);

        public Tensor T => Operator.Call("numpy_T", this);

        public Tensor flip(params long[] dims) => Operator.Call("flip", this, dims);

        public Tensor roll(long shifts, long? dims = null) =>
            Operator.Call("roll", this, new[] { shifts }, dims is { } d ? new[] { d } : []);

        public Tensor roll(long[] shifts, long[] dims) => Operator.Call("roll", this, shifts, dims);

        public Tensor roll(long[] shifts) => Operator.Call("roll", this, shifts);

        public Tensor repeat(params long[] sizes) => Operator.Call("repeat", this, sizes);

        public Tensor repeat_interleave(long repeats, long? dim = null, long? output_size = null) =>
            Operator.Call("repeat_interleave.self_int", this, repeats, dim, output_size);

        public Tensor diagonal(long offset = 0L, long dim1 = 0L, long dim2 = 1L) =>
            Operator.Call("diagonal", this, offset, dim1, dim2);

        public Tensor[] split(long size, int dim = 0) => Operator.CallList("split.Tensor", this, size, dim);

        public Tensor[] split(long[] sizes, long dim = 0) => Operator.CallList("split_with_sizes", this, sizes, dim);

        public Tensor[] chunk(long chunks, long dim = 0L) => Operator.CallList("chunk", this, chunks, dim);

        public Tensor[] unbind(long dimension = 0) => Operator.CallList("unbind.int", this, dimension);

        public Tensor clone() => Operator.Call("clone", this);

        public Tensor contiguous() => Operator.Call("contiguous", this);

        public Tensor detach() => Operator.Call("detach", this);

        public Tensor alias() => Operator.Call("alias", this);

        public Tensor copy_(Tensor source, bool nonBlocking = false) => Operator.InPlace("copy_", this, source, nonBlocking);

        public Tensor fill_(Scalar value) => Operator.InPlace("fill_.Scalar", this, value);

        public Tensor zero_() => Operator.InPlace("zero_", this);

        public Tensor set_(Tensor source) => Operator.InPlace("set_.source_Tensor", this, source);
    }
}
