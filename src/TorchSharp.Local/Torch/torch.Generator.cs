using TorchSharp.Interop;

namespace TorchSharp;

public static partial class torch
{
    /// <summary>A stream of random numbers with a state of its own.</summary>
    public class Generator : IDisposable
    {
        public unsafe Generator(ulong seed = 0, Device? device = null)
        {
            this.device = device ?? CPU;
            nint created;
            NativeMethods.Check(NativeMethods.ts_generator_new((long)this.device.type, this.device.index, (long)seed, &created));
            Handle = created;
        }

        private Generator(nint handle) => (Handle, device) = (handle, CPU);

        ~Generator() => Dispose(false);

        /// <summary>The generator that operators use when none is given.</summary>
        public static unsafe Generator Default
        {
            get
            {
                nint handle;
                NativeMethods.Check(NativeMethods.ts_generator_default((long)DeviceType.CPU, -1, &handle));
                return new Generator(handle);
            }
        }

        public nint Handle { get; private set; }

        public Device device { get; private set; }

        public unsafe Tensor get_state()
        {
            nint state;
            NativeMethods.Check(NativeMethods.ts_generator_get_state(Handle, &state));
            GC.KeepAlive(this);
            return Tensor.FromHandle(state)!;
        }

        public void set_state(Tensor value)
        {
            NativeMethods.Check(NativeMethods.ts_generator_set_state(Handle, value.Handle));
            GC.KeepAlive(value);
            GC.KeepAlive(this);
        }

        public Generator manual_seed(long seed)
        {
            NativeMethods.Check(NativeMethods.ts_generator_seed(Handle, seed));
            return this;
        }

        public long seed()
        {
            var seed = DateTime.UtcNow.Ticks;
            manual_seed(seed);
            return seed;
        }

        public unsafe long initial_seed()
        {
            long seed;
            NativeMethods.Check(NativeMethods.ts_generator_initial_seed(Handle, &seed));
            GC.KeepAlive(this);
            return seed;
        }

        public void Dispose()
        {
            Dispose(true);
            GC.SuppressFinalize(this);
        }

        protected virtual void Dispose(bool disposing)
        {
            if (Handle == 0)
                return;
            NativeMethods.ts_generator_free(Handle);
            Handle = 0;
        }
    }

    /// <summary>Seeds the default generators of all devices.</summary>
    public static Generator manual_seed(long seed)
    {
        NativeMethods.Check(NativeMethods.ts_manual_seed(seed));
        return Generator.Default;
    }

    public static long initial_seed() => random.initial_seed();

    /// <summary>The default generator.</summary>
    public static partial class random
    {
        public static long seed() => Generator.Default.seed();

        public static long initial_seed() => Generator.Default.initial_seed();

        public static Generator manual_seed(long seed) => torch.manual_seed(seed);

        public static Tensor get_rng_state() => Generator.Default.get_state();

        public static void set_rng_state(Tensor new_state) => Generator.Default.set_state(new_state);
    }
}
