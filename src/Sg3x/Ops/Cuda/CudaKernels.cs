using System.ComponentModel;
using static TorchSharp.torch;

namespace Sg3x.Ops.Cuda;

/// <summary>
/// The fused kernel of a process, where it is wanted: opened and compiled when a GPU first needs it. What is missing then is
/// missing from there on.
/// </summary>
/// <param name="isWanted">Whether to look for it.</param>
/// <param name="open">Finds what compiles and runs kernels; throws <see cref="NotSupportedException"/> where something is
/// missing.</param>
internal sealed class CudaKernels(Func<bool> isWanted, Func<IKernelLauncher> open)
{
    // It has not run on a GPU yet. Once op.flrelu.device has passed on one: true.
    private const bool OnByDefault = false;

    private const string Variable = "SG3X_KERNEL";

    private readonly Lock _lock = new();
    private readonly Lazy<bool> _isWanted = new(isWanted);
    private CudaFilteredLeakyRelu? _fused;
    private string? _problem;

    /// <summary>Those of this process: <c>SG3X_KERNEL</c> says whether they are wanted.</summary>
    public static CudaKernels Process { get; } =
        new(() => IsWanted(Environment.GetEnvironmentVariable(Variable), OnByDefault), () => new CudaLauncher());

    /// <summary>The kernel was asked for, by the environment or by default.</summary>
    /// <exception cref="UserException">The environment says something else than yes or no.</exception>
    public bool Wanted => _isWanted.Value;

    /// <summary>Why there is none; null where there is one.</summary>
    /// <exception cref="UserException">As <see cref="Wanted"/>.</exception>
    public string? Absence
    {
        get
        {
            if (!Wanted)
                return $"the kernel is off, {Variable}=yes turns it on";
            lock (_lock)
            {
                Try(() => _fused ??= new CudaFilteredLeakyRelu(open()));
                return _problem;
            }
        }
    }

    /// <summary>The fused kernel, ready for these arguments; null where they are not the kernel's or there is none.</summary>
    /// <param name="x">The input, on a GPU.</param>
    /// <param name="upFilter">The upsampling filter, or null.</param>
    /// <param name="downFilter">The downsampling filter, or null.</param>
    /// <param name="shape">The constants.</param>
    /// <exception cref="UserException">As <see cref="Wanted"/>.</exception>
    public IFilteredLeakyRelu? Find(Tensor x, Tensor? upFilter, Tensor? downFilter, FilteredLeakyReluShape shape)
    {
        lock (_lock)
        {
            bool supported = false;
            if (Absence is null)
                Try(() => supported = _fused!.Supports(x, upFilter, downFilter, shape));
            return supported ? _fused : null;
        }
    }

    /// <summary>What the environment's word for it means.</summary>
    /// <param name="value">The word; null or empty for none.</param>
    /// <param name="byDefault">Where there is none.</param>
    /// <exception cref="UserException">It is neither yes nor no.</exception>
    internal static bool IsWanted(string? value, bool byDefault) => value switch
    {
        null or "" => byDefault,
        "yes" => true,
        "no" => false,
        _ => throw UserException.Mismatch(Variable, "yes or no", $"\"{value}\""),
    };

    // Once is enough: what cannot be had now cannot be had later.
    private void Try(Action step)
    {
        if (_problem is not null)
            return;
        try
        {
            step();
        }
        catch (Exception e) when (e is NotSupportedException or IOException or UnauthorizedAccessException or Win32Exception)
        {
            _problem = e.Message;
        }
    }
}
