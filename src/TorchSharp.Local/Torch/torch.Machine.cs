using System.Runtime.InteropServices;
using TorchSharp.Interop;

namespace TorchSharp;

public static partial class torch
{
    /// <summary>libtorch's version.</summary>
    public static unsafe string __version__ => Marshal.PtrToStringUTF8((nint)NativeMethods.ts_version())!;

    /// <summary>Threads that an operator uses.</summary>
    public static int get_num_threads() => NativeMethods.ts_get_num_threads();

    public static void set_num_threads(int num) => NativeMethods.Check(NativeMethods.ts_set_num_threads(num));

    public static int get_num_interop_threads() => NativeMethods.ts_get_num_interop_threads();

    public static void set_num_interop_threads(int num) => NativeMethods.Check(NativeMethods.ts_set_num_interop_threads(num));

    /// <summary>NVIDIA devices.</summary>
    public static partial class cuda
    {
        public static bool is_available() => device_count() > 0;

        public static unsafe int device_count()
        {
            long count;
            NativeMethods.Check(NativeMethods.ts_cuda_device_count(&count));
            return (int)count;
        }

        public static void manual_seed(long seed) => NativeMethods.Check(NativeMethods.ts_cuda_manual_seed(seed, 0));

        public static void manual_seed_all(long seed) => NativeMethods.Check(NativeMethods.ts_cuda_manual_seed(seed, 1));

        /// <summary>Waits until the device has done what it was given.</summary>
        public static void synchronize(Device? device = null) =>
            NativeMethods.Check(NativeMethods.ts_cuda_synchronize(device?.index ?? -1));
    }
}
