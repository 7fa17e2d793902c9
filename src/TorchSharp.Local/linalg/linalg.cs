using TorchSharp.Interop;

namespace TorchSharp;

public static partial class torch
{
    public static partial class linalg
    {
        /// <summary>Eigenvalues, in ascending order, and eigenvectors of a symmetric matrix.</summary>
        public static (Tensor, Tensor) eigh(Tensor input, char UPLO = 'L') => Operator.Call2("linalg_eigh", input, $"{UPLO}");

        /// <summary>Eigenvalues of a symmetric matrix, in ascending order.</summary>
        public static Tensor eigvalsh(Tensor input, char UPLO = 'L') => Operator.Call("linalg_eigvalsh", input, $"{UPLO}");
    }
}
