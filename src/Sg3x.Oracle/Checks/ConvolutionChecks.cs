using Sg3x.Spec.Layers;
using static TorchSharp.torch;

namespace Sg3x.Oracle.Checks;

/// <summary>The modulated convolution against one weight per sample, in float64.</summary>
internal sealed class ModulatedConvolutionCheck : ICheck
{
    public string Id => "op.modconv";

    public string Equation =>
        "SG2 2.2, AFG B: w'' = ŵ·ŝ·(Σ(ŵ·ŝ)² + 1e−8)^−½·g per sample; ToRGB without normalisation and demodulation";

    public string ToleranceBasis => "16·√(in·k² + reductions over whole arrays)·2⁻⁵³";

    public IEnumerable<Finding> Run(Subject subject)
    {
        var draw = new Draw(subject.Seed);
        foreach ((bool demodulate, int k) in new[] { (true, 3), (true, 1), (false, 1), (false, 3) })
        {
            using IDisposable scope = NewDisposeScope();
            const int n = 3, ins = 6, outs = 5;
            double[][][,] x = draw.Batch(n, ins, 7, 8);
            double[] w = draw.Row(outs * ins * k * k), s = draw.Row(n * ins);
            double gain = draw.Uniform(0.5, 2);
            var kernel = new double[outs, ins, k, k];
            Buffer.BlockCopy(w, 0, kernel, 0, w.Length * sizeof(double));
            double[][] styles = [.. s.Chunk(ins)];
            double[][][,] expected = Spec.Layers.ModulatedConvolution.Forward(x, kernel, styles, demodulate, k - 1, gain);
            Tensor measured = subject.ModulatedConvolution(
                subject.Tensor(x, ScalarType.Float64), subject.Tensor(w, [outs, ins, k, k], ScalarType.Float64),
                subject.Tensor(s, [n, ins], ScalarType.Float64), demodulate, k - 1,
                    subject.Tensor([gain], [], ScalarType.Float64));
            double terms = ins * k * k + n * ins + outs;
            string where = $"{k}×{k}, {(demodulate ? "demodulated" : "plain")}";
            long[] shape = Bridge.Shape(expected);
            yield return measured.shape.SequenceEqual(shape)
                ? Differences.Array(
                    where, shape, Bridge.Values(expected), Bridge.Values(measured), 16 * Math.Sqrt(terms) * Math.ScaleB(1, -53))
                : Differences.Equal(
                    where, string.Join("×", shape), string.Join("×", measured.shape), "padding is k − 1 on every side");

            if (demodulate)
            {
                // White noise of unit variance in, unit variance out, by the norm of each output's weight: but for the 1e−8 under
                // the root, E/(E + 1e−8), which shows where E = Σ(ŵ·ŝ)² happens to be small.
                double[] norms = [.. Spec.Layers.ModulatedConvolution.Weights(kernel, styles, true, 1).SelectMany(
                    weight => weight.Cast<double>().Chunk(ins * k * k).Select(row => row.Sum(t => t * t)))];
                double[] energy = new double[n * outs];
                for (int i = 0; i < ins; i++)
                {
                    using IDisposable inner = NewDisposeScope();
                    double[] one = [.. Enumerable.Range(0, n * ins).Select(j => j % ins == i ? 1.0 : 0)];
                    Tensor response = subject.ModulatedConvolution(
                        subject.Tensor(one, [n, ins, 1, 1], ScalarType.Float64),
                            subject.Tensor(w, [outs, ins, k, k], ScalarType.Float64),
                        subject.Tensor(s, [n, ins], ScalarType.Float64), true, k - 1, null);
                    double[] taps = Bridge.Values(response);
                    for (int j = 0; j < taps.Length; j++)
                        energy[j / (k * k)] += taps[j] * taps[j];
                }
                yield return Differences.Array(
                    $"{where}, variance", [n, outs], norms, energy,
                    16 * Math.Sqrt(terms) * Math.ScaleB(1, -53),
                    "demodulation must leave every output channel a weight of unit norm");
            }
        }
    }
}

/// <summary>The discriminator's anti-aliased stride, in float64.</summary>
internal sealed class ResampleCheck : ICheck
{
    public string Id => "op.resample";

    public string Equation => "SG2 B: f = [1,3,3,1] ⊗ [1,3,3,1]/64, true convolution, then every second sample";

    public string ToleranceBasis => "16·√16·2⁻⁵³";

    public IEnumerable<Finding> Run(Subject subject)
    {
        var draw = new Draw(subject.Seed);
        double[] f = [1, 3, 3, 1];
        double[] grid = [.. from a in f from b in f select a * b / 64];
        foreach ((int down, int padding) in new[] { (1, 2), (2, 1) })
        {
            using IDisposable scope = NewDisposeScope();
            double[][][,] x = draw.Batch(2, 3, 12, 10);
            double[][][,] expected = [.. x.Select(image => image.Select(plane =>
                down == 1 ? Resampling.Blur(plane, padding) : Resampling.Keep(Resampling.Blur(plane, padding))).ToArray())];
            Tensor measured = subject.Resample(
                subject.Tensor(x, ScalarType.Float64), subject.Tensor(grid, [4, 4], ScalarType.Float64), down, padding);
            long[] shape = Bridge.Shape(expected);
            yield return measured.shape.SequenceEqual(shape)
                ? Differences.Array(
                    $"↓{down}, pad {padding}", shape, Bridge.Values(expected), Bridge.Values(measured), 64 * Math.ScaleB(1, -53))
                : Differences.Equal($"↓{down}, pad {padding}", string.Join("×", shape), string.Join("×", measured.shape));
        }
    }
}
