using System.Runtime.CompilerServices;
using TorchSharp.Interop;

namespace TorchSharp;

public static partial class torch
{
    /// <content>Indexing as in Python: positions and slices give views, tensors give copies.</content>
    public partial class Tensor
    {
        [IndexerName("TensorItems")]
        public Tensor this[params TensorIndex[] indices]
        {
            get => index(indices);
            set => index_put_(value, indices);
        }

        [IndexerName("TensorItems")]
        public Tensor this[params Tensor[] indices]
        {
            get => index(indices);
            set => index_put_(value, indices);
        }

        [IndexerName("TensorItems")]
        public Tensor this[long i1]
        {
            get => At(i1);
            set => Put(value, i1);
        }

        [IndexerName("TensorItems")]
        public Tensor this[long i1, long i2]
        {
            get => At(i1, i2);
            set => Put(value, i1, i2);
        }

        [IndexerName("TensorItems")]
        public Tensor this[long i1, long i2, long i3]
        {
            get => At(i1, i2, i3);
            set => Put(value, i1, i2, i3);
        }

        [IndexerName("TensorItems")]
        public Tensor this[long i1, long i2, long i3, long i4]
        {
            get => At(i1, i2, i3, i4);
            set => Put(value, i1, i2, i3, i4);
        }

        [IndexerName("TensorItems")]
        public Tensor this[params long[] indices]
        {
            get => At(indices);
            set => Put(value, indices);
        }

        public Tensor index(params TensorIndex[] indices)
        {
            var (view, tensors) = Select(indices);
            if (tensors is null)
                return view;
            using (view)
                return Operator.Call("index.Tensor", view, Value.Optional(tensors));
        }

        public Tensor index(params Tensor[] indices) => index(Array.ConvertAll(indices, TensorIndex.Tensor));

        public Tensor index_put_(Tensor value, params TensorIndex[] indices) => index_put_(value, indices, false);

        public Tensor index_put_(Tensor value, TensorIndex[] indices, bool accumulate = false)
        {
            var (view, tensors) = Select(indices);
            using (view)
            {
                if (tensors is not null)
                    Operator.InPlace("index_put_", view, Value.Optional(tensors), value, accumulate);
                else if (accumulate)
                    view.add_(value);
                else
                    view.copy_(value);
            }
            return this;
        }

        public Tensor index_put_(Tensor value, params Tensor[] indices) =>
            index_put_(value, Array.ConvertAll(indices, TensorIndex.Tensor), false);

        public Tensor index_put_(Scalar value, params TensorIndex[] indices)
        {
            using var number = full([], value, dtype, device);
            return index_put_(number, indices, false);
        }

        public Tensor select(long dim, long index) => Operator.Call("select.int", this, dim, index);

        public Tensor slice(long dim, long start, long finish, long step) =>
            Operator.Call("slice.Tensor", this, dim, start, finish, step);

        public Tensor narrow(long dim, long start, long length) => Operator.Call("narrow", this, dim, start, length);

        public Tensor index_select(long dim, Tensor index) => Operator.Call("index_select", this, dim, index);

        public Tensor masked_fill_(Tensor mask, Scalar value) => Operator.InPlace("masked_fill_.Scalar", this, mask, value);

        public Tensor gather(long dim, Tensor index) => Operator.Call("gather", this, dim, index);

        public Tensor scatter_add_(long dim, Tensor index, Tensor src) => Operator.InPlace("scatter_add_", this, dim, index, src);

        private Tensor At(params ReadOnlySpan<long> positions)
        {
            var current = this;
            foreach (var position in positions)
                current = Step(current, current.select(0, position));
            return current;
        }

        private void Put(Tensor value, params ReadOnlySpan<long> positions)
        {
            using var place = At(positions);
            place.copy_(value);
        }

        // The next view; the one before it goes, unless it is the tensor that is being indexed.
        private Tensor Step(Tensor current, Tensor next)
        {
            if (!ReferenceEquals(current, this))
                current.Dispose();
            return next;
        }

        /// <summary>Applies what gives views; the tensors among the indices are left, each at the dimension it indexes.</summary>
        private (Tensor View, Tensor?[]? Tensors) Select(TensorIndex[] indices)
        {
            var current = this;
            var tensors = new List<Tensor?>();
            var dim = 0L;
            foreach (var index in indices)
            {
                switch (index.Kind)
                {
                    case TensorIndex.Kinds.Single:
                        current = Step(current, current.select(dim, index.Start ?? 0));
                        break;
                    case TensorIndex.Kinds.Slice:
                        var slice = Operator.Call("slice.Tensor", current, dim, index.Start, index.Stop, index.Step ?? 1);
                        current = Step(current, slice);
                        dim++;
                        break;
                    case TensorIndex.Kinds.Ellipsis:
                        dim += Dimensions - indices.Sum(Consumed);
                        break;
                    case TensorIndex.Kinds.None or TensorIndex.Kinds.Null:
                        current = Step(current, current.unsqueeze(dim));
                        dim++;
                        break;
                    case TensorIndex.Kinds.Bool:
                        current = Step(current, current.unsqueeze(dim));
                        Remember(tensor(index.Start != 0));
                        break;
                    case TensorIndex.Kinds.Tensor when index.Of is { Dimensions: 0 } number && number.dtype != ScalarType.Bool:
                        current = Step(current, current.select(dim, number.ToInt64()));
                        break;
                    default:
                        var of = index.Of!;
                        if (of.Dimensions == 0)
                            current = Step(current, current.unsqueeze(dim));
                        Remember(of);
                        break;
                }
            }
            if (ReferenceEquals(current, this))
                current = alias();
            return (current, tensors.Count == 0 ? null : [.. tensors]);

            void Remember(Tensor of)
            {
                while (tensors.Count < dim)
                    tensors.Add(null);
                tensors.Add(of);
                dim++;
            }
        }

        // How many of the tensor's dimensions an index is about: a mask, as many as it has.
        private static long Consumed(TensorIndex index) => index.Kind switch
        {
            TensorIndex.Kinds.Tensor => index.Of!.dtype == ScalarType.Bool ? index.Of.Dimensions : 1,
            TensorIndex.Kinds.Single or TensorIndex.Kinds.Slice => 1,
            _ => 0,
        };
    }
}
