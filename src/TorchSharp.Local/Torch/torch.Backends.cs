using TorchSharp.Interop;

namespace TorchSharp;

public static partial class torch
{
    /// <summary>What libraries under libtorch may do.</summary>
    public static partial class backends
    {
        /// <summary>NVIDIA devices.</summary>
        public static partial class cuda
        {
            /// <summary>Products of matrices.</summary>
            public static partial class matmul
            {
                /// <summary>Whether float32 may be rounded to TF32's 11 bits for a product.</summary>
                public static unsafe bool allow_tf32
                {
                    get
                    {
                        int allowed;
                        NativeMethods.Check(NativeMethods.ts_cublas_get_allow_tf32(&allowed));
                        return allowed != 0;
                    }
                    set => NativeMethods.Check(NativeMethods.ts_cublas_set_allow_tf32(value ? 1 : 0));
                }
            }
        }

        /// <summary>Convolutions.</summary>
        public static partial class cudnn
        {
            /// <summary>Whether float32 may be rounded to TF32's 11 bits for a convolution.</summary>
            public static unsafe bool allow_tf32
            {
                get
                {
                    int allowed;
                    NativeMethods.Check(NativeMethods.ts_cudnn_get_allow_tf32(&allowed));
                    return allowed != 0;
                }
                set => NativeMethods.Check(NativeMethods.ts_cudnn_set_allow_tf32(value ? 1 : 0));
            }
        }
    }
}
