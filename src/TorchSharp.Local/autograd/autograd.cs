using TorchSharp.Interop;

namespace TorchSharp;

public static partial class torch
{
    /// <summary>Gradients.</summary>
    public static partial class autograd
    {
        /// <summary>
        /// The gradients of the outputs (weighted by grad_outputs) with respect to the inputs. create_graph alone does not keep
        /// the graph: to differentiate again, say retain_graph as well. An unused input's gradient is a tensor that IsInvalid.
        /// </summary>
        public static unsafe IList<Tensor> grad(IList<Tensor> outputs, IList<Tensor> inputs, IList<Tensor>? grad_outputs = null,
            bool retain_graph = false, bool create_graph = false, bool allow_unused = false)
        {
            var roots = Handles(outputs);
            var leaves = Handles(inputs);
            var grads = Handles(grad_outputs);
            var results = new nint[leaves.Length];
            int status;
            fixed (nint* o = roots, i = leaves, g = grads, r = results)
            {
                status = NativeMethods.ts_grad(o, roots.Length, i, leaves.Length, g, grads.Length, retain_graph ? 1 : 0,
                    create_graph ? 1 : 0, allow_unused ? 1 : 0, r);
            }
            KeepAlive(outputs, inputs, grad_outputs);
            FunctionCall.Check(status);
            return Array.ConvertAll(results, handle => new Tensor(handle)).ToList();
        }

        /// <summary>Sums the gradients of the tensors into the leaves (or the inputs) they were computed from.</summary>
        public static unsafe void backward(IList<Tensor> tensors, IList<Tensor>? grad_tensors = null, bool? retain_graph = null,
            bool create_graph = false, IList<Tensor>? inputs = null)
        {
            var roots = Handles(tensors);
            var grads = Handles(grad_tensors);
            var leaves = Handles(inputs);
            int status;
            fixed (nint* o = roots, i = leaves, g = grads)
            {
                status = NativeMethods.ts_backward(o, roots.Length, g, grads.Length, retain_graph ?? create_graph ? 1 : 0,
                    create_graph ? 1 : 0, i, leaves.Length);
            }
            KeepAlive(tensors, grad_tensors, inputs);
            FunctionCall.Check(status);
        }

        public static void backward(Tensor tensor, IList<Tensor>? grad_tensors = null, bool? retain_graph = null,
            bool create_graph = false, IList<Tensor>? inputs = null) =>
            backward([tensor], grad_tensors, retain_graph, create_graph, inputs);

        public static void backward(Tensor tensor, Tensor grad_tensor, bool? retain_graph = null, bool create_graph = false,
            IList<Tensor>? inputs = null) =>
            backward([tensor], [grad_tensor], retain_graph, create_graph, inputs);

        internal static nint[] Handles(IList<Tensor>? tensors) => tensors is null ? [] : [.. tensors.Select(t => t.Handle)];

        private static void KeepAlive(params ReadOnlySpan<IList<Tensor>?> lists)
        {
            foreach (var list in lists)
                GC.KeepAlive(list);
        }
    }
}
