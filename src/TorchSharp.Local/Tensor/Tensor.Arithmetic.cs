using TorchSharp.Interop;

namespace TorchSharp;

public static partial class torch
{
    /// <content>Arithmetic of two operands, clamping, interpolation.</content>
    public partial class Tensor
    {
        public Tensor add(Tensor target) => Operator.Call("add.Tensor", this, target);

        public Tensor add(Tensor target, Scalar alpha) => Operator.Call("add.Tensor", this, target, alpha);

        public Tensor add(Scalar scalar) => Operator.Call("add.Scalar", this, scalar);

        public Tensor add(Scalar scalar, Scalar alpha) => Operator.Call("add.Scalar", this, scalar, alpha);

        public Tensor add_(Tensor target) => Operator.InPlace("add_.Tensor", this, target);

        public Tensor add_(Tensor target, Scalar alpha) => Operator.InPlace("add_.Tensor", this, target, alpha);

        public Tensor add_(Scalar scalar) => Operator.InPlace("add_.Scalar", this, scalar);

        public Tensor add_(Scalar scalar, Scalar alpha) => Operator.InPlace("add_.Scalar", this, scalar, alpha);

        public Tensor sub(Tensor target) => Operator.Call("sub.Tensor", this, target);

        public Tensor sub(Scalar target) => Operator.Call("sub.Scalar", this, target);

        public Tensor mul(Tensor target) => Operator.Call("mul.Tensor", this, target);

        public Tensor mul(Scalar target) => Operator.Call("mul.Scalar", this, target);

        public Tensor multiply(Tensor target) => Operator.Call("mul.Tensor", this, target);

        public Tensor multiply(Scalar target) => Operator.Call("mul.Scalar", this, target);

        public Tensor mul_(Tensor target) => Operator.InPlace("mul_.Tensor", this, target);

        public Tensor mul_(Scalar target) => Operator.InPlace("mul_.Scalar", this, target);

        public Tensor div(Tensor target, RoundingMode rounding_mode = RoundingMode.None) =>
            Operator.Call("div.Tensor_mode", this, target, Name(rounding_mode));

        public Tensor div(Scalar target, RoundingMode rounding_mode = RoundingMode.None) =>
            Operator.Call("div.Scalar_mode", this, target, Name(rounding_mode));

        public Tensor div_(Tensor target, RoundingMode rounding_mode = RoundingMode.None) =>
            Operator.InPlace("div_.Tensor_mode", this, target, Name(rounding_mode));

        public Tensor div_(Scalar target, RoundingMode rounding_mode = RoundingMode.None) =>
            Operator.InPlace("div_.Scalar_mode", this, target, Name(rounding_mode));

        public Tensor remainder(Tensor target) => Operator.Call("remainder.Tensor", this, target);

        public Tensor remainder(Scalar scalar) => Operator.Call("remainder.Scalar", this, scalar);

        public Tensor pow(Tensor exponent) => Operator.Call("pow.Tensor_Tensor", this, exponent);

        public Tensor pow(Scalar exponent) => Operator.Call("pow.Tensor_Scalar", this, exponent);

        public Tensor addcmul_(Tensor tensor1, Tensor tensor2, Scalar value) =>
            Operator.InPlace("addcmul_", this, tensor1, tensor2, value);

        public Tensor addcdiv_(Tensor tensor1, Tensor tensor2, Scalar value) =>
            Operator.InPlace("addcdiv_", this, tensor1, tensor2, value);

        public Tensor addcdiv_(Tensor tensor1, Tensor tensor2) => Operator.InPlace("addcdiv_", this, tensor1, tensor2);

        public Tensor maximum(Tensor other) => Operator.Call("maximum", this, other);

        public Tensor minimum(Tensor other) => Operator.Call("minimum", this, other);

        public Tensor clamp(Scalar? min = null, Scalar? max = null) => Operator.Call("clamp", this, min, max);

        public Tensor clamp(Tensor? min = null, Tensor? max = null) => Operator.Call("clamp.Tensor", this, min, max);

        public Tensor clamp_min(Scalar min) => Operator.Call("clamp_min", this, min);

        private static string? Name(RoundingMode mode) => mode switch
        {
            RoundingMode.trunc => "trunc",
            RoundingMode.floor => "floor",
            _ => null,
        };
    }

    /// <summary>What becomes of a quotient's fraction.</summary>
    public enum RoundingMode
    {
        None,
        trunc,
        floor,
    }
}
