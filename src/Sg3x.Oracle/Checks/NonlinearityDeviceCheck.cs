using Sg3x.Ops;
using Sg3x.Spec.Signals;
using static TorchSharp.torch;
using SpecLayer = Sg3x.Spec.Schedule.Layer;

namespace Sg3x.Oracle.Checks;

/// <summary>
/// The device's own kernel for the filtered leaky ReLU against the definition, on several images of several channels, each of
/// several tiles along each axis that do not divide it, in each dtype that it stores: result, both gradients and second
/// derivative.
/// </summary>
internal sealed class NonlinearityDeviceCheck : ICheck
{
    private const int Images = 2;
    private const int Channels = 3;

    // A kernel's tiles have up to so many outputs along an axis, forward and back.
    private const int Tile = 32;

    // Between the coarse numbers, so that none of a layer without filters lies on it.
    private const double Clamp = 1.5 + 1.0 / 256;

    private static readonly Stored[] s_types =
    [
        new(ScalarType.Float32, 24, -126), new(ScalarType.BFloat16, 8, -126), new(ScalarType.Float16, 11, -14),
    ];

    public string Id => "op.flrelu.device";

    public string Equation =>
        "AFG D: one kernel for y = ↓(clamp(g·lrelu(up²·(↑(x + b) ∗ f_u))) ∗ f_d); dx = Jᵀ·dy, db = Σ dx and J·q from two bits a "
            + "sample";

    public string ToleranceBasis =>
        "16·√terms·2⁻²⁴ of the largest value, as float32 sums it, and half a unit in the last place of what is stored; db: that "
            + "of each dx, and (n − 1)·2⁻²⁴·Σ|dx| in whatever order n are added";

    public IEnumerable<Finding> Run(Subject subject)
    {
        // Where one of them cannot be compiled none is used.
        (SpecLayer Layer, IFilteredLeakyRelu?[] Kernels)[] all = subject.DeviceNonlinearity.Absence() is not null ? []
            : [.. NonlinearityCase.Layers(subject.Config).Select(layer => (layer, Find(subject, layer)))];
        string? nothing = subject.DeviceNonlinearity.Absence() ?? (all.All(one => Array.TrueForAll(one.Kernels, k => k is null))
            ? "none of these layers is the kernel's" : null);
        if (nothing is not null)
        {
            // What was asked for and did not run is not passed over.
            if (subject.DeviceNonlinearity.Wanted())
            {
                yield return Differences.Equal(
                    $"{subject.Device}", "the kernel that was asked for", nothing, $"no kernel: {nothing}");
            }
            yield break;
        }
        foreach ((SpecLayer layer, IFilteredLeakyRelu?[] kernels) in all)
        {
            if (Array.TrueForAll(kernels, kernel => kernel is null))
                continue;
            NonlinearityCase c = Case(subject, layer).AwayFromKinks(NonlinearityCase.Coarse);
            var expected = new Expected(c.Forward(), c.Gradient(), c.Tangent());
            foreach ((Stored type, IFilteredLeakyRelu? kernel) in s_types.Zip(kernels))
            {
                using IDisposable scope = NewDisposeScope();
                foreach (Finding finding in kernel is null ? [] : Compare(c, expected, kernel, type))
                    yield return finding;
            }
        }
    }

    /// <inheritdoc/>
    public string? LeavesOut(Subject subject)
    {
        string others = string.Join(" or ", subject.Nonlinearities.Select(op => op.Name));
        string? Absent() => subject.DeviceNonlinearity.Absence() is string absence
            ? $"{absence}; on {subject.Device} the filtered nonlinearity is computed by {others}" : null;
        if (Absent() is string none)
            return none;
        string[] without = [.. NonlinearityCase.Layers(subject.Config)
            .SelectMany(layer => s_types.Zip(Find(subject, layer)).Where(found => found.Second is null)
                .Select(found => $"{Name(layer)} in {found.First.DType}"))];
        return Absent() ?? (without.Length == 0 ? null
            : $"not the kernel's factors, filters or dtype, and computed by {others}: {string.Join("; ", without)}");
    }

    private static NonlinearityCase Case(Subject subject, SpecLayer layer)
    {
        // The last tile is nearly full along one axis, where filters reach beyond it, and nearly empty along the other.
        IEnumerable<int> sides = Enumerable.Range(Math.Max((2 * Tile) + 1, NonlinearityCase.LeastSide(layer)), Tile);
        int height = sides.MinBy(side => (Outputs(side, layer.Padding.Y0 + layer.Padding.Y1) - 1) % Tile);
        int width = sides.MaxBy(side => Outputs(side, layer.Padding.X0 + layer.Padding.X1) % Tile);
        return NonlinearityCase.Draw(
            subject, layer, Images, Channels, height, width, Clamp, NonlinearityCase.Coarse, NonlinearityCase.Coarse);

        int Outputs(int side, int padding) => NonlinearityCase.Outputs(layer, side, padding);
    }

    // For each of the dtypes: only sizes count.
    private static IFilteredLeakyRelu?[] Find(Subject subject, SpecLayer layer)
    {
        using IDisposable scope = NewDisposeScope();
        NonlinearityCase c = Case(subject, layer);
        return [.. s_types.Select(type => subject.DeviceNonlinearity.Find(
            subject.Tensor(c.X, type.DType), c.UpTaps, c.DownTaps, c.Constants))];
    }

