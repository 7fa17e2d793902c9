using System.Buffers.Binary;
using System.Text;
using Sg3x.Data;
using Sg3x.Tests.Training;
using Sg3x.Training;
using Sg3x.Video;
using static TorchSharp.torch;

namespace Sg3x.Tests.Video;

public sealed class VideoTests : IDisposable
{
    private readonly Sg3x.Networks.Generator generator = new(TinyRun.Config.Generator, 3);

    public VideoTests() => generator.eval();

    public void Dispose() => generator.Dispose();

    [Theory]
    [InlineData(WalkSpace.Z, WalkEasing.Linear)]
    [InlineData(WalkSpace.Z, WalkEasing.Smooth)]
    [InlineData(WalkSpace.W, WalkEasing.Smooth)]
    public void A_walk_goes_by_its_keys_and_back_to_the_first(WalkSpace space, WalkEasing easing)
    {
        using var scope = NewDisposeScope();
        var walk = new LatentWalk([5, 2, 9], space, easing, Loop: true);
        Assert.Equal(3, walk.Legs);
        foreach ((double place, long seed) in new[] { (0.0, 5L), (1, 2), (2, 9), (3, 5) })
        {
            TensorAssert.Close(generator.Map(SeededImages.Latent(seed, 8), 0.7), walk.At(generator, 0.7, place), 1e-6, $"{place}");
        }

        // Half-way of a leg neither easing is ahead.
        Tensor a = SeededImages.Latent(5, 8), b = SeededImages.Latent(2, 8);
        Tensor middle = space == WalkSpace.Z ? generator.Map(LatentWalk.Slerp(a, b, 0.5)) : (generator.Map(a) + generator.Map(b)) / 2;
        TensorAssert.Close(middle, walk.At(generator, 1, 0.5), 1e-6);
        Assert.Equal(2, (walk with { Loop = false }).Legs);
        Assert.Equal(0, (walk with { Seeds = [1] }).Legs);
    }

    [Fact]
    public void A_great_circle_keeps_the_length_and_the_speed()
    {
        using var scope = NewDisposeScope();
        Tensor a = tensor(new[] { 3.0, 0, 0 }).unsqueeze(0), b = tensor(new[] { 0, 3.0, 0 }).unsqueeze(0);
        foreach (double t in new[] { 0.0, 0.25, 0.6, 1 })
        {
            double[] found = LatentWalk.Slerp(a, b, t).data<double>().ToArray();
            Assert.Equal(3 * Math.Cos(t * Math.PI / 2), found[0], 1e-12);
            Assert.Equal(3 * Math.Sin(t * Math.PI / 2), found[1], 1e-12);
        }

        TensorAssert.Close(a, LatentWalk.Slerp(a, a, 0.3), 1e-12);
    }

    [Fact]
    public void Frames_close_the_circle_and_leave_the_generator_as_it_was()
    {
        var options = new VideoOptions
        {
            Walk = new LatentWalk([4], WalkSpace.Z, WalkEasing.Linear, Loop: true),
            Sweep = InputSweep.Translation,
            Frames = 4,
            Scale = 2,
        };
        RgbImage[] frames = [.. VideoFrames.Make(generator, options)];
        Assert.Equal(4, frames.Length);
        Assert.All(frames, frame => Assert.Equal((32, 32), (frame.Width, frame.Height)));

        // A sine is at rest at its beginning and in its middle, and at its ends between.
        Assert.Equal(frames[0].Planes, frames[2].Planes);
        Assert.NotEqual(frames[0].Planes, frames[1].Planes);
        Assert.NotEqual(frames[1].Planes, frames[3].Planes);
        RgbImage still = Assert.Single(VideoFrames.Make(generator, options with { Sweep = InputSweep.None, Frames = 1 }));
        Assert.Equal(frames[0].Planes, still.Planes);

        // Given up half-way, the generator is as it was too.
        Assert.Equal(frames[1].Planes, VideoFrames.Make(generator, options).Skip(1).First().Planes);
        Assert.Equal(still.Planes, VideoFrames.Make(generator, options with { Sweep = InputSweep.None, Frames = 1 }).First().Planes);
    }

