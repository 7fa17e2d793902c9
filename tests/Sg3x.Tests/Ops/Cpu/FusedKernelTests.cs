using System.Numerics;
using Sg3x.Ops.Cpu;

namespace Sg3x.Tests.Ops.Cpu;

/// <summary>The fused kernel against the definition in float64, at every width.</summary>
public sealed class FusedKernelTests
{
    private const int Cases = 160;

    public static TheoryData<SimdWidth> Widths => [SimdWidth.Scalar, SimdWidth.Bits256, SimdWidth.Bits512];

    [Theory, MemberData(nameof(Widths))]
    public void Float32_agrees_with_the_definition(SimdWidth width) => Agrees<float>(width, Math.Pow(2, -24), x => (float)x);

    [Theory, MemberData(nameof(Widths))]
    public void Float64_agrees_with_the_definition(SimdWidth width) => Agrees<double>(width, Math.Pow(2, -53), x => x);

    /// <summary>bfloat16 is storage alone: the bits are those of the same pass in float32, rounded at the end.</summary>
    [Theory, MemberData(nameof(Widths))]
    public void BFloat16_is_float32_rounded_at_the_end(SimdWidth width)
    {
        for (var seed = 0; seed < Cases; seed++)
        {
            var c = DrawnCase.Draw(seed, RoundToBFloat16);
            var plan = c.Plan;
            var (output, mask) = KernelRunner.Forward<float>(plan, c, width, record: true);
            var (gradient, biasGradients) = KernelRunner.Adjoint<float>(plan, c, mask, width);
            var stored = KernelRunner.BFloat16(plan, c, width);
            Assert.Equal(output.Select(RoundToBFloat16), stored.Output.Select(Value));
            Assert.Equal(gradient.Select(RoundToBFloat16), stored.InputGradient.Select(Value));
            Assert.Equal(biasGradients, stored.Sums);
        }

        static double Value(ushort bits) => BitConverter.UInt32BitsToSingle((uint)bits << 16);
    }

    /// <summary>
    /// ⟨D·v, g⟩ = ⟨v, Dᵀ·g⟩, D the derivative at the branches taken: the pass that second derivatives need, at every width.
    /// </summary>
    [Theory, MemberData(nameof(Widths))]
    public void The_derivative_is_the_transpose_of_the_adjoint(SimdWidth width)
    {
        for (var seed = 0; seed < Cases; seed++)
        {
            var c = DrawnCase.Draw(seed, x => x);
            var plan = c.Plan;
            var (_, mask) = KernelRunner.Forward<double>(plan, c, width, record: true);
            var derivative = KernelRunner.Derivative<double>(plan, c, mask, width);
            var (adjoint, _) = KernelRunner.Adjoint<double>(plan, c, mask, width);
            double difference = 0, size = 0;
            for (var p = 0; p < c.Planes; p++)
            {
                var sizes = Definition.Forward(c, p).Sizes;
                for (var i = 0; i < c.OutputSize; i++)
                {
                    difference += derivative[(p * c.OutputSize) + i] * c.OutputGradient[(p * c.OutputSize) + i];
                    size += sizes[i] * Math.Abs(c.OutputGradient[(p * c.OutputSize) + i]);
                }
            }
            for (var i = 0; i < adjoint.Length; i++)
                difference -= adjoint[i] * c.Input[i];

            // Both passes round as the forward one does, and each sum adds a roundoff a term.
            var terms = 16 + derivative.Length + adjoint.Length;
            Assert.True(
                Math.Abs(difference) <= terms * Math.Pow(2, -53) * size + double.Epsilon, $"off by {difference:E2} of {size:E2}; case {seed}: {c}");
        }
    }

    private static double RoundToBFloat16(double value)
    {
        var bits = BitConverter.SingleToUInt32Bits((float)value);
        return BitConverter.UInt32BitsToSingle((bits + 0x7FFF + ((bits >> 16) & 1)) & 0xFFFF0000);
    }

    private static void Agrees<T>(SimdWidth width, double roundoff, Func<double, double> round)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var agreement = new Agreement(roundoff);
        for (var seed = 0; seed < Cases; seed++)
        {
            var c = DrawnCase.Draw(seed, round);
            var plan = c.Plan;
            var (output, mask) = KernelRunner.Forward<T>(plan, c, width, record: true);
            Assert.Equal(output, KernelRunner.Forward<T>(plan, c, width, record: false).Output);
            var (gradient, biasGradients) = KernelRunner.Adjoint<T>(plan, c, mask, width);
            agreement.Check(c, seed, output, gradient, biasGradients);
        }
        agreement.EndWithFewUndecided();
    }
}
