using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using System.Text;
using TorchSharp.Interop;

namespace TorchSharp;

public static partial class torch
{
    public static partial class autograd
    {
        internal delegate List<Tensor> ForwardPass(AutogradContext ctx, params object[] vars);

        internal delegate List<Tensor> BackwardPass(AutogradContext ctx, List<Tensor> grads);

        /// <summary>
        /// One application of a custom function. libtorch holds it through a GC handle from the forward until the graph lets go
        /// of the node, and calls back into it. An exception in a callback crosses the native frames as a message; the exception
        /// itself waits on the thread that threw it.
        /// </summary>
        internal sealed unsafe class FunctionCall : IDisposable
        {
            [ThreadStatic]
            private static Exception? thrown;

            private readonly AutogradContext context = new();
            private readonly string name;
            private readonly BackwardPass backward;
            private readonly bool[] isTensor;
            private ForwardPass? forward;
            private object[]? vars;

            static FunctionCall() => NativeMethods.ts_function_callbacks(new FunctionCallbacks
            {
                Forward = &Forward,
                Backward = &Backward,
                Free = &Free,
            });

            /// <summary>Sees to it that libtorch knows the callbacks.</summary>
            public static void Register()
            {
            }

            private FunctionCall(string name, ForwardPass forward, BackwardPass backward, object[] vars)
            {
                this.name = name;
                this.forward = forward;
                this.backward = backward;
                this.vars = vars;
                isTensor = Array.ConvertAll(vars, v => v is Tensor { IsInvalid: false });
            }

            public static List<Tensor> Apply(string name, ForwardPass forward, BackwardPass backward, object[] vars)
            {
                var call = new FunctionCall(name, forward, backward, vars);
                var inputs = Handles([.. vars.OfType<Tensor>().Where(t => !t.IsInvalid)]);
                NativeValue result;
                int status;
                fixed (nint* p = inputs)
                    status = NativeMethods.ts_function_apply(GCHandle.ToIntPtr(GCHandle.Alloc(call)), p, inputs.Length, &result);
                GC.KeepAlive(vars);
                call.vars = null;
                call.forward = null;
                if (status != 0 && Interlocked.Exchange(ref thrown, null) is { } exception)
                    ExceptionDispatchInfo.Throw(exception);
                NativeMethods.Check(status);
                return [.. Operator.AsTensors(result)];
            }

            /// <summary>Throws what a pass through the graph complained of, with the managed exception that caused it.</summary>
            public static void Check(int status)
            {
                if (status != 0)
                    throw new ExternalException(NativeMethods.LastError(), Interlocked.Exchange(ref thrown, null));
            }

            [UnmanagedCallersOnly]
            private static nint Forward(nint call, nint context, NativeValue* result)
            {
                try
                {
                    var self = (FunctionCall)GCHandle.FromIntPtr(call).Target!;
                    self.context.Native = context;
                    var outputs = self.forward!(self.context, self.vars!);
                    self.context.Commit();
                    Give(outputs, result);
                    return 0;
                }
                catch (Exception e)
                {
                    return Fail(e);
                }
            }

            [UnmanagedCallersOnly]
            private static nint Backward(nint call, nint context, nint* grads, long count, NativeValue* result)
            {
                try
                {
                    var self = (FunctionCall)GCHandle.FromIntPtr(call).Target!;
                    self.context.Native = context;
                    var given = new List<Tensor>();
                    for (var i = 0; i < count; i++)
                        given.Add(new Tensor(grads[i]));
                    Give(self.GradientsOfTensors(self.backward(self.context, given)), result);
                    return 0;
                }
                catch (Exception e)
                {
                    return Fail(e);
                }
            }

            public void Dispose() => context.Dispose();

            // What a callback is given may be a custom function's call or an array whose memory a tensor shares.
            [UnmanagedCallersOnly]
            private static void Free(nint pointer)
            {
                var handle = GCHandle.FromIntPtr(pointer);
                (handle.Target as FunctionCall)?.Dispose();
                handle.Free();
            }

            private static nint Fail(Exception e)
            {
                thrown = e;
                var message = Encoding.UTF8.GetBytes(e.Message + '\0');
                var copy = NativeMethods.ts_alloc(message.Length);
                Marshal.Copy(message, 0, copy, message.Length);
                return copy;
            }

            // Native references of its own, so that nothing depends on what the collector does meanwhile.
            private static void Give(List<Tensor> tensors, NativeValue* result)
            {
                result->Length = tensors.Count;
                result->Bits = NativeMethods.ts_alloc(sizeof(nint) * (tensors.Count + 1));
                for (var i = 0; i < tensors.Count; i++)
                    result->AsHandles[i] = NativeMethods.ts_tensor_copy(tensors[i]?.handle ?? 0);
                GC.KeepAlive(tensors);
            }

            private List<Tensor> GradientsOfTensors(List<Tensor> gradients)
            {
                static bool Defined(Tensor? tensor) => tensor is { IsInvalid: false };

                if (gradients.Count < isTensor.Length || gradients.Skip(isTensor.Length).Any(Defined))
                {
                    throw new NotImplementedException(
                        $"Function {name} returned an incorrect number of gradients (expected {isTensor.Length}), "
                        + $"got {gradients.Count}");
                }
                var ofTensors = new List<Tensor>();
                for (var i = 0; i < isTensor.Length; i++)
                {
                    if (isTensor[i])
                        ofTensors.Add(gradients[i]);
                    else if (Defined(gradients[i]))
                    {
                        throw new NotImplementedException(
                            $"Function {name} returned a gradient that is defined at position {i + 1}, "
                            + "but the corresponding forward input was not a Tensor");
                    }
                }
                return ofTensors;
            }
        }
    }
}
