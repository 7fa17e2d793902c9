using System.Reflection;
using TorchSharp.Modules;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public partial class Module
        {
            protected internal virtual Module _to(Device device, ScalarType dtype, bool non_blocking)
            {
                CheckType(dtype);
                CheckDevice(device.type);
                _toEpilog(dtype, device.type == DeviceType.CUDA ? device : new Device(device.type, -1), non_blocking);
                return this;
            }

            protected internal virtual Module _to(DeviceType deviceType, int deviceIndex, bool non_blocking)
            {
                CheckDevice(deviceType);
                _toEpilog(null, new Device(deviceType, deviceType == DeviceType.CUDA ? deviceIndex : -1), non_blocking);
                return this;
            }

            protected internal virtual Module _to(ScalarType dtype, bool non_blocking)
            {
                CheckType(dtype);
                _toEpilog(dtype, null, non_blocking);
                return this;
            }

            /// <summary>
            /// Replaces what has to move: the old tensors are disposed of, and the fields and properties that hold them follow.
            /// </summary>
            protected virtual void _toEpilog(ScalarType? dtype, Device? device, bool non_blocking)
            {
                foreach (var (_, module) in named_children())
                {
                    if (device is null)
                        module._to(dtype!.Value, non_blocking);
                    else if (dtype is null)
                        module._to(device.type, device.index, non_blocking);
                    else
                        module._to(device, dtype.Value, non_blocking);
                }

                foreach (var (key, parameter) in named_parameters(false).ToList())
                {
                    if (ReplaceParameter(dtype, device, parameter) is not { } replacement)
                        continue;
                    ownParameters[key] = replacement;
                    Follow(key, replacement);
                    parameter.Dispose();
                }

                foreach (var (key, buffer) in named_buffers(false).ToList())
                {
                    if (ReplaceBuffer(dtype, device, buffer) is not { } replacement)
                        continue;
                    ownBuffers[key] = (replacement, true);
                    Follow(key, replacement);
                }
            }

            private static Tensor? ReplaceBuffer(ScalarType? dtype, Device? device, Tensor buffer)
            {
                if (!buffer.ToWillCopy(dtype ?? buffer.dtype, device ?? buffer.device))
                    return null;
                return buffer.to(Floating(buffer, dtype), device ?? buffer.device, disposeAfter: true).DetachFromDisposeScope();
            }

            private static Parameter? ReplaceParameter(ScalarType? dtype, Device? device, Parameter parameter)
            {
                using var grad = parameter.grad;
                if (!parameter.ToWillCopy(dtype ?? parameter.dtype, device ?? parameter.device))
                    return null;
                using var _ = no_grad();
                var type = Floating(parameter, dtype);
                var data = parameter.to(type, device ?? parameter.device, copy: true);
                var replacement = new Parameter(data, parameter.requires_grad);
                replacement.DetachFromDisposeScope();
                if (grad is not null)
                {
                    using var moved = grad.to(type, device ?? parameter.device);
                    replacement.grad = moved;
                }
                return replacement;
            }

            private static ScalarType Floating(Tensor tensor, ScalarType? dtype) =>
                tensor.is_floating_point() || tensor.is_complex() ? dtype ?? tensor.dtype : tensor.dtype;

            private static void CheckType(ScalarType dtype)
            {
                if (!is_floating_point(dtype) && !is_complex(dtype))
                {
                    throw new ArgumentException(
                        $"nn.Module.to only accepts floating point or complex types, but got desired dtype={dtype}");
                }
            }

            private static void CheckDevice(DeviceType type)
            {
                if (type == DeviceType.CUDA && !cuda.is_available())
                    throw new InvalidOperationException("CUDA is not available.");
            }

            private void Follow(string key, Tensor replacement)
            {
                var property = GetType().GetProperty(key, BindingFlags.Public | BindingFlags.Instance);
                if (property is { CanWrite: true })
                    property.SetValue(this, replacement);
                else if (Fields(GetType()).FirstOrDefault(f => f.Name == key) is { } field)
                    field.SetValue(this, replacement);
            }
        }
    }
}
