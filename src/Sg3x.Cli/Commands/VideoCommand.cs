using System.CommandLine;
using Sg3x.Checkpoints;
using Sg3x.Cli.Output;
using Sg3x.Data;
using Sg3x.Video;
using TorchSharp;
using Generator = Sg3x.Networks.Generator;

namespace Sg3x.Cli.Commands;

/// <summary><c>sg3x video</c>: pictures in motion.</summary>
internal static class VideoCommand
{
    private const int MostFrames = 100_000;

    private static readonly Argument<string> Network = CommonOptions.Network();

    private static readonly Option<bool> Best = CommonOptions.Best();

    private static readonly Option<string?> Out = new("--out")
    {
        Description = "The file: .mp4, which ffmpeg writes, or .png, animated (video.mp4 where ffmpeg is there, otherwise"
            + " video.png)",
        HelpName = "FILE",
    };

    private static readonly Option<string> Seeds = new("--seeds")
    {
        Description = "The images that a walk through the latents goes by; one stays",
        HelpName = "LIST",
        DefaultValueFactory = _ => "0-3",
    };

    private static readonly Option<int?> Class = ClassOption.Create("needed for one");

    private static readonly Option<string> Space = new("--space")
    {
        Description = "Where it goes: z (great circles) or w (straight lines)",
        HelpName = "z|w",
        DefaultValueFactory = _ => "z",
    };

    private static readonly Option<string> Easing = new("--easing")
    {
        Description = "How it goes: smooth, at rest at every image, or linear, at one speed",
        HelpName = "smooth|linear",
        DefaultValueFactory = _ => "smooth",
    };

    private static readonly Option<bool> NoLoop = new("--no-loop")
    {
        Description = "End at the last image instead of going back to the first",
    };

    private static readonly Option<string> Sweep = new("--sweep")
    {
        Description = "Move the generator's input: translate (from side to side) or rotate (one turn). Texture that does not"
            + " move along sticks",
        HelpName = "none|translate|rotate",
        DefaultValueFactory = _ => "none",
    };

    private static readonly Option<double> Reach = new("--reach")
    {
        Description = "How far a translation goes to each side, as a share of the image",
        HelpName = "SHARE",
        DefaultValueFactory = _ => 0.25,
    };

    private static readonly Option<double> Seconds = new("--seconds")
    {
        Description = "Length; without it two seconds from image to image, or four of a single one",
        HelpName = "N",
    };

    private static readonly Option<int> Fps = new("--fps")
    {
        Description = "Frames a second",
        HelpName = "N",
        DefaultValueFactory = _ => 30,
    };

    private static readonly Option<double> Truncation = CommonOptions.Truncation();

    private static readonly Option<int> Scale = new("--scale")
    {
        Description = "Enlarge for looking at, with the Lanczos kernel",
        HelpName = "N",
        DefaultValueFactory = _ => 1,
    };

    private static readonly Option<string> DeviceOption = CommonOptions.Device();

    private static readonly Option<int> Threads = CommonOptions.Threads();

    /// <summary>The command.</summary>
    public static Command Create()
    {
        var command = new Command("video",
            "Makes a video with a trained generator: a walk through its latents, and a motion of its input that shows whether"
                + " texture"
            + " sticks to the screen.")
        {
            Network, Best, Out, Seeds, Class, Space, Easing, NoLoop, Sweep, Reach, Seconds, Fps, Truncation, Scale,
            DeviceOption, Threads,
        };
        command.SetAction(Run);
        Examples.For(command,
            ("sg3x video runs/00000-demo --seeds 0-7 --scale 8", "from image to image and back to the first"),
            ("sg3x video runs/00000-demo --seeds 3 --sweep translate --scale 8 --out sweep.png",
                "one image from side to side, as animated PNG"));
        return command;
    }

