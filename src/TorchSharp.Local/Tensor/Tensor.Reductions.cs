using TorchSharp.Interop;

namespace TorchSharp;

public static partial class torch
{
    /// <content>Reductions.</content>
    public partial class Tensor
    {
        public Tensor sum(ScalarType? type = null) => Operator.Call("sum", this, type);

        public Tensor sum(long dim, bool keepdim = false, ScalarType? type = null) =>
            sum((ReadOnlySpan<long>)[dim], keepdim, type);

        public Tensor sum(long dim0, long dim1, bool keepdim = false, ScalarType? type = null) =>
            sum((ReadOnlySpan<long>)[dim0, dim1], keepdim, type);

        public Tensor sum(long dim0, long dim1, long dim2, bool keepdim = false, ScalarType? type = null) =>
            sum((ReadOnlySpan<long>)[dim0, dim1, dim2], keepdim, type);

        public Tensor sum(long[] dim, bool keepdim = false, ScalarType? type = null) =>
            Operator.Call("sum.dim_IntList", this, dim, keepdim, type);

        public Tensor sum(ReadOnlySpan<long> dim, bool keepdim = false, ScalarType? type = null) =>
            Operator.Call("sum.dim_IntList", this, dim, keepdim, type);

        public Tensor mean() => Operator.Call("mean", this);

        public Tensor mean(long[] dimensions, bool keepdim = false, ScalarType? type = null) =>
            Operator.Call("mean.dim", this, dimensions, keepdim, type);

        public Tensor max() => Operator.Call("max", this);

        public Tensor max(Tensor other) => Operator.Call("max.other", this, other);

        public (Tensor values, Tensor indexes) max(long dim, bool keepdim = false) =>
            Operator.Call2("max.dim", this, dim, keepdim);

        public Tensor min() => Operator.Call("min", this);

        public Tensor min(Tensor other) => Operator.Call("min.other", this, other);

        public (Tensor values, Tensor indexes) min(long dim, bool keepdim = false) =>
            Operator.Call2("min.dim", this, dim, keepdim);

        public Tensor quantile(Tensor q, long dim = -1, bool keepdim = false) =>
            Operator.Call("quantile", this, q, dim, keepdim);

        public Tensor std(bool unbiased = true) => Operator.Call("std", this, unbiased);

        public Tensor std(long dim, bool unbiased = true, bool keepdim = false, ScalarType? type = null) =>
            std([dim], unbiased, keepdim, type);

        /// <summary>Over some dimensions; TorchSharp 0.107 does not heed the type.</summary>
        public Tensor std(long[] dimensions, bool unbiased = true, bool keepdim = false, ScalarType? type = null) =>
            Operator.Call("std.dim", this, dimensions, unbiased, keepdim);

        /// <summary>The unbiased variance of all elements: TorchSharp 0.107 does not heed the argument here.</summary>
        public Tensor var(bool unbiased = true) => Operator.Call("var", this);

        public Tensor var(long dim, bool unbiased = true, bool keepdim = false, ScalarType? type = null) =>
            var([dim], unbiased, keepdim, type);

        /// <summary>Over some dimensions; TorchSharp 0.107 does not heed the type.</summary>
        public Tensor var(long[] dimensions, bool unbiased = true, bool keepdim = false, ScalarType? type = null) =>
            Operator.Call("var.dim", this, dimensions, unbiased, keepdim);

        public Tensor norm(float p = 2.0f) => Operator.Call("norm.Scalar", this, (Scalar)p);

        public Tensor norm(int dim, bool keepdim = false, float p = 2.0f) =>
            Operator.Call("norm.ScalarOpt_dim", this, (Scalar)p, new long[] { dim }, keepdim);

        public Tensor all() => Operator.Call("all", this);

        public Tensor all(long dim, bool keepdim = false) => Operator.Call("all.dim", this, dim, keepdim);

        public Tensor any() => Operator.Call("any", this);

        public Tensor any(long dim, bool keepdim = false) => Operator.Call("any.dim", this, dim, keepdim);

        public (Tensor Values, Tensor Indices) sort(long dim = -1, bool descending = false, bool stable = false) =>
            Operator.Call2("sort.stable", this, stable, dim, descending);
    }
}
