using static TorchSharp.torch;

namespace Sg3x.Ops.Cuda;

/// <summary>The fused kernel of this process, compiled when a GPU first needs it; without driver or compiler there is none.</summary>
internal static class CudaKernels
{
    private static readonly Lock s_lock = new();
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
            if (s_problem is not null)
                return null;
            try
            {
                s_fused ??= new CudaFilteredLeakyRelu(new CudaLauncher());
                return s_fused.Supports(x, upFilter, downFilter, shape) ? s_fused : null;
            }
            catch (NotSupportedException e)
            {
                // Once is enough: what is missing now is missing for the whole run.
                s_problem = e.Message;
                return null;
            }
        }
    }
}
