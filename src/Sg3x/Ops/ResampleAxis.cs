namespace Sg3x.Ops;

/// <summary>
/// One axis of "insert up − 1 zeros after every sample, pad, filter, (act), filter, keep every down-th", and its adjoint.
/// With flipped taps u and d, mid[j] = Σ_k u[k]·stuffed[j + k − low] and out[o] = Σ_k d[k]·mid[o·down + k].
/// </summary>
/// <param name="Input">Samples that come in.</param>
/// <param name="Output">Samples that go out.</param>
/// <param name="Up">Upsampling factor.</param>
/// <param name="Down">Downsampling factor.</param>
/// <param name="UpTaps">Taps of the first filter.</param>
/// <param name="DownTaps">Taps of the second filter.</param>
/// <param name="Low">Zeros before the first sample; negative crops.</param>
internal readonly record struct ResampleAxis(int Input, int Output, int Up, int Down, int UpTaps, int DownTaps, int Low)
{
    /// <summary>The axis of a forward pass padded by [low, high]; Output below 1 means that nothing is left.</summary>
    public static ResampleAxis Create(int input, int up, int down, int upTaps, int downTaps, int low, int high) =>
        new(input, FloorDivide((input * up) + low + high - upTaps + 1 - downTaps, down) + 1, up, down, upTaps, downTaps, low);

    /// <summary>Samples between the two filters that the outputs need.</summary>
    public int Mid => ((Output - 1) * Down) + DownTaps;

    /// <summary>
    /// The transpose of the linear part: filters change places and are flipped, up and down change places. Its sample j between
    /// the filters is this axis's sample j − <see cref="AdjointShift"/>.
    /// </summary>
    public ResampleAxis Adjoint() => new(Output, Input, Down, Up, DownTaps, UpTaps, UpTaps + DownTaps - 2 - Low);

    /// <summary>How far the adjoint's samples between the filters are shifted against this axis's.</summary>
    public int AdjointShift => UpTaps - 1 - Low;

    /// <summary>The first input sample that mid sample <paramref name="mid"/> reads (it may lie outside the input).</summary>
    public int FirstInput(int mid) => -FloorDivide(Low - mid, Up);

    /// <summary>The tap that reads it; the next input samples meet taps <see cref="Up"/> further on.</summary>
    public int FirstTap(int mid) => Modulo(Low - mid, Up);

    /// <summary>How many input samples mid sample <paramref name="mid"/> reads.</summary>
    public int InputCount(int mid) => Math.Max(0, -FloorDivide(FirstTap(mid) - UpTaps, Up));

    internal static int FloorDivide(int a, int b) => (a / b) - (a % b < 0 ? 1 : 0);

    internal static int Modulo(int a, int b) => ((a % b) + b) % b;
}
