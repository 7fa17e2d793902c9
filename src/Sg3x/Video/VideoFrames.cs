using Sg3x.Data;
using TorchSharp;
using static TorchSharp.torch;

namespace Sg3x.Video;

/// <summary>A motion of the generator's input, which its image should follow as a whole.</summary>
public enum InputSweep
{
    /// <summary>The input stays as it is.</summary>
    None,

    /// <summary>To one side, back, to the other side, back: a sine.</summary>
    Translation,

    /// <summary>One turn about the centre.</summary>
    Rotation,
}

/// <summary>What a video shows.</summary>
public sealed record VideoOptions
{
    /// <summary>The walk; of one key the latent stays.</summary>
    public required LatentWalk Walk { get; init; }

    /// <summary>Truncation ψ.</summary>
    public double Truncation { get; init; } = 1;

    /// <summary>The motion of the input, once from the first frame to the last.</summary>
    public InputSweep Sweep { get; init; }

    /// <summary>How far a translation goes to each side, as a share of the image.</summary>
    public double Reach { get; init; } = 0.25;

    /// <summary>Number of frames.</summary>
    public required int Frames { get; init; }

    /// <summary>Times wider and higher than the generator's images.</summary>
    public int Scale { get; init; } = 1;

    /// <summary>Asks for a stop between frames.</summary>
    public CancellationToken Stop { get; init; }
}

/// <summary>Makes the frames of a video, one after the other.</summary>
public static class VideoFrames
{
    /// <summary>
    /// The frames. Frame i of n of a walk that goes back to its first key, or of a sweep, stands at i/n of the way, so that the first
    /// one follows the last; of any other walk at i/(n − 1), so that it ends at its last key.
    /// </summary>
    /// <param name="generator">A generator in evaluation mode; its user transform is as before afterwards.</param>
    /// <param name="options">What to show.</param>
    /// <returns>Frames of 8-bit planes.</returns>
    /// <exception cref="UserException">An image holds values that are not finite: the network is damaged.</exception>
    /// <exception cref="OperationCanceledException">It was asked to stop.</exception>
    public static IEnumerable<RgbImage> Make(Networks.Generator generator, VideoOptions options)
    {
        ArgumentNullException.ThrowIfNull(generator);
        ArgumentNullException.ThrowIfNull(options);
        Tensor transform = generator.named_buffers().First(b => b.name == "synthesis.input.transform").buffer;
        using Tensor before = transform.clone().DetachFromDisposeScope();
        try
        {
            for (int frame = 0; frame < options.Frames; frame++)
            {
                options.Stop.ThrowIfCancellationRequested();
                yield return Frame(generator, options, frame);
            }
        }
        finally
        {
            using IDisposable quiet = no_grad();
            transform.copy_(before);
        }
    }

    /// <summary>The user transform of a sweep: the inverse of the image's motion.</summary>
    /// <param name="sweep">The motion.</param>
    /// <param name="reach">How far a translation goes, as a share of the image.</param>
    /// <param name="phase">0 at the beginning of the motion to 1 at its end.</param>
    /// <returns>Rows of the homogeneous 3×3 matrix.</returns>
    public static float[] Transform(InputSweep sweep, double reach, double phase)
    {
        double angle = sweep == InputSweep.Rotation ? 2 * Math.PI * phase : 0;
        double shift = sweep == InputSweep.Translation ? reach * Math.Sin(2 * Math.PI * phase) : 0;
        (float c, float s) = ((float)Math.Cos(angle), (float)Math.Sin(angle));
        return [c, -s, (float)-shift, s, c, 0, 0, 0, 1];
    }

    private static RgbImage Frame(Networks.Generator generator, VideoOptions options, int frame)
    {
        using IDisposable quiet = no_grad();
        using DisposeScope scope = NewDisposeScope();
        double cycle = frame / (double)options.Frames, line = frame / (double)Math.Max(1, options.Frames - 1);
        Tensor ws = options.Walk.At(generator, options.Truncation, options.Walk.Legs * (options.Walk.Loop ? cycle : line));
        if (options.Sweep != InputSweep.None)
        {
            float[] matrix = Transform(options.Sweep, options.Reach, cycle);
            generator.Synthesis.Input.SetTransform(tensor(matrix).reshape(3, 3).to(ws.device));
        }

        Tensor image = generator.Synthesize(ws).to(ScalarType.Float32).cpu();
        if (!float.IsFinite(image.abs().sum().item<float>()))
        {
            throw UserException.Mismatch($"frame {frame}", "an image of finite values", "others: the network's weights are damaged");
        }

        Tensor large = DisplayScaling.Enlarge(image, options.Scale);
        return new RgbImage((int)large.shape[3], (int)large.shape[2], large.contiguous().bytes.ToArray());
    }
}
