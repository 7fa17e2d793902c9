using FsCheck.Xunit;
using Sg3x.Data;
using TorchSharp;

namespace Sg3x.Tests.Data;

public sealed class ImageBatchesTests
{
    [Property(MaxTest = 100)]
    public void Every_epoch_is_a_permutation_of_its_own(byte count, long seed, ushort epoch)
    {
        var n = (count % 50) + 1;
        var order = new ImageOrder(n, seed, mirror: true);
        int[] Epoch(int e) => [.. Enumerable.Range(0, n).Select(i => order.At(((long)e * n) + i).Index)];
        Assert.Equal(Enumerable.Range(0, n), Epoch(epoch).Order());
        if (n > 20)
        {
            Assert.NotEqual(Epoch(epoch), Epoch(epoch + 1));
            Assert.NotEqual(Epoch(epoch), [.. Enumerable.Range(0, n).Select(i => new ImageOrder(n, seed ^ 1, true).At(((long)epoch * n) + i).Index)]);
        }
    }

    [Fact]
    public void The_order_is_the_same_on_every_machine()
    {
        var order = new ImageOrder(10, seed: 7, mirror: true);
        var text = string.Join(' ', Enumerable.Range(0, 20).Select(i => order.At(i)).Select(item => $"{item.Index}{(item.Mirrored ? "'" : "")}"));
        Assert.Equal("8' 3' 4' 0 1' 9' 2 7' 5' 6 7' 1 2' 0 8' 6 5' 3' 9' 4'", text);
    }

    [Fact]
    public void A_batch_too_large_for_one_piece_is_named()
    {
        using var cats = new CatDataset(5, 128);
        var error = Assert.Throws<UserException>(() => new ImageBatches(cats, batch: 1 << 16, mirror: false, seed: 1, startImage: 0));
        Assert.Contains("65536 images of 128x128 pixels has 3221225472 bytes", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Half_of_the_images_are_mirrored()
    {
        var order = new ImageOrder(10, 3, mirror: true);
        Assert.InRange(Enumerable.Range(0, 10000).Count(i => order.At(i).Mirrored), 4800, 5200);
        Assert.DoesNotContain(Enumerable.Range(0, 1000), i => new ImageOrder(10, 3, mirror: false).At(i).Mirrored);
    }

    [Property(MaxTest = 25)]
    public void Going_on_from_a_position_is_exact(byte count, byte batch, byte steps, byte ahead, byte workers, long seed)
    {
        using var set = new Numbered((count % 9) + 1);
        int n = (batch % 5) + 1, skip = steps % 12;
        var whole = Take(new ImageBatches(set, n, true, seed, 0), skip + 6, out _);
        var rest = Take(new ImageBatches(set, n, true, seed, (long)skip * n, (ahead % 4) + 1, (workers % 3) + 1), 6, out var position);
        Assert.Equal(whole[skip..], rest);
        Assert.Equal((skip + 6L) * n, position);
    }

    [Fact]
    public void Batches_hold_the_images_of_the_order_some_mirrored()
    {
        using var set = new Numbered(5);
        var order = new ImageOrder(5, 11, mirror: true);
        using var batches = new ImageBatches(set, 4, true, 11, 2);
        for (var k = 0; k < 5; k++)
        {
            using var batch = batches.Next();
            Assert.Equal([4, 3, 2, 2], batch.shape);
            Assert.Equal(torch.uint8, batch.dtype);
            var bytes = batch.bytes.ToArray();
            for (var i = 0; i < 4; i++)
            {
                var (index, mirrored) = order.At(2 + (4 * k) + i);
                var expected = new byte[12];
                set.Read(index, expected);
                if (mirrored)
                {
                    expected = [.. expected.Chunk(2).SelectMany(row => row.Reverse())];
                }

                Assert.Equal(expected, bytes[(12 * i)..(12 * (i + 1))]);
            }
        }
    }

    [Fact]
    public void An_error_comes_with_the_batch_it_belongs_to_and_again()
    {
        using var set = new Numbered(4) { BadFrom = 9 };
        using var batches = new ImageBatches(set, 2, false, 1, 0, ahead: 1, workers: 1);
        for (var k = 0; k < 4; k++)
        {
            batches.Next().Dispose();
        }

        Assert.Equal("image is bad", Assert.Throws<UserException>(() => batches.Next()).Message);
        Assert.Equal("image is bad", Assert.Throws<UserException>(() => batches.Next()).Message);
        Assert.Equal(8, batches.Position);
    }

    [Fact]
    public void No_more_is_read_ahead_than_was_asked_for()
    {
        using var set = new Numbered(4);
        using var batches = new ImageBatches(set, 3, false, 1, 0, ahead: 2, workers: 4);
        SpinWait.SpinUntil(() => set.Reads == 6, TimeSpan.FromMinutes(5));
        Thread.Sleep(50);
        Assert.Equal(6, set.Reads);
    }

    [Fact]
    public void Disposing_stops_the_threads_even_when_nobody_takes_a_batch()
    {
        using var set = new Numbered(4);
        var batches = new ImageBatches(set, 2, false, 1, 0);
        batches.Dispose();
        batches.Dispose();
        var reads = set.Reads;
        Thread.Sleep(50);
        Assert.Equal(reads, set.Reads);
        Assert.Throws<ObjectDisposedException>(() => batches.Next());
    }

    private static byte[][] Take(ImageBatches batches, int count, out long position)
    {
        using (batches)
        {
            var taken = new byte[count][];
            for (var k = 0; k < count; k++)
            {
                using var batch = batches.Next();
                taken[k] = batch.bytes.ToArray();
            }

            position = batches.Position;
            return taken;
        }
    }

    /// <summary>2×2 images whose values tell their number.</summary>
    private sealed class Numbered(int count) : IImageDataset
    {
        private int reads;

        public int BadFrom { get; init; } = int.MaxValue;

        public int Reads => Volatile.Read(ref reads);

        public string Name => "numbered";

        public int Count => count;

        public int Resolution => 2;

        public void Read(int index, Span<byte> rgbChw)
        {
            if (Interlocked.Increment(ref reads) >= BadFrom)
            {
                throw new UserException("image is bad");
            }

            for (var i = 0; i < 12; i++)
            {
                rgbChw[i] = (byte)((12 * index) + i);
            }
        }

        public void Dispose()
        {
        }
    }
}
