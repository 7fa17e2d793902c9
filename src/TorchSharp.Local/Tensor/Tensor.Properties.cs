using TorchSharp.Interop;

namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        private unsafe TensorInfo Info
        {
            get
            {
                TensorInfo info;
                NativeMethods.Check(NativeMethods.ts_info(Handle, &info));
                GC.KeepAlive(this);
                return info;
            }
        }

        public long Dimensions
        {
            get
            {
                var n = NativeMethods.ts_ndim(Handle);
                GC.KeepAlive(this);
                return n;
            }
        }

        public long ndim => Dimensions;

        public long NumberOfElements => Info.NumberOfElements;

        public long ElementSize => Info.ElementSize;

        /// <summary>The size of every dimension.</summary>
        public unsafe long[] shape
        {
            get
            {
                var sizes = new long[Dimensions];
                fixed (long* p = sizes)
                    NativeMethods.Check(NativeMethods.ts_shape(Handle, p, null));
                GC.KeepAlive(this);
                return sizes;
            }
        }

        public ScalarType dtype
        {
            get
            {
                var type = NativeMethods.ts_dtype(Handle);
                GC.KeepAlive(this);
                return (ScalarType)type;
            }
        }

        public Device device
        {
            get
            {
                var info = Info;
                var type = (DeviceType)info.DeviceType;
                return type == DeviceType.CPU ? new Device(DeviceType.CPU) : new Device(type, (int)info.DeviceIndex);
            }
        }

        public DeviceType device_type => (DeviceType)Info.DeviceType;

        public int device_index => (int)Info.DeviceIndex;

        public bool is_sparse => Info.IsSparse != 0;

        public bool is_leaf => Info.IsLeaf != 0;

        /// <summary>Whether gradients are recorded for it.</summary>
        public bool requires_grad
        {
            get => Info.RequiresGrad != 0;
            set
            {
                NativeMethods.Check(NativeMethods.ts_set_requires_grad(Handle, value ? 1 : 0));
                GC.KeepAlive(this);
            }
        }

        /// <summary>What backward() has summed up, or null.</summary>
        public unsafe Tensor? grad
        {
            get
            {
                nint result;
                NativeMethods.Check(NativeMethods.ts_get_grad(Handle, &result));
                GC.KeepAlive(this);
                return FromHandle(result);
            }
            set
            {
                NativeMethods.Check(NativeMethods.ts_set_grad(Handle, value?.Handle ?? 0));
                GC.KeepAlive(this);
                GC.KeepAlive(value);
            }
        }

        public long dim() => Dimensions;

        public long numel() => NumberOfElements;

        public long element_size() => ElementSize;

        public long[] size() => shape;

        public long size(int dim)
        {
            var sizes = shape;
            if (dim < -sizes.Length || dim >= sizes.Length)
            {
                throw new System.Runtime.InteropServices.ExternalException(
                    $"Dimension out of range (expected to be in range of [{-sizes.Length}, {sizes.Length - 1}], but got {dim})");
            }
            return sizes[dim < 0 ? dim + sizes.Length : dim];
        }

        public unsafe long[] stride()
        {
            var strides = new long[Dimensions];
            var sizes = new long[strides.Length];
            fixed (long* p = strides, q = sizes)
                NativeMethods.Check(NativeMethods.ts_shape(Handle, q, p));
            GC.KeepAlive(this);
            return strides;
        }

        public long stride(int dim)
        {
            var strides = stride();
            return strides[dim < 0 ? dim + strides.Length : dim];
        }

        public long storage_offset() => Info.StorageOffset;

        public bool is_contiguous() => Info.IsContiguous != 0;

        public bool is_cpu() => device_type == DeviceType.CPU;

        public bool is_integral() => torch.is_integral(dtype);

        public bool is_floating_point() => torch.is_floating_point(dtype);

        public bool is_complex() => torch.is_complex(dtype);

        public Tensor requires_grad_(bool requires_grad = true)
        {
            this.requires_grad = requires_grad;
            return this;
        }

        public Tensor with_requires_grad(bool requires_grad = true)
        {
            this.requires_grad = requires_grad;
            return this;
        }

        public void retain_grad()
        {
            NativeMethods.Check(NativeMethods.ts_retain_grad(Handle));
            GC.KeepAlive(this);
        }

        /// <summary>Sums the gradient of this (one) number into the leaves it was computed from.</summary>
        public void backward() => autograd.backward([this]);

        public void backward(IList<Tensor>? grad_tensors = null, bool retain_graph = false, bool create_graph = false,
            IList<Tensor>? inputs = null) =>
            autograd.backward([this], grad_tensors, retain_graph, create_graph, inputs);
    }
}
