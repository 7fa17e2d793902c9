using TorchSharp.Interop;

namespace TorchSharp;

public static partial class torch
{
    /// <content>Matrix products and linear algebra.</content>
    public partial class Tensor
    {
        public Tensor matmul(Tensor target) => Operator.Call("matmul", this, target);

        public Tensor mm(Tensor target) => Operator.Call("mm", this, target);

        public Tensor bmm(Tensor batch2) => Operator.Call("bmm", this, batch2);

        public Tensor dot(Tensor target) => Operator.Call("dot", this, target);

        public Tensor outer(Tensor vec2) => Operator.Call("outer", this, vec2);

        public Tensor trace() => Operator.Call("trace", this);

        public Tensor inverse() => Operator.Call("inverse", this);
    }
}
