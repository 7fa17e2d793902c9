using Sg3x.Data;
using Sg3x.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Sg3x.Metrics;

/// <summary>What is measured, and on how much.</summary>
public sealed record EquivarianceOptions
{
    /// <summary>Images of each kind; the papers take 50 000.</summary>
    public int Samples { get; init; } = 1000;

    /// <summary>Images at once; they share a transform.</summary>
    public int Batch { get; init; } = 4;

    /// <summary>Seed of latents and transforms.</summary>
    public int Seed { get; init; }

    /// <summary>Largest translation along an axis, as a share of the image.</summary>
    public double Translation { get; init; } = 0.125;

    /// <summary>Largest rotation in radians.</summary>
    public double Rotation { get; init; } = Math.PI;

    /// <summary>Whether to measure rotations: config T is not made for them.</summary>
    public bool Rotations { get; init; } = true;

    /// <summary>What labels are drawn from; null of a generator without classes.</summary>
    public ImageLabels? Labels { get; init; }

    /// <summary>Told after every batch how many images are done, of how many.</summary>
    public IProgress<(int Done, int Of)>? Progress { get; init; }
}

/// <summary>Equivariance of a generator.</summary>
/// <param name="Translation">EQ-T: translations rounded to pixels.</param>
/// <param name="Fractional">EQ-T_frac: translations that are not.</param>
/// <param name="Rotation">EQ-R; null where it was not asked for.</param>
public sealed record EquivarianceResult(EquivarianceError Translation, EquivarianceError Fractional, EquivarianceError? Rotation);

/// <summary>
/// How well a generator's image follows its input (AFG section 3, equation 3; appendix E): EQ-T, EQ-T_frac and EQ-R in dB, each
/// with the
/// image's own variance over the same error.
/// </summary>
public static class Equivariance
{
    /// <summary>Measures a generator with its weights and averages as they are. Its user transform is as before
    /// afterwards.</summary>
    /// <param name="generator">The generator.</param>
    /// <param name="options">What to measure.</param>
    /// <param name="cancellation">Stops between batches.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number of the options is below 1.</exception>
    /// <exception cref="OperationCanceledException">It was asked to stop.</exception>
    public static EquivarianceResult Measure(
        Networks.Generator generator, EquivarianceOptions options, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(generator);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Samples, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Batch, 1);
        using IDisposable quiet = no_grad();
        using DisposeScope outer = NewDisposeScope();
        Tensor transform = generator.named_buffers().First(b => b.name == "synthesis.input.transform").buffer;
        Tensor before = transform.clone();
        using var latents = new torch.Generator((ulong)options.Seed);
        var random = new Random(options.Seed);
        EquivarianceError whole = new(), fractional = new(), turned = new();
        try
        {
            for (int done = 0; done < options.Samples; done += options.Batch)
            {
                cancellation.ThrowIfCancellationRequested();
                using DisposeScope scope = NewDisposeScope();
                int batch = Math.Min(options.Batch, options.Samples - done);
                Tensor z = randn([batch, generator.Config.ZDim], ScalarType.Float32, generator: latents).to(transform.device);
                long seed = CounterRandom.Seed(options.Seed, RandomPurpose.NumberedLabels, done);
                Tensor? c = options.Labels is { } labels
                    ? ImageLabels.OneHot(labels.Draw(seed, batch), labels.Classes, z.device) : null;
                AddBatch(generator, generator.Map(z, c), options, random, whole, fractional, options.Rotations ? turned : null);
                options.Progress?.Report((done + batch, options.Samples));
            }
        }
        finally
        {
            transform.copy_(before);
        }
        return new EquivarianceResult(whole, fractional, options.Rotations ? turned : null);
    }

    private static void AddBatch(
        Networks.Generator generator, Tensor ws, EquivarianceOptions options, Random random,
        EquivarianceError whole, EquivarianceError fractional, EquivarianceError? turned)
    {
        int size = generator.Config.Resolution;
        double Shift() => (2 * random.NextDouble() - 1) * options.Translation * size;
        Tensor still = Produce(generator, ws, 1, 0, 0, 0);

        (int tx, int ty) = ((int)Math.Round(Shift()), (int)Math.Round(Shift()));
        (Tensor images, Tensor mask) = ImageTranslation.ByPixels(still, tx, ty);
        whole.Add(images, Produce(generator, ws, 1, 0, tx / (double)size, ty / (double)size), mask);

        (double fx, double fy) = (Shift(), Shift());
        (images, mask) = ImageTranslation.Fractional(still, fx, fy);
        fractional.Add(images, Produce(generator, ws, 1, 0, fx / size, fy / size), mask);

        if (turned is null)
            return;
        double angle = (2 * random.NextDouble() - 1) * options.Rotation;
        (images, mask) = ImageRotation.Rotate(still, angle);
        Tensor generated = Produce(generator, ws, Math.Cos(angle), Math.Sin(angle), 0, 0);
        (Tensor limited, Tensor inside) = ImageRotation.PseudoRotate(generated, angle);
        turned.Add(images, limited, mask * inside);
    }

    // The user transform is the inverse of the image's motion: rotation [[c, −s], [s, c]] and translation by −t.
    private static Tensor Produce(Networks.Generator generator, Tensor ws, double c, double s, double tx, double ty)
    {
        float[] matrix = [(float)c, (float)-s, (float)-tx, (float)s, (float)c, (float)-ty, 0, 0, 1];
        generator.Synthesis.Input.SetTransform(tensor(matrix).reshape(3, 3).to(ws.device));
        return generator.Synthesize(ws);
    }
}
