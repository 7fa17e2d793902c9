using TorchSharp.Interop;

namespace TorchSharp;

public static partial class torch
{
    /// <content>Functions of one element.</content>
    public partial class Tensor
    {
        public Tensor abs() => Operator.Call("abs", this);

        public Tensor acos() => Operator.Call("acos", this);

        public Tensor acosh() => Operator.Call("acosh", this);

        public Tensor asin() => Operator.Call("asin", this);

        public Tensor asinh() => Operator.Call("asinh", this);

        public Tensor atan() => Operator.Call("atan", this);

        public Tensor atanh() => Operator.Call("atanh", this);

        public Tensor ceil() => Operator.Call("ceil", this);

        public Tensor cos() => Operator.Call("cos", this);

        public Tensor cosh() => Operator.Call("cosh", this);

        public Tensor erf() => Operator.Call("erf", this);

        public Tensor erfc() => Operator.Call("erfc", this);

        public Tensor erfinv() => Operator.Call("erfinv", this);

        public Tensor exp() => Operator.Call("exp", this);

        public Tensor exp2() => Operator.Call("exp2", this);

        public Tensor expm1() => Operator.Call("expm1", this);

        public Tensor floor() => Operator.Call("floor", this);

        public Tensor frac() => Operator.Call("frac", this);

        public Tensor lgamma() => Operator.Call("lgamma", this);

        public Tensor log() => Operator.Call("log", this);

        public Tensor log10() => Operator.Call("log10", this);

        public Tensor log1p() => Operator.Call("log1p", this);

        public Tensor log2() => Operator.Call("log2", this);

        public Tensor neg() => Operator.Call("neg", this);

        public Tensor reciprocal() => Operator.Call("reciprocal", this);

        public Tensor relu() => Operator.Call("relu", this);

        public Tensor rsqrt() => Operator.Call("rsqrt", this);

        public Tensor sigmoid() => Operator.Call("sigmoid", this);

        public Tensor sign() => Operator.Call("sign", this);

        public Tensor sin() => Operator.Call("sin", this);

        public Tensor sinc() => Operator.Call("sinc", this);

        public Tensor sinh() => Operator.Call("sinh", this);

        public Tensor sqrt() => Operator.Call("sqrt", this);

        public Tensor square() => Operator.Call("square", this);

        public Tensor tan() => Operator.Call("tan", this);

        public Tensor tanh() => Operator.Call("tanh", this);

        public Tensor trunc() => Operator.Call("trunc", this);

        public Tensor absolute() => Operator.Call("abs", this);

        public Tensor negative() => Operator.Call("neg", this);

        public Tensor fix() => Operator.Call("trunc", this);

        public Tensor round(long decimals = 0L) => Operator.Call("round.decimals", this, decimals);

        public Tensor round_(long decimals = 0L) => Operator.InPlace("round_.decimals", this, decimals);

        public Tensor abs_() => Operator.InPlace("abs_", this);

        public Tensor acos_() => Operator.InPlace("acos_", this);

        public Tensor acosh_() => Operator.InPlace("acosh_", this);

        public Tensor asin_() => Operator.InPlace("asin_", this);

        public Tensor asinh_() => Operator.InPlace("asinh_", this);

        public Tensor atan_() => Operator.InPlace("atan_", this);

        public Tensor atanh_() => Operator.InPlace("atanh_", this);

        public Tensor ceil_() => Operator.InPlace("ceil_", this);

        public Tensor cos_() => Operator.InPlace("cos_", this);

        public Tensor cosh_() => Operator.InPlace("cosh_", this);

        public Tensor erf_() => Operator.InPlace("erf_", this);

        public Tensor erfc_() => Operator.InPlace("erfc_", this);

        public Tensor erfinv_() => Operator.InPlace("erfinv_", this);

        public Tensor exp_() => Operator.InPlace("exp_", this);

        public Tensor exp2_() => Operator.InPlace("exp2_", this);

        public Tensor expm1_() => Operator.InPlace("expm1_", this);

        public Tensor floor_() => Operator.InPlace("floor_", this);

        public Tensor frac_() => Operator.InPlace("frac_", this);

        public Tensor lgamma_() => Operator.InPlace("lgamma_", this);

        public Tensor log_() => Operator.InPlace("log_", this);

        public Tensor log10_() => Operator.InPlace("log10_", this);

        public Tensor log1p_() => Operator.InPlace("log1p_", this);

        public Tensor log2_() => Operator.InPlace("log2_", this);

        public Tensor neg_() => Operator.InPlace("neg_", this);

        public Tensor reciprocal_() => Operator.InPlace("reciprocal_", this);

        public Tensor relu_() => Operator.InPlace("relu_", this);

        public Tensor rsqrt_() => Operator.InPlace("rsqrt_", this);

        public Tensor sigmoid_() => Operator.InPlace("sigmoid_", this);

        public Tensor sign_() => Operator.InPlace("sign_", this);

        public Tensor sin_() => Operator.InPlace("sin_", this);

        public Tensor sinc_() => Operator.InPlace("sinc_", this);

        public Tensor sinh_() => Operator.InPlace("sinh_", this);

        public Tensor sqrt_() => Operator.InPlace("sqrt_", this);

        public Tensor tan_() => Operator.InPlace("tan_", this);

        public Tensor tanh_() => Operator.InPlace("tanh_", this);

        public Tensor trunc_() => Operator.InPlace("trunc_", this);

        public Tensor i0() => Operator.Call("i0", this);

        public Tensor isfinite() => Operator.Call("isfinite", this);

        public Tensor isinf() => Operator.Call("isinf", this);

        public Tensor isnan() => Operator.Call("isnan", this);

        public Tensor logical_not() => Operator.Call("logical_not", this);

        public Tensor bitwise_not() => Operator.Call("bitwise_not", this);

        public Tensor silu() => Operator.Call("silu", this);

        public Tensor softplus(double beta = 1.0, double threshold = 20.0) => Operator.Call("softplus", this, beta, threshold);

        public Tensor leaky_relu(Scalar negative_slope) => Operator.Call("leaky_relu", this, negative_slope);

        public Tensor leaky_relu_(Scalar negative_slope) => Operator.InPlace("leaky_relu_", this, negative_slope);

        public Tensor softmax(long dim, ScalarType? dtype = null) => Operator.Call("softmax.int", this, dim, dtype);

        public Tensor log_softmax(long dim, ScalarType? dtype = null) => Operator.Call("log_softmax.int", this, dim, dtype);

        public Tensor nan_to_num(double nan = 0d, double? posinf = null, double? neginf = null) =>
            Operator.Call("nan_to_num", this, nan, posinf, neginf);

        public Tensor conj() => Operator.Call("conj", this);

        public Tensor real => Operator.Call("real", this);

        public Tensor imag => Operator.Call("imag", this);

        public Tensor angle() => Operator.Call("angle", this);
    }
}
