using System.Diagnostics;
using Sg3x.Oracle.Checks;
using Sg3x.Schedule;
using Sg3x.Spec.Equivariance;
using static TorchSharp.torch;
using Generator = Sg3x.Networks.Generator;

namespace Sg3x.Oracle.Reports;

/// <summary>One measure of equivariance, in dB.</summary>
/// <param name="Decibels">Against the fixed scale I_max = 2 of images in [−1, 1], as published.</param>
/// <param name="OverVariance">Against the images' own variance: a weak image does not gain by it.</param>
public sealed record EquivarianceFigure(double Decibels, double OverVariance);

/// <summary>The equivariance of a generator by the spec's measure (AFG equation 3, appendix E).</summary>
public sealed record EquivarianceFigures
{
    /// <summary>Above this the definition of a rotated image takes minutes a sample.</summary>
    private const int LargestRotated = 256;

    /// <summary>Random weights of larger configurations are measured with fewer channels.</summary>
    private const int LargestWhole = 256;

    private const int FewChannels = 32;

    /// <summary>Pairs of images that each figure pools.</summary>
    public required int Samples { get; init; }

    /// <summary>Most channels of a layer of the generator that was measured.</summary>
    public required int Channels { get; init; }

    /// <summary>EQ-T: translations by whole pixels, uniform in ±⅛ of the image.</summary>
    public required EquivarianceFigure Whole { get; init; }

    /// <summary>EQ-T_frac: the same, not rounded.</summary>
    public required EquivarianceFigure Fractional { get; init; }

    /// <summary>EQ-R: rotations uniform in ±π; null above 256².</summary>
    public EquivarianceFigure? Rotation { get; init; }

    /// <summary>
    /// Measures the network of a subject, or random weights of its configuration (above 256² with at most 32 channels).
    /// </summary>
    /// <param name="subject">What is measured.</param>
    /// <param name="samples">Most pairs of images a figure.</param>
    /// <param name="budget">No sample is begun after this time; one always is.</param>
    public static EquivarianceFigures Measure(Subject subject, int samples, TimeSpan budget)
    {
        ArgumentNullException.ThrowIfNull(subject);
        GeneratorConfig config = subject.Config.Resolution <= LargestWhole
            ? subject.Config
            : subject.Config with { ChannelMax = Math.Min(subject.Config.ChannelMax, FewChannels) };
        using IDisposable scope = NewDisposeScope();
        using IDisposable quiet = no_grad();
        using Generator? random = subject.Network is null ? subject.Generator(config, subject.Seed) : null;
        Generator generator = subject.Network ?? random!;
        using Tensor before = generator.state_dict()["synthesis.input.transform"].clone();
        try
        {
            return Measure(subject, generator, samples, budget);
        }
        finally
        {
            generator.Synthesis.Input.SetTransform(before);
        }
    }

    private static EquivarianceFigures Measure(Subject subject, Generator generator, int most, TimeSpan budget)
    {
        int size = generator.Config.Resolution, zDim = generator.Config.ZDim, samples = 0;
        bool rotate = size <= LargestRotated;
        var draw = new Draw(subject.Seed);
        Psnr integer = new(), fractional = new(), rotation = new();
        var clock = Stopwatch.StartNew();
        for (; samples < most && (samples == 0 || clock.Elapsed < budget); samples++)
        {
            using IDisposable scope = NewDisposeScope();
            Tensor ws = subject.Networks.Map(generator, subject.Tensor(draw.Row(zDim), [1, zDim], ScalarType.Float32), 1, false);
            double[][,] still = Image(ws, Translation.User(0, 0));
            double x = draw.Uniform(-0.125, 0.125) * size, y = draw.Uniform(-0.125, 0.125) * size;
            double ix = Math.Round(x), iy = Math.Round(y);
            integer.Add(Translation.ByPixels(still, (int)ix, (int)iy), Image(ws, Translation.User(ix / size, iy / size)));
            fractional.Add(Translation.Fractional(still, x, y), Image(ws, Translation.User(x / size, y / size)));
            double α = draw.Uniform(-Math.PI, Math.PI);
            if (rotate)
            {
                Masked turned = Spec.Equivariance.Rotation.Rotate(still, α);
                Masked generated = Spec.Equivariance.Rotation.PseudoRotate(Image(ws, Spec.Equivariance.Rotation.User(α)), α);
                rotation.Add(turned with { Mask = Both(turned.Mask, generated.Mask) }, generated.Image);
            }
        }
        return new EquivarianceFigures
        {
            Samples = samples,
            Channels = generator.Schedule.Layers.Max(layer => layer.InChannels),
            Whole = Figure(integer),
            Fractional = Figure(fractional),
            Rotation = rotate ? Figure(rotation) : null,
        };

        double[][,] Image(Tensor ws, double[,] transform)
        {
            generator.Synthesis.Input.SetTransform(subject.Tensor([.. transform.Cast<double>()], [3, 3], ScalarType.Float32));
            return Bridge.Planes(subject.Networks.Synthesize(generator, ws, false))[0];
        }
    }

    private static double[,] Both(double[,] a, double[,] b) => Spec.Signals.Plane.Map(a, b, (p, q) => p * q);

    private static EquivarianceFigure Figure(Psnr psnr) => new(psnr.Decibels, psnr.VarianceDecibels);
}