    private static int Run(ParseResult result)
    {
        string path = result.GetValue(Out) ?? (FfmpegVideo.IsThere() ? "video.mp4" : "video.png");
        bool animated = path.EndsWith(".png", StringComparison.OrdinalIgnoreCase)
            || path.EndsWith(".apng", StringComparison.OrdinalIgnoreCase);
        if (!animated && !path.EndsWith(".mp4", StringComparison.OrdinalIgnoreCase))
            throw UserException.Mismatch("--out", "a name that ends in .mp4 or .png", path);
        if (!animated && !FfmpegVideo.IsThere())
            throw UserException.Mismatch(path, "the program ffmpeg on the PATH for MP4 (or a name that ends in .png)", "none");
        if (Directory.Exists(path))
            throw UserException.Mismatch("--out", "the name of a file", $"the folder {path}");

        int fps = CommonOptions.InRange("--fps", result.GetValue(Fps), 1, 1000);
        VideoOptions options = Options(result, fps);
        string network = NetworkSource.Find(result.GetRequiredValue(Network), result.GetValue(Best));
        torch.Device device = new ComputeOptions(result.GetRequiredValue(DeviceOption), result.GetValue(Threads)).Apply();
        using Generator generator = NetworkFile.LoadGenerator(network, device);
        options = options with
        {
            Walk = options.Walk with { Class = ClassOption.Demand(result.GetValue(Class), generator.Config.CDim) },
        };
        using var interruption = new Interruption(() => { });
        try
        {
            CountProgress.Around(Terminal.Error(), "Frames", progress =>
            {
                int done = 0;
                IEnumerable<RgbImage> made = VideoFrames.Make(generator, options with { Stop = interruption.Token });
                IEnumerable<RgbImage> frames = made.Select(frame =>
                {
                    progress.Report((++done, options.Frames));
                    return frame;
                });
                if (animated)
                    AtomicFile.Write(path, stream => AnimatedPng.Write(stream, frames, options.Frames, fps));
                else
                    FfmpegVideo.Write(path, frames, fps, interruption.Token);
                return done;
            });
            Terminal.Out().Line(path);
            return ExitCode.Done;
        }
        catch (OperationCanceledException) when (interruption.Token.IsCancellationRequested)
        {
            return ExitCode.Interrupted;
        }
    }

    private static VideoOptions Options(ParseResult result, int fps)
    {
        var walk = new LatentWalk(
            SeedList.Parse(result.GetRequiredValue(Seeds)),
            result.GetRequiredValue(Space) switch
            {
                "z" => WalkSpace.Z,
                "w" => WalkSpace.W,
                string other => throw UserException.Mismatch("--space", "z or w", $"\"{other}\""),
            },
            result.GetRequiredValue(Easing) switch
            {
                "smooth" => WalkEasing.Smooth,
                "linear" => WalkEasing.Linear,
                string other => throw UserException.Mismatch("--easing", "smooth or linear", $"\"{other}\""),
            },
            !result.GetValue(NoLoop));
        double seconds = result.GetResult(Seconds) is null ? (walk.Legs == 0 ? 4 : 2.0 * walk.Legs) : result.GetValue(Seconds);
        double frames = Math.Round(CommonOptions.InRange("--seconds", seconds, 0.001, 1e6) * fps);
        return new VideoOptions
        {
            Walk = walk,
            Truncation = CommonOptions.InRange("--trunc", result.GetValue(Truncation), -100, 100),
            Sweep = result.GetRequiredValue(Sweep) switch
            {
                "none" => InputSweep.None,
                "translate" => InputSweep.Translation,
                "rotate" => InputSweep.Rotation,
                string other => throw UserException.Mismatch("--sweep", "none, translate or rotate", $"\"{other}\""),
            },
            Reach = CommonOptions.InRange("--reach", result.GetValue(Reach), 0, 10),
            Frames = (int)CommonOptions.InRange("--seconds: the number of frames", Math.Max(frames, 1), 1, MostFrames),
            Scale = CommonOptions.InRange("--scale", result.GetValue(Scale), 1, 32),
        };
    }
}
