using TorchSharp.Interop;

namespace TorchSharp;

public static partial class torch
{
    /// <summary>Records no gradients on this thread until disposed of.</summary>
    public static IDisposable no_grad() => new AutoGradMode(false);

    public static IDisposable enable_grad(bool enabled = true) => new AutoGradMode(enabled);

    public static IDisposable set_grad_enabled(bool mode = true) => new AutoGradMode(mode);

    public static bool is_grad_enabled() => AutoGradMode.IsEnabled;

    /// <summary>Records nothing and tracks no versions on this thread until disposed of.</summary>
    public static IDisposable inference_mode(bool mode = true) => new InferenceMode(mode);

    private sealed class AutoGradMode : IDisposable
    {
        private readonly bool before = IsEnabled;

        public AutoGradMode(bool enabled) => NativeMethods.ts_set_grad_mode(enabled ? 1 : 0);

        public static bool IsEnabled => NativeMethods.ts_grad_mode() != 0;

        public void Dispose() => NativeMethods.ts_set_grad_mode(before ? 1 : 0);
    }

    private sealed unsafe class InferenceMode : IDisposable
    {
        private nint guard;

        public InferenceMode(bool mode)
        {
            nint created;
            NativeMethods.Check(NativeMethods.ts_inference_guard(mode ? 1 : 0, &created));
            guard = created;
        }

        public void Dispose()
        {
            if (guard != 0)
                NativeMethods.ts_inference_guard_free(guard);
            guard = 0;
        }
    }
}
