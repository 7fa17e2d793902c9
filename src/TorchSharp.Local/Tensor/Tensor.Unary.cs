using TorchSharp.Interop;

namespace TorchSharp;

public static partial class torch
{
    /// <content>Functions of one element.</content>
    public partial class Tensor
    {
        public Tensor abs() => Operator.Call("abs", this);

        public Tensor cos() => Operator.Call("cos", this);

        public Tensor erfinv() => Operator.Call("erfinv", this);

        public Tensor exp() => Operator.Call("exp", this);

        public Tensor floor() => Operator.Call("floor", this);

        public Tensor log() => Operator.Call("log", this);

        public Tensor log10() => Operator.Call("log10", this);

        public Tensor log2() => Operator.Call("log2", this);

        public Tensor neg() => Operator.Call("neg", this);

        public Tensor reciprocal() => Operator.Call("reciprocal", this);

        public Tensor relu() => Operator.Call("relu", this);

        public Tensor rsqrt() => Operator.Call("rsqrt", this);

        public Tensor sign() => Operator.Call("sign", this);

        public Tensor sin() => Operator.Call("sin", this);

        public Tensor sinc() => Operator.Call("sinc", this);

        public Tensor sqrt() => Operator.Call("sqrt", this);

        public Tensor sqrt_() => Operator.InPlace("sqrt_", this);

        public Tensor square() => Operator.Call("square", this);

        public Tensor tanh() => Operator.Call("tanh", this);

        public Tensor trunc() => Operator.Call("trunc", this);

        public Tensor absolute() => Operator.Call("abs", this);

        public Tensor negative() => Operator.Call("neg", this);

        public Tensor fix() => Operator.Call("trunc", this);

        public Tensor round(long decimals = 0L) => Operator.Call("round.decimals", this, decimals);

        public Tensor relu_() => Operator.InPlace("relu_", this);

        public Tensor i0() => Operator.Call("i0", this);

        public Tensor isfinite() => Operator.Call("isfinite", this);

        public Tensor isnan() => Operator.Call("isnan", this);

        public Tensor bitwise_not() => Operator.Call("bitwise_not", this);

        public Tensor softplus(double beta = 1.0, double threshold = 20.0) => Operator.Call("softplus", this, beta, threshold);

        public Tensor leaky_relu(Scalar negative_slope) => Operator.Call("leaky_relu", this, negative_slope);

        public Tensor leaky_relu_(Scalar negative_slope) => Operator.InPlace("leaky_relu_", this, negative_slope);

        public Tensor softmax(long dim, ScalarType? dtype = null) => Operator.Call("softmax.int", this, dim, dtype);

        public Tensor real => Operator.Call("real", this);

        public Tensor angle() => Operator.Call("angle", this);
    }
}
