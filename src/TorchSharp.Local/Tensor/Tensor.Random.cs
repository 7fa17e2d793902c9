using TorchSharp.Interop;

namespace TorchSharp;

public static partial class torch
{
    /// <content>Drawing in place.</content>
    public partial class Tensor
    {
        /// <summary>Uniform from <paramref name="from"/> (inclusive) to <paramref name="to"/> (exclusive).</summary>
        public Tensor uniform_(double from, double to, Generator? generator = null) =>
            Operator.InPlace("uniform_", this, from, to, generator);

        public Tensor normal_(double mean = 0.0, double std = 1.0, Generator? generator = null) =>
            Operator.InPlace("normal_", this, mean, std, generator);

        public Tensor bernoulli(Generator? generator = null) => Operator.Call("bernoulli", this, generator);
    }
}