    private static string Name(SpecLayer layer) => $"L{layer.Index} ↑{layer.Up} ↓{layer.Down}";

    private static IEnumerable<Finding> Compare(NonlinearityCase c, Expected expected, IFilteredLeakyRelu kernel, Stored type)
    {
        string where = $"{Name(c.Layer)}, {kernel.Name}, {type.DType}";
        yield return Values($"{where}, y", c, expected.Y, WithoutGradients(c, kernel, type.DType), type);
        yield return Values($"{where}, y to be differentiated", c, expected.Y, c.Produce(kernel, type.DType).Y, type);
        (Tensor dx, Tensor db) = c.ProduceGradient(kernel, type.DType);
        yield return Values($"{where}, dx", c, expected.Dx, dx, type);
        yield return BiasGradient($"{where}, db", c, expected.Dx, db, type);
        yield return Values($"{where}, J·q", c, expected.Jq, c.ProduceSecond(kernel, type.DType), type);
        foreach (Finding finding in NotFinite(where, c, kernel, type))
            yield return finding;
    }

    // Another variant of a kernel, which records no branches; and x begins within a tensor, as a part of a batch does.
    private static Tensor WithoutGradients(NonlinearityCase c, IFilteredLeakyRelu kernel, ScalarType dtype)
    {
        using IDisposable quiet = no_grad();
        Tensor x = c.Subject.Tensor(c.X, dtype), within = cat([x.neg(), x], 0).narrow(0, c.X.Length, c.X.Length);
        return kernel.Forward(within, c.Subject.Tensor(c.Bias, [c.Bias.Length], dtype), c.UpTaps, c.DownTaps, c.Constants);
    }

    // A row of NaN in one plane, forward and back: a single one may meet nothing but clamped samples, which pass no gradient on.
    private static IEnumerable<Finding> NotFinite(string where, NonlinearityCase c, IFilteredLeakyRelu kernel, Stored type)
    {
        double[][][,] Spoiled(double[][][,] batch) => [.. batch.Select((image, n) => image.Select((plane, channel) =>
        {
            double[,] copy = Plane.Map(plane, value => value);
            if (n == 1 && channel == 1)
                copy.Row(plane.Height() / 2).Fill(double.NaN);
            return copy;
        }).ToArray())];
        NonlinearityCase forward = c with { X = Spoiled(c.X) }, back = c with { Probe = Spoiled(c.Probe) };
        yield return Planes("y", forward.Produce(kernel, type.DType).Y);
        yield return Planes("dx", back.ProduceGradient(kernel, type.DType).X);

        Finding Planes(string of, Tensor measured)
        {
            int size = (int)(measured.shape[2] * measured.shape[3]);
            string planes = string.Join(", ", Bridge.Values(measured).Chunk(size).Index()
                .Where(plane => !Array.TrueForAll(plane.Item, double.IsFinite))
                .Select(plane => $"image {plane.Index / Channels} channel {plane.Index % Channels}"));
            return Differences.Equal(
                $"{where}, NaN in a plane, {of}", "not finite: image 1 channel 1", $"not finite: {planes}",
                "a number that is none must neither get lost nor reach other planes");
        }
    }

    private static Finding BiasGradient(string where, NonlinearityCase c, double[][][,] dx, Tensor measured, Stored type)
    {
        double each = Arithmetic(c, dx);
        double[] expected = new double[Channels], allowed = new double[Channels];
        for (int channel = 0; channel < Channels; channel++)
        {
            double[] all = [.. dx.SelectMany(image => image[channel].Cast<double>())];
            expected[channel] = all.Sum();
            allowed[channel] = type.Allowed(
                expected[channel], all.Length * each + (all.Length - 1) * Differences.Single * all.Sum(Math.Abs));
        }
        return Differences.Within(
            where, [Channels], expected, measured, allowed, "db is the sum of dx over all images, rows and columns");
    }

    private static Finding Values(string where, NonlinearityCase c, double[][][,] batch, Tensor measured, Stored type)
    {
        double[] expected = Bridge.Values(batch);
        double arithmetic = Arithmetic(c, batch);
        return Differences.Within(
            where, Bridge.Shape(batch), expected, measured, [.. expected.Select(value => type.Allowed(value, arithmetic))],
            "phase, reach of a tile, branches or rounding of what is stored");
    }

    private static double Arithmetic(NonlinearityCase c, double[][][,] batch) => 16 * Differences.Single * Math.Sqrt(c.Terms)
        * batch.Max(image => image.Max(plane => plane.Cast<double>().Max(Math.Abs)));

    private sealed record Expected(double[][][,] Y, double[][][,] Dx, double[][][,] Jq);

    /// <summary>A dtype in memory: its significant bits, and the exponent of its smallest normal number.</summary>
    private sealed record Stored(ScalarType DType, int Bits, int Least)
    {
        /// <summary>The error of arithmetic, and half a unit in the last place of the largest number that it may come to.</summary>
        public double Allowed(double value, double arithmetic) => arithmetic
            + Math.ScaleB(0.5, Math.Max(Least, Math.ILogB(Math.Abs(value) + arithmetic)) - (Bits - 1));
    }
}
