using TorchSharp.Interop;

namespace TorchSharp;

public static partial class torch
{
    public static partial class autograd
    {
        /// <summary>What a custom function's forward leaves for its backward.</summary>
        public class AutogradContext : IDisposable
        {
            private readonly Dictionary<string, object> savedData = [];
            private List<Tensor>? toSave;

            internal AutogradContext()
            {
            }

            public bool MaterializeGrads { get; private set; } = true;

            /// <summary>The native context, during a call.</summary>
            internal nint Native { get; set; }

            internal List<Tensor> Dirty { get; private set; } = [];

            internal List<Tensor> NonDifferentiable { get; private set; } = [];

            /// <summary>Keeps tensors for the backward; at most once in a forward.</summary>
            public void save_for_backward(List<Tensor> tensors) => toSave = tensors;

            public void save_data(string key, object value) => savedData[key] = value;

            public object? get_data(string key) => savedData.GetValueOrDefault(key);

            public void mark_dirty(List<Tensor> tensors) => Dirty = [.. tensors];

            public void mark_non_differentiable(List<Tensor> tensors) => NonDifferentiable = [.. tensors];

            public void set_materialize_grads(bool value) => MaterializeGrads = value;

            /// <summary>The tensors of <see cref="save_for_backward"/>; they must not have been changed in place since.</summary>
            public unsafe List<Tensor> get_saved_variables()
            {
                NativeValue result;
                NativeMethods.Check(NativeMethods.ts_context_saved(Native, &result));
                return [.. Operator.AsTensors(result)];
            }

            public void Dispose()
            {
                Dispose(true);
                GC.SuppressFinalize(this);
            }

            protected virtual void Dispose(bool disposing)
            {
            }

            /// <summary>Hands what the forward asked for to the native side.</summary>
            internal unsafe void Commit()
            {
                nint[] saved = toSave is null ? [] : [.. toSave.Select(t => t?.handle ?? 0)];
                var dirty = Handles(Dirty);
                var fixedTensors = Handles(NonDifferentiable);
                fixed (nint* s = saved, d = dirty, f = fixedTensors)
                {
                    NativeMethods.Check(NativeMethods.ts_context_set(Native, s, saved.Length, d, dirty.Length, f,
                    fixedTensors.Length,
                        MaterializeGrads ? 1 : 0));
                }
                GC.KeepAlive(toSave);
                toSave = null;
                Dirty = [];
                NonDifferentiable = [];
            }
        }
    }
}
