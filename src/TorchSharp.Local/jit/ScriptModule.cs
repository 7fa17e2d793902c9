using System.Diagnostics.CodeAnalysis;
using TorchSharp.Interop;

namespace TorchSharp;

public static partial class torch
{
    public static partial class jit
    {
        /// <summary>Loads a module that PyTorch's torch.jit.save wrote.</summary>
        public static unsafe ScriptModule load(byte[] bytes, DeviceType device_type = DeviceType.CPU, long device_index = -1)
        {
            nint module;
            fixed (byte* data = bytes)
                NativeMethods.Check(NativeMethods.ts_script_load(data, bytes.Length, (long)device_type, device_index, &module));
            return new ScriptModule(module);
        }

        /// <summary>A module in TorchScript.</summary>
        public class ScriptModule : nn.Module
        {
            private readonly Script script;

            internal ScriptModule(nint handle) : base("") => script = new Script(handle);

            public override unsafe bool training
            {
                get
                {
                    long on;
                    NativeMethods.Check(NativeMethods.ts_script_is_training(script.Handle, &on));
                    GC.KeepAlive(script);
                    return on != 0;
                }
            }

            [SuppressMessage("Naming", "CA1725", Justification = "It is the package's name.")]
            public override void train(bool on = true)
            {
                NativeMethods.Check(NativeMethods.ts_script_train(script.Handle, on ? 1 : 0));
                GC.KeepAlive(script);
            }

            public override void eval() => train(false);

            /// <summary>Arguments of forward, without the module itself.</summary>
            public unsafe int GetNumberOfInputs()
            {
                long count;
                NativeMethods.Check(NativeMethods.ts_script_inputs(script.Handle, &count));
                GC.KeepAlive(script);
                return (int)count;
            }

            /// <summary>Runs forward.</summary>
            /// <param name="input">Tensors, Scalars, whole numbers, floating-point numbers and truth values.</param>
            /// <returns>A Tensor, a Scalar, or a Tensor[].</returns>
            public unsafe object? forward(params object[] input)
            {
                var native = stackalloc NativeValue[input.Length + 1];
                for (var i = 0; i < input.Length; i++)
                {
                    var value = Argument(input[i]);
                    native[i] = new NativeValue { Kind = (long)value.Kind, Bits = value.Bits };
                }
                NativeValue result;
                var status = NativeMethods.ts_script_forward(script.Handle, native, input.Length, &result);
                GC.KeepAlive(input);
                GC.KeepAlive(script);
                NativeMethods.Check(status);
                return (ValueKind)result.Kind switch
                {
                    ValueKind.Tensor => Operator.AsTensor(result),
                    ValueKind.Tensors => Operator.AsTensors(result),
                    ValueKind.Int => (Scalar)result.Bits,
                    ValueKind.Double => (Scalar)result.AsDouble,
                    ValueKind.Bool => (Scalar)(result.Bits != 0),
                    _ => null,
                };
            }

            // The casts: without them all would become tensors, which every one of these converts to.
            private static Value Argument(object argument) => argument switch
            {
                Tensor tensor => (Value)tensor,
                Scalar scalar => (Value)scalar,
                long number => (Value)number,
                int number => (Value)number,
                double number => (Value)number,
                float number => (Value)(double)number,
                bool truth => (Value)truth,
                // The package refuses what it cannot hand over with this exception.
                _ => throw new NotImplementedException($"Passing arguments of type {argument?.GetType().Name ?? "null"} to TorchScript."),
            };

            /// <summary>The native module, freed with the last reference to it.</summary>
            private sealed class Script(nint handle)
            {
                public nint Handle { get; } = handle;

                ~Script() => NativeMethods.ts_script_free(Handle);
            }
        }
    }
}
