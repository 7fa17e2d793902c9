namespace Sg3x.Data;

/// <summary>
/// Keeps images of one size in memory, first come, until a limit is reached; nothing is dropped again. Training reads every image
/// as often as every other, so that no choice of what to keep is better. Safe from several threads at once.
/// </summary>
internal sealed class ImageCache(int count, int imageBytes, long limit)
{
    private readonly byte[]?[] images = new byte[count][];
    private long left = limit / imageBytes;

    public bool TryGet(int index, Span<byte> to)
    {
        var image = Volatile.Read(ref images[index]);
        image?.CopyTo(to);
        return image is not null;
    }

    public void Put(int index, ReadOnlySpan<byte> image)
    {
        if (Interlocked.Read(ref left) > 0 && Interlocked.Decrement(ref left) >= 0
            && Interlocked.CompareExchange(ref images[index], image.ToArray(), null) is not null)
        {
            Interlocked.Increment(ref left);
        }
    }
}
