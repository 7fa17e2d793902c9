namespace Sg3x.Tests.Data.Preparation;

/// <summary>A zip file of 1000 images, 30 of them damaged in six ways.</summary>
internal static class DamagedThousand
{
    public const int Images = 1000;

    public const int Size = 8;

    private static readonly (string Way, string Reason)[] Ways =
    [
        ("truncated", "truncated"),
        ("other", "it begins with the text"),
        ("empty", "the file is empty"),
        ("huge", "the header says 90000x90000 pixels"),
        ("sum", "is damaged: its sum is"),
        ("../escape", "its name leads out of the file's own folder"),
    ];

    /// <summary>The bad entries with a part of the reason that must be given, in ordinal order.</summary>
    public static IReadOnlyList<(string Entry, string Reason)> Bad { get; } =
    [
        .. Enumerable.Range(0, 30).Select(i => (Name(i), Ways[i % Ways.Length].Reason)).OrderBy(bad => bad.Item1, StringComparer.Ordinal),
    ];

    public static string Write(TemporaryFolder folder, string name) => folder.Zip(name,
    [
        .. Enumerable.Range(0, 30).Select(i => (Name(i), Content(i))),
        .. Enumerable.Range(30, Images - 30).Select(i => ($"{i % 7}/good{i:D4}.png", PngFiles.Rgb(Size, Size))),
    ]);

    private static string Name(int i) => $"{Ways[i % Ways.Length].Way}{i:D2}.png";

    private static byte[] Content(int i)
    {
        var good = PngFiles.Rgb(Size + i, Size);
        switch (i % Ways.Length)
        {
            case 0:
                return good[..^(15 + i)];
            case 1:
                return "<html>no such image</html>"u8.ToArray();
            case 2:
                return [];
            case 3:
                return PngFiles.Join(PngFiles.Chunk("IHDR", PngFiles.Header(90000, 90000, 8, 2, false)), PngFiles.Chunk("IEND", []));
            case 4:
                good[^20] ^= 1;
                return good;
            default:
                return good;
        }
    }
}