    [Fact]
    public void A_transform_is_the_inverse_of_the_motion()
    {
        Assert.Equal([1, 0, -0.25f, 0, 1, 0, 0, 0, 1], VideoFrames.Transform(InputSweep.Translation, 0.25, 0.25));
        float[] turned = VideoFrames.Transform(InputSweep.Rotation, 0.25, 0.25);
        float[] expected = [0, -1, 0, 1, 0, 0, 0, 0, 1];
        Assert.All(expected.Zip(turned), pair => Assert.Equal(pair.First, pair.Second, 1e-6f));
    }

    [Fact]
    public void An_animated_PNG_holds_every_frame()
    {
        RgbImage[] frames = [.. Enumerable.Range(0, 3).Select(f => new RgbImage(5, 4, [.. Enumerable.Range(0, 60).Select(i => (byte)(i * (f + 1)))]))];
        using var stream = new MemoryStream();
        AnimatedPng.Write(stream, frames, 3, 25);
        byte[] file = stream.ToArray();
        Assert.Equal(frames[0].Planes, ImageDecoding.Decode(file, "x.png").Planes);

        List<(string Type, byte[] Content)> chunks = Chunks(file);
        Assert.Equal(["IHDR", "acTL", "fcTL", "IDAT", "fcTL", "fdAT", "fcTL", "fdAT", "IEND"], chunks.Select(chunk => chunk.Type));
        Assert.Equal([0, 0, 0, 3, 0, 0, 0, 0], chunks[1].Content);
        Assert.Equal([0, 0, 0, 0, 0, 0, 0, 5, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 25, 0, 0], chunks[2].Content);
        int[] sequence = [.. chunks.Where(c => c.Type is "fcTL" or "fdAT").Select(c => BinaryPrimitives.ReadInt32BigEndian(c.Content))];
        Assert.Equal([0, 1, 2, 3, 4], sequence);

        // A later frame as an image of its own.
        byte[] last = PngFilesOf(chunks[0].Content, chunks[7].Content[4..]);
        Assert.Equal(frames[2].Planes, ImageDecoding.Decode(last, "x.png").Planes);
    }

    [Fact]
    public void Frames_that_do_not_fit_are_refused()
    {
        var small = new RgbImage(1, 1, new byte[3]);
        var large = new RgbImage(2, 1, new byte[6]);
        Assert.Throws<ArgumentException>(() => AnimatedPng.Write(Stream.Null, [small, large], 2, 25));
        Assert.Throws<ArgumentException>(() => AnimatedPng.Write(Stream.Null, [small], 2, 25));
        Assert.Throws<ArgumentException>(() => AnimatedPng.Write(Stream.Null, [small, small], 1, 25));
    }

    private static List<(string Type, byte[] Content)> Chunks(byte[] file)
    {
        var chunks = new List<(string, byte[])>();
        for (int at = 8; at < file.Length;)
        {
            int length = BinaryPrimitives.ReadInt32BigEndian(file.AsSpan(at));
            byte[] typed = file[(at + 4)..(at + 8 + length)];
            Assert.Equal(Data.PngFiles.Crc(typed), BinaryPrimitives.ReadUInt32BigEndian(file.AsSpan(at + 8 + length)));
            chunks.Add((Encoding.ASCII.GetString(typed[..4]), typed[4..]));
            at += 12 + length;
        }

        return chunks;
    }

    private static byte[] PngFilesOf(byte[] header, byte[] data) => Data.PngFiles.Join(
        Data.PngFiles.Chunk("IHDR", header), Data.PngFiles.Chunk("IDAT", data), Data.PngFiles.Chunk("IEND", []));
}
