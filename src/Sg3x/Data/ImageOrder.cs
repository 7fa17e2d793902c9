namespace Sg3x.Data;

/// <summary>
/// The order of training images: an endless stream in which every run of <c>count</c> positions that begins at a multiple of it,
/// an epoch, has every image once, in an order of its own. A function of the position alone. Safe from several threads at once.
/// </summary>
/// <param name="count">Images in the data set.</param>
/// <param name="seed">Seed of orders and flips.</param>
/// <param name="mirror">Whether half of the images are mirrored.</param>
public sealed class ImageOrder(int count, long seed, bool mirror)
{
    private const ulong OrderPurpose = 0x6F72646572, MirrorPurpose = 0x6D6972726F72;

    // Threads stand in the same or in neighbouring epochs.
    private readonly (long Epoch, int[] Order)?[] epochs = new (long, int[])?[2];
    private readonly Lock gate = new();

    /// <summary>What stands at a position.</summary>
    /// <param name="position">0 and up, counted in images.</param>
    /// <returns>The image's index, and whether it is mirrored.</returns>
    public (int Index, bool Mirrored) At(long position)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(position);
        var (epoch, place) = Math.DivRem(position, count);
        var mirrored = mirror && (HashRandom.Hash((ulong)seed, MirrorPurpose, (ulong)position) >> 63) != 0;
        return (Epoch(epoch)[place], mirrored);
    }

    private int[] Epoch(long epoch)
    {
        lock (gate)
        {
            ref var kept = ref epochs[epoch % epochs.Length];
            if (kept is not { } found || found.Epoch != epoch)
            {
                kept = found = (epoch, Shuffled(epoch));
            }

            return found.Order;
        }
    }

    private int[] Shuffled(long epoch)
    {
        var order = new int[count];
        var random = new HashRandom((ulong)seed, OrderPurpose, (ulong)epoch);
        for (var i = 0; i < count; i++)
        {
            // Fisher and Yates, inside out.
            var j = random.NextInt(i + 1);
            order[i] = order[j];
            order[j] = i;
        }

        return order;
    }
}
