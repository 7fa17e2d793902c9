using System.Runtime.ExceptionServices;
using TorchSharp;

namespace Sg3x.Data;

/// <summary>
/// An endless stream of batches, read ahead on background threads. Which image stands at a position of the stream, and whether it
/// is mirrored, is a function of (data set size, seed, position) alone (see <see cref="ImageOrder"/>): a run that goes on from a
/// saved position sees what it would have seen. The number of threads makes no difference.
/// </summary>
public sealed class ImageBatches : IDisposable
{
    private readonly IImageDataset dataset;
    private readonly ImageOrder order;
    private readonly int batch, imageBytes;
    private readonly long firstImage;
    private readonly Slot[] slots;
    private readonly Thread[] threads;
    private readonly object gate = new();
    private long nextToRead, nextToGive;
    private bool stopped;

    /// <summary>Begins to read ahead.</summary>
    /// <param name="dataset">The images; not disposed with this.</param>
    /// <param name="batch">Images in a batch, N.</param>
    /// <param name="mirror">Mirror every image left to right with probability 1/2.</param>
    /// <param name="seed">Seed of the order and of the flips.</param>
    /// <param name="startImage">Position in the stream of the first image, counted in images.</param>
    /// <param name="ahead">Batches to hold ready at most; with the batch size this bounds the memory.</param>
    /// <param name="workers">Threads; 0 for a number that suits the machine.</param>
    /// <exception cref="UserException">A batch is too large to be held in one piece.</exception>
    public ImageBatches(IImageDataset dataset, int batch, bool mirror, long seed, long startImage, int ahead = 4, int workers = 0)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        ArgumentOutOfRangeException.ThrowIfLessThan(batch, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(startImage);
        ArgumentOutOfRangeException.ThrowIfLessThan(ahead, 1);
        (this.dataset, this.batch, firstImage) = (dataset, batch, startImage);
        order = new ImageOrder(dataset.Count, seed, mirror);
        imageBytes = 3 * dataset.Resolution * dataset.Resolution;
        if ((long)batch * imageBytes > Array.MaxLength)
        {
            throw new UserException(
                $"A batch of {batch} images of {dataset.Resolution}x{dataset.Resolution} pixels has {(long)batch * imageBytes} bytes; "
                + $"expected at most {Array.MaxLength}.");
        }

        slots = [.. Enumerable.Range(0, ahead).Select(_ => new Slot(new byte[batch * imageBytes]))];
        threads = new Thread[Math.Min(ahead, workers > 0 ? workers : Math.Clamp(Environment.ProcessorCount - 1, 1, 8))];
        for (var i = 0; i < threads.Length; i++)
        {
            threads[i] = new Thread(Work) { IsBackground = true, Name = $"images {i}", Priority = ThreadPriority.BelowNormal };
            threads[i].Start();
        }
    }

    /// <summary>
    /// Position of the next image that <see cref="Next"/> gives, counted in images from the beginning of the stream.
    /// </summary>
    public long Position => firstImage + (Interlocked.Read(ref nextToGive) * batch);

    /// <summary>The classes of all images; null where they have none.</summary>
    public ImageLabels? Labels => dataset.Labels;

    /// <summary>
    /// The classes of the images that <see cref="Next"/> gave last, N of them, mirrored or not; null before the first, and
    /// where images have none.
    /// </summary>
    public int[]? Classes => dataset.Labels is not { } labels || Interlocked.Read(ref nextToGive) == 0 ? null
        : [.. Enumerable.Range(0, batch).Select(i => labels.OfImages[order.At(Position - batch + i).Index])];

    /// <summary>Waits for the next batch.</summary>
    /// <returns>uint8 [N, 3, R, R] on the CPU, the caller's to dispose.</returns>
    /// <exception cref="UserException">
    /// An image could not be read. The stream stays there: the same error comes again.
    /// </exception>
    /// <exception cref="ObjectDisposedException">Disposed before or during the call.</exception>
    public torch.Tensor Next()
    {
        var slot = slots[nextToGive % slots.Length];
        lock (gate)
        {
            while (!stopped && slot.Ready != nextToGive)
            {
                Monitor.Wait(gate);
            }

            ObjectDisposedException.ThrowIf(stopped, this);
        }

        slot.Error?.Throw();
        var result = torch.empty(batch, 3, dataset.Resolution, dataset.Resolution, dtype: torch.uint8);
        slot.Images.CopyTo(result.bytes);
        lock (gate)
        {
            nextToGive++;
            Monitor.PulseAll(gate);
        }

        return result;
    }

    /// <summary>Stops the threads and waits for them.</summary>
    public void Dispose()
    {
        lock (gate)
        {
            stopped = true;
            Monitor.PulseAll(gate);
        }

        foreach (var thread in threads)
        {
            thread.Join();
        }
    }

    private void Work()
    {
        while (true)
        {
            long number;
            lock (gate)
            {
                // A slot is free again once the batch that was in it is given.
                while (!stopped && nextToRead >= nextToGive + slots.Length)
                {
                    Monitor.Wait(gate);
                }

                if (stopped)
                {
                    return;
                }

                number = nextToRead++;
            }

            var slot = slots[number % slots.Length];
            slot.Error = Read(number, slot.Images);
            lock (gate)
            {
                slot.Ready = number;
                Monitor.PulseAll(gate);
            }
        }
    }

    private ExceptionDispatchInfo? Read(long number, byte[] to)
    {
        try
        {
            for (var i = 0; i < batch && !Volatile.Read(ref stopped); i++)
            {
                var (index, mirrored) = order.At(firstImage + (number * batch) + i);
                var image = to.AsSpan(i * imageBytes, imageBytes);
                dataset.Read(index, image);
                if (mirrored)
                {
                    Mirror(image, dataset.Resolution);
                }
            }

            return null;
        }
        catch (Exception e)
        {
            // Whatever it is, it belongs to whoever asks for this batch: on this thread it would end the process.
            return ExceptionDispatchInfo.Capture(e);
        }
    }

    private static void Mirror(Span<byte> image, int width)
    {
        for (; !image.IsEmpty; image = image[width..])
        {
            image[..width].Reverse();
        }
    }

    private sealed class Slot(byte[] images)
    {
        public byte[] Images { get; } = images;

        public ExceptionDispatchInfo? Error { get; set; }

        /// <summary>Number of the batch that is in it.</summary>
        public long Ready { get; set; } = -1;
    }
}
