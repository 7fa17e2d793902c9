using System.Globalization;

namespace Sg3x.Ops.Cuda;

/// <summary>What stands between the filters, numbered as in <c>filtered_lrelu.cu</c>.</summary>
internal enum KernelStage
{
    Activate,
    ActivateAndRecord,
    Replay,
    ReplayAdjoint,
}

/// <summary>What elements are in memory, numbered as in <c>filtered_lrelu.cu</c>.</summary>
internal enum KernelStorage
{
    Float32,
    BFloat16,
    Float16,
}

/// <summary>What the kernel is compiled for, with the names and the arithmetic of <c>filtered_lrelu.cu</c>.</summary>
/// <param name="Up">Upsampling factor.</param>
/// <param name="Down">Downsampling factor.</param>
/// <param name="UpTaps">Taps of the first filter along an axis.</param>
/// <param name="DownTaps">Taps of the second.</param>
/// <param name="UpRadial">The first filter is a square of taps.</param>
/// <param name="DownRadial">The second is.</param>
/// <param name="Tile">Outputs of a block along an axis.</param>
/// <param name="Stage">Between the filters.</param>
/// <param name="Storage">Of elements.</param>
internal readonly record struct KernelVariant(
    int Up, int Down, int UpTaps, int DownTaps, bool UpRadial, bool DownRadial, int Tile, KernelStage Stage, KernelStorage Storage)
{
    /// <summary>Threads of a block.</summary>
    public const int Threads = 256;

    /// <summary>Samples that one thread makes in a row, and rows whose branches share a byte.</summary>
    public const int Strip = 4;

    private int Mid => (((Tile - 1) * Down) + DownTaps + Up - 1 + Strip - 1) / Strip * Strip;

    private int In => (Mid / Up) + ((UpTaps + Up - 1) / Up);

    /// <summary>Shared memory of a block, in bytes.</summary>
    public int SharedBytes
    {
        get
        {
            int first = Math.Max(UpRadial ? 0 : In * (In | 1), Mid * (Mid | 1));
            int second = Math.Max(
                Math.Max(UpRadial ? In * (In | 1) : In * (Mid | 1), DownRadial ? 0 : Mid * (Tile | 1)), Threads);
            int taps = (UpRadial ? UpTaps * UpTaps : UpTaps) + (DownRadial ? DownTaps * DownTaps : DownTaps);
            return (first + second + taps) * sizeof(float);
        }
    }

    /// <summary>The macros.</summary>
    public IReadOnlyList<string> Definitions =>
    [
        .. new (string Name, int Value)[]
        {
            ("UP", Up), ("DOWN", Down), ("UP_TAPS", UpTaps), ("DOWN_TAPS", DownTaps), ("UP_RADIAL", Convert.ToInt32(UpRadial)),
            ("DOWN_RADIAL", Convert.ToInt32(DownRadial)), ("TILE", Tile), ("STAGE", (int)Stage), ("STORAGE", (int)Storage),
        }.Select(d => string.Create(CultureInfo.InvariantCulture, $"-D{d.Name}={d.Value}")),
    ];

    /// <summary>This with the largest tile that fits, or null where none does or the factors are not the kernel's.</summary>
    /// <param name="outputs">Outputs along the longer axis: a tile is not made larger than needed.</param>
    /// <param name="sharedBytes">Shared memory that a block may have.</param>
    public KernelVariant? Fit(int outputs, int sharedBytes)
    {
        if (Up is not (1 or 2 or 4) || Down is not (1 or 2 or 4))
            return null;
        for (int tile = 32; tile >= Strip; tile /= 2)
        {
            KernelVariant sized = this with { Tile = tile };
            bool needed = tile == Strip || outputs > tile / 2;
            if (needed && sized.SharedBytes <= sharedBytes)
                return sized;
        }
        return null;
    }
}
