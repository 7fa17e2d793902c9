using FsCheck.Xunit;
using Sg3x.Data;

namespace Sg3x.Tests.Data;

public class ImageCacheTests
{
    /// <summary>The first images that fit are kept, with their bytes; the others are not.</summary>
    [Property(MaxTest = 50)]
    public void It_keeps_as_many_as_fit(ushort countDrawn, ushort bytesDrawn, uint limitDrawn)
    {
        int count = 1 + countDrawn % 50, bytes = 1 + bytesDrawn % 300;
        long limit = limitDrawn % 20_000;
        var cache = new ImageCache(count, bytes, limit);
        for (int pass = 0; pass < 2; pass++)
            Parallel.For(0, count, i => cache.Put(i, Image(i, bytes)));
        byte[] read = new byte[bytes];
        for (int i = 0; i < count; i++)
        {
            bool kept = cache.TryGet(i, read);
            Assert.Equal(i < limit / bytes, kept);
            if (kept)
                Assert.Equal(Image(i, bytes), read);
        }
    }

    [Fact]
    public void What_was_not_put_is_not_there()
    {
        var cache = new ImageCache(3, 4, 100);
        cache.Put(1, [1, 2, 3, 4]);
        byte[] read = new byte[4];
        Assert.False(cache.TryGet(0, read));
        Assert.True(cache.TryGet(1, read));
        Assert.False(cache.TryGet(2, read));
    }

    /// <summary>Its memory is there after the first image, so that a run that has begun does not grow.</summary>
    [Fact]
    public void It_takes_all_its_memory_with_the_first_image()
    {
        const int Bytes = 1 << 16, Count = 3000;
        var cache = new ImageCache(Count, Bytes, long.MaxValue);
        byte[] image = new byte[Bytes];
        cache.Put(Count - 1, image);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < Count; i++)
            cache.Put(i, image);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
    }

    private static byte[] Image(int index, int bytes) => [.. Enumerable.Range(0, bytes).Select(j => (byte)(index * 7 + j))];
}
