namespace Sg3x.Data;

/// <summary>
/// Checks a JPEG file from its first marker to its last: tables, frame, every scan's data (see <see cref="JpegScan"/>), the end.
/// What follows the end marker is let pass: cameras keep previews and films there, and no decoder reads it.
/// </summary>
internal sealed class JpegReader
{
    // Each scan costs a pass over the image and may take no more than a few bytes: real files have about ten.
    private const int MaxScans = 256;

    private readonly JpegHuffman?[] constant = new JpegHuffman?[4], other = new JpegHuffman?[4];
    private readonly bool[] quantisation = new bool[4];
    private readonly ImageLimits limits;
    private JpegFrame? frame;
    private int restartInterval, scans;

    private JpegReader(ImageLimits limits) => this.limits = limits;

    public static bool HasSignature(ReadOnlySpan<byte> file) => file.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF]);

    /// <summary>Checks the whole file and returns its dimensions in pixels and how many components it has.</summary>
    /// <exception cref="InvalidImageException">
    /// The file is not a whole and sound JPEG of a supported kind within the limits.
    /// </exception>
    public static (int Width, int Height, int Components) Check(ReadOnlySpan<byte> file, ImageLimits limits)
    {
        var frame = new JpegReader(limits).Walk(file);
        return (frame.Width, frame.Height, frame.Components.Length);
    }

    private JpegFrame Walk(ReadOnlySpan<byte> file)
    {
        var at = 2;
        while (true)
        {
            var marker = NextMarker(file, ref at);
            if (marker == 0xD9)
            {
                return Finished();
            }

            if (marker is 0x01 or (>= 0xD0 and <= 0xD8))
            {
                throw new InvalidImageException($"the JPEG file is damaged: marker {marker:X2} at byte {at - 2} is out of place");
            }

            var body = Segment(file, ref at, marker);
            switch (marker)
            {
                case 0xC4:
                    ReadHuffmanTables(body);
                    break;
                case 0xDB:
                    ReadQuantisationTables(body);
                    break;
                case 0xDD:
                    restartInterval = body.Length == 2 ? (body[0] << 8) | body[1] : throw Damaged("a restart interval (DRI)", body.Length);
                    break;
                case 0xDA:
                    at = ReadScan(file, body, at);
                    break;
                case 0xCC:
                    throw new InvalidImageException(
                        "the JPEG is arithmetic-coded (DAC), which is not supported; expected a Huffman-coded one");
                case 0xDC or 0xDE or 0xDF:
                    throw new InvalidImageException(
                        $"the JPEG uses marker {marker:X2} (a late height or a hierarchy), which is not supported");
                case 0xC8:
                    throw new InvalidImageException("the JPEG is of an extended kind (JPG), which is not supported");
                case >= 0xC0 and <= 0xCF:
                    frame = frame is null
                        ? JpegFrame.Parse(marker - 0xC0, body, limits)
                        : throw new InvalidImageException("the JPEG file has two frame headers; expected one");
                    break;
                default:
                    break;
            }
        }
    }

    private static int NextMarker(ReadOnlySpan<byte> file, ref int at)
    {
        var start = at;
        while (at < file.Length && file[at] == 0xFF)
        {
            at++;
        }

        if (at >= file.Length)
        {
            throw new InvalidImageException(
                $"the JPEG file is truncated: it ends at byte {file.Length} without the end marker EOI");
        }

        if (at == start || file[at] == 0)
        {
            throw new InvalidImageException($"the JPEG file is damaged: byte {start} should begin a marker");
        }

        return file[at++];
    }

    private static ReadOnlySpan<byte> Segment(ReadOnlySpan<byte> file, ref int at, int marker)
    {
        var length = at + 2 <= file.Length ? (file[at] << 8) | file[at + 1] : 2;
        if (length < 2 || at + length > file.Length)
        {
            throw new InvalidImageException(
                $"the JPEG file is truncated or damaged: segment {marker:X2} at byte {at - 2} says {length} bytes, {file.Length - at} are left");
        }

        var body = file.Slice(at + 2, length - 2);
        at += length;
        return body;
    }

    private void ReadHuffmanTables(ReadOnlySpan<byte> body)
    {
        while (!body.IsEmpty)
        {
            if (body.Length < 17)
            {
                throw Damaged("a Huffman table (DHT)", body.Length);
            }

            var counts = body.Slice(1, 16);
            var total = 0;
            foreach (var count in counts)
            {
                total += count;
            }

            if (total > 256 || body.Length < 17 + total || (body[0] & 0xEF) > 3)
            {
                throw Damaged("a Huffman table (DHT)", body.Length);
            }

            (body[0] < 16 ? constant : other)[body[0] & 15] = new JpegHuffman(counts, body.Slice(17, total));
            body = body[(17 + total)..];
        }
    }

    private void ReadQuantisationTables(ReadOnlySpan<byte> body)
    {
        while (!body.IsEmpty)
        {
            var length = 1 + (body[0] < 16 ? 64 : 128);
            if (body.Length < length || (body[0] & 0xEF) > 3)
            {
                throw Damaged("a quantisation table (DQT)", body.Length);
            }

            quantisation[body[0] & 15] = true;
            body = body[length..];
        }
    }

    private int ReadScan(ReadOnlySpan<byte> file, ReadOnlySpan<byte> body, int at)
    {
        if (frame is null)
        {
            throw new InvalidImageException("the JPEG file has a scan before its frame header");
        }

        if (++scans > MaxScans)
        {
            throw new InvalidImageException($"the JPEG file has more than {MaxScans} scans");
        }

        var count = body.IsEmpty ? 0 : body[0];
        if (count < 1 || count > frame.Components.Length || body.Length != 4 + (2 * count))
        {
            throw Damaged("a scan header (SOS)", body.Length);
        }

        var components = new JpegComponent[count];
        JpegHuffman?[] constants = new JpegHuffman?[count], others = new JpegHuffman?[count];
        for (var i = 0; i < count; i++)
        {
            int id = body[1 + (2 * i)], tables = body[2 + (2 * i)];
            components[i] = Array.Find(frame.Components, c => c.Id == id) ?? throw Damaged("a scan header (SOS)", body.Length);
            if ((tables & 15) > 3 || tables >> 4 > 3 || Array.IndexOf(components, components[i]) != i)
            {
                throw Damaged("a scan header (SOS)", body.Length);
            }

            (constants[i], others[i]) = (constant[tables >> 4], other[tables & 15]);
        }

        int first = body[^3], last = body[^2], high = body[^1] >> 4, low = body[^1] & 15;
        CheckBand(components, constants, others, (first, last, high, low));
        var scan = new JpegScan(frame, restartInterval)
        {
            Components = components,
            Constant = constants,
            Other = others,
            First = first,
            Last = last,
            High = high,
        };
        at = scan.Walk(file, at);
        return at + 1 < file.Length && file[at + 1] is >= 0xD0 and <= 0xD7
            ? throw new InvalidImageException(
                "the JPEG scan holds more data than the pixels that the header says need: a restart marker follows them")
            : at;
    }

    private void CheckBand(
        JpegComponent[] components, JpegHuffman?[] constants, JpegHuffman?[] others, (int First, int Last, int High, int Low) band)
    {
        var sound = frame!.Progressive
            ? band.Last is >= 0 and <= 63 && band.Low <= 13 && (band.High == 0 || band.High == band.Low + 1)
                && (band.First == 0 ? band.Last == 0 : band.First <= band.Last && components.Length == 1 && components[0].Started)
            : band is { First: 0, Last: 63, High: 0, Low: 0 };
        if (!sound || (components.Length > 1 && components.Sum(c => c.Horizontal * c.Vertical) > 10))
        {
            throw new InvalidImageException(
                $"a JPEG scan header is damaged: coefficients {band.First} to {band.Last}, bits {band.High} to {band.Low}");
        }

        var needsConstant = band.First == 0 && band.High == 0;
        var needsOther = !frame.Progressive || band.First > 0;
        for (var i = 0; i < components.Length; i++)
        {
            if ((needsConstant && constants[i] is null) || (needsOther && others[i] is null))
            {
                throw new InvalidImageException("a JPEG scan uses a Huffman table that the file does not define");
            }

            if (!frame.Progressive && components[i].Started)
            {
                throw new InvalidImageException("the JPEG file has two scans of the same component; expected one");
            }

            components[i].Started |= band.First == 0;
            components[i].BitsToCome.AsSpan(band.First, band.Last - band.First + 1).Fill((byte)band.Low);
        }
    }

    private JpegFrame Finished()
    {
        if (frame is null || !Array.TrueForAll(frame.Components, c => c.Started))
        {
            throw new InvalidImageException("the JPEG file ends without data for every component of its image");
        }

        if (Array.Exists(frame.Components, c => c.BitsToCome.AsSpan().ContainsAnyExcept((byte)0)))
        {
            throw new InvalidImageException("the progressive JPEG file ends before the scans that refine its image");
        }

        return Array.Exists(quantisation, defined => defined)
            ? frame
            : throw new InvalidImageException("the JPEG file has no quantisation table");
    }

    private static InvalidImageException Damaged(string what, int length) =>
        new($"the JPEG file is damaged: {what} of {length} bytes does not fit its contents");
}
