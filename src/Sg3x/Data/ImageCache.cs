namespace Sg3x.Data;

/// <summary>
/// Keeps the first images of a data set in memory, as many as a limit allows; nothing is dropped again. Training reads every image as
/// often as every other, so that no choice of what to keep is better. All of its memory is taken, and made resident, with the first
/// image: a run that does not fit fails there, and what grows later is a leak. Safe from several threads at once.
/// </summary>
internal sealed class ImageCache
{
    // One array would end at 2 GiB, and a large one each is a piece that the collector never moves.
    private const int MostBlockBytes = 1 << 26;

    private const int Absent = 0, BeingWritten = 1, Whole = 2;

    private readonly Lazy<byte[][]> blocks;
    private readonly int[] states;
    private readonly int imageBytes;
    private readonly int imagesPerBlock;

    /// <summary>An empty cache.</summary>
    /// <param name="count">Images of the data set.</param>
    /// <param name="imageBytes">Bytes of each.</param>
    /// <param name="limit">Most bytes to keep.</param>
    public ImageCache(int count, int imageBytes, long limit)
    {
        this.imageBytes = imageBytes;
        states = new int[(int)Math.Min(count, limit / imageBytes)];
        imagesPerBlock = Math.Max(1, Math.Min(states.Length, MostBlockBytes / imageBytes));
        blocks = new Lazy<byte[][]>(() =>
        [
            .. Enumerable.Range(0, states.Length).Chunk(imagesPerBlock).Select(images =>
            {
                byte[] block = GC.AllocateUninitializedArray<byte>(images.Length * imageBytes);

                // Fresh pages are not resident until they are written.
                block.AsSpan().Fill(1);
                return block;
            }),
        ]);
    }

    /// <summary>Copies an image that is kept.</summary>
    public bool TryGet(int index, Span<byte> to)
    {
        if (index >= states.Length || Volatile.Read(ref states[index]) != Whole)
        {
            return false;
        }

        Slot(index).CopyTo(to);
        return true;
    }

    /// <summary>Keeps an image if it is one of those that are kept.</summary>
    public void Put(int index, ReadOnlySpan<byte> image)
    {
        if (index < states.Length && Interlocked.CompareExchange(ref states[index], BeingWritten, Absent) == Absent)
        {
            image.CopyTo(Slot(index));
            Volatile.Write(ref states[index], Whole);
        }
    }

    private Span<byte> Slot(int index) =>
        blocks.Value[index / imagesPerBlock].AsSpan(index % imagesPerBlock * imageBytes, imageBytes);
}
