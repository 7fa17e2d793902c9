using System.ComponentModel;
using static TorchSharp.torch;

namespace Sg3x.Ops.Cuda;

/// <summary>
/// The fused kernel of this process, compiled when a GPU first needs it; without driver or compiler there is none. It has not run on a
/// GPU yet, and no check of the oracle holds it to the definition there: it is taken only where <c>SG3X_KERNEL=yes</c> asks for it.
/// </summary>
internal static class CudaKernels
{
    private const string Variable = "SG3X_KERNEL";

    private static readonly Lock s_lock = new();
    private static readonly bool s_isWanted = Environment.GetEnvironmentVariable(Variable) == "yes";
    private static CudaFilteredLeakyRelu? s_fused;
    private static string? s_problem;

    /// <summary>Why there is no fused kernel; null while there is one, or none was asked for.</summary>
    public static string? Problem
    {
        get
        {
            lock (s_lock)
                return s_problem;
        }
    }

    /// <summary>The fused kernel, ready for these arguments; null where they are not the kernel's or there is none.</summary>
    /// <param name="x">The input, on a GPU.</param>
    /// <param name="upFilter">The upsampling filter, or null.</param>
    /// <param name="downFilter">The downsampling filter, or null.</param>
    /// <param name="shape">The constants.</param>
    public static IFilteredLeakyRelu? Find(Tensor x, Tensor? upFilter, Tensor? downFilter, in FilteredLeakyReluShape shape)
    {
        lock (s_lock)
        {
            if (!s_isWanted || s_problem is not null)
                return null;
            try
            {
                s_fused ??= new CudaFilteredLeakyRelu(new CudaLauncher());
                return s_fused.Supports(x, upFilter, downFilter, shape) ? s_fused : null;
            }
            catch (Exception e) when (e is NotSupportedException or IOException or UnauthorizedAccessException or Win32Exception)
            {
                // Once is enough: what is missing now is missing for the whole run.
                s_problem = e.Message;
                return null;
            }
        }
    }
}
