namespace Sg3x.Ops.Cpu;

/// <summary>
/// Two bits a sample between the filters: on the slope, at the limit. Kept by plane, row, column phase and bit plane in lanes of
/// one bit, wide enough that the adjoint, whose rows and columns are shifted, never reads outside.
/// </summary>
internal readonly record struct MaskLayout
{
    private const int Step = 16;

    public MaskLayout(ResampleAxis horizontal, ResampleAxis vertical, int phases)
    {
        Phases = phases;
        (HorizontalShift, VerticalShift) = (horizontal.AdjointShift, vertical.AdjointShift);
        var lowest = Math.Min(0, ResampleAxis.FloorDivide(-HorizontalShift, phases));
        FirstLane = ResampleAxis.FloorDivide(lowest, Step) * Step;
        var end = Math.Max(Lanes(horizontal), ResampleAxis.FloorDivide(phases - 1 - HorizontalShift, phases) + Lanes(horizontal.Adjoint()));
        PlaneBytes = (end - FirstLane + 7) / 8;
        FirstRow = Math.Min(0, -VerticalShift) - 1;
        Rows = Math.Max(vertical.Mid, vertical.Adjoint().Mid - VerticalShift) + 1 - FirstRow;
    }

    public int Phases { get; }

    /// <summary>How far the adjoint's columns are shifted against the forward pass's.</summary>
    public int HorizontalShift { get; }

    public int VerticalShift { get; }

    /// <summary>The lane of the first bit; a multiple of 16.</summary>
    public int FirstLane { get; }

    /// <summary>The row that comes first.</summary>
    public int FirstRow { get; }

    public int Rows { get; }

    /// <summary>Bytes of one bit plane of one phase of one row.</summary>
    public int PlaneBytes { get; }

    /// <summary>Bytes of one image plane.</summary>
    public long BytesPerImagePlane => (long)Rows * Phases * 2 * PlaneBytes;

    /// <summary>Bytes after the last image plane that a read of four bytes may touch.</summary>
    public static int Slack => 8;

    /// <summary>Where the bits of row <paramref name="mid"/> and one phase of a pass lie, and so of the rows after it.</summary>
    public unsafe MaskCursor Cursor(byte* mask, int mid, int phase, bool adjoint)
    {
        var row = mid - (adjoint ? VerticalShift : 0) - FirstRow;
        var position = phase - (adjoint ? HorizontalShift : 0);
        return new(
            mask + (((row * (nint)Phases) + ResampleAxis.Modulo(position, Phases)) * 2 * PlaneBytes),
            Phases * 2 * (nint)PlaneBytes, PlaneBytes, ResampleAxis.FloorDivide(position, Phases) - FirstLane);
    }

    private int Lanes(ResampleAxis axis) => (((axis.Mid + Phases - 1) / Phases) + Step - 1) / Step * Step;
}
