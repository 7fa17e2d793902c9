using System.Globalization;
using TorchSharp.Interop;
using TorchSharp.Utils;

namespace TorchSharp;

public static partial class torch
{
    /// <content>The elements themselves.</content>
    public partial class Tensor
    {
        /// <summary>The first element's address.</summary>
        internal unsafe nint DataPointer
        {
            get
            {
                nint data;
                NativeMethods.Check(NativeMethods.ts_data(Handle, &data));
                GC.KeepAlive(this);
                return data;
            }
        }

        /// <summary>The memory of a contiguous tensor on the CPU; valid for as long as the tensor is.</summary>
        public unsafe Span<byte> bytes
        {
            get
            {
                var length = NumberOfElements * ElementSize;
                ValidateBytes(length);
                return new Span<byte>((void*)DataPointer, (int)length);
            }

            set
            {
                if (!is_contiguous())
                    throw new InvalidOperationException("SetBytes() called on non-contiguous tensor.");
                if (NumberOfElements * ElementSize != value.Length)
                    throw new ArgumentException("Mismatched data sizes in SetBytes().");
                value.CopyTo(new Span<byte>((void*)DataPointer, value.Length));
                GC.KeepAlive(this);
            }
        }

        /// <summary>The elements in place, or of a copy when the tensor is not on the CPU.</summary>
        public TensorAccessor<T> data<T>() where T : unmanaged
        {
            ValidateType(typeof(T));
            return new TensorAccessor<T>(device_type == DeviceType.CPU ? this : cpu());
        }

        /// <summary>The only element.</summary>
        public T item<T>() where T : unmanaged
        {
            if (NumberOfElements != 1)
                throw new ArgumentException("Number of elements in the tensor must be 1");
            return data<T>()[0];
        }

        /// <summary>The only element, as a number.</summary>
        public Scalar ToScalar() => Operator.CallScalar("item", this);

        public T ReadCpuValue<T>(long i) where T : unmanaged
        {
            if (device_type != DeviceType.CPU)
                throw new InvalidOperationException(TensorAccessor.NotOnCpu);
            ValidateType(typeof(T));
            return new TensorAccessor<T>(this)[i];
        }

        /// <summary>Writes the tensor in PyTorch's format.</summary>
        public void save(string location)
        {
            NativeMethods.Check(NativeMethods.ts_save(Handle, location));
            GC.KeepAlive(this);
        }

        /// <summary>Reads a tensor in PyTorch's format.</summary>
        public static unsafe Tensor load(string location)
        {
            nint loaded;
            NativeMethods.Check(NativeMethods.ts_load(location, &loaded));
            return new Tensor(loaded);
        }

        public override string ToString() =>
            string.Create(CultureInfo.InvariantCulture, $"[{string.Join("x", shape)}], type = {dtype}, device = {device}");

        internal void ValidateType(Type type)
        {
            if (ToScalarType(type) != dtype)
                throw new ArgumentException($"{type.Name} is not compatible with {dtype}");
        }

        private void ValidateBytes(long length)
        {
            if (!is_contiguous())
                throw new InvalidOperationException("Bytes() called on non-contiguous tensor.");
            if (length > int.MaxValue)
                throw new ArgumentException("Span only supports up to int.MaxValue elements.");
            if (device_type != DeviceType.CPU)
                throw new InvalidOperationException(TensorAccessor.NotOnCpu);
        }
    }
}
