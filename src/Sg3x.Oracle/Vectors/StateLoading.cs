using Sg3x.Checkpoints;
using static TorchSharp.torch;

namespace Sg3x.Oracle.Vectors;

/// <summary>Moves a file's state into a network, after holding what the network derives by itself against it.</summary>
internal static class StateLoading
{
    /// <summary>
    /// Checks that the file has every tensor of the state with its shape, and nothing but the state, results and gradients.
    /// </summary>
    /// <param name="file">The file.</param>
    /// <param name="state">Names and shapes of the network's state.</param>
    /// <param name="isResult">Whether a name beyond the state belongs to the format.</param>
    /// <exception cref="UserException">A tensor is missing, unknown or of another shape.</exception>
    public static void Demand(SafeTensorsFile file, IReadOnlyDictionary<string, Tensor> state, Func<string, bool> isResult)
    {
        foreach ((string name, Tensor tensor) in state)
        {
            TensorEntry entry = file.Entry(name);
            if (!entry.Shape.SequenceEqual(tensor.shape))
            {
                throw UserException.Mismatch($"{file.FilePath}: \"{name}\"",
                    $"shape {Compare.Brackets(tensor.shape)} by the configuration in its metadata",
                    Compare.Brackets(entry.Shape));
            }
        }

        if (file.Entries.Keys.FirstOrDefault(n => !state.ContainsKey(n) && !isResult(n)) is string unknown)
        {
            throw UserException.Mismatch(file.FilePath, "tensors of the state and of the format's results",
                $"an unknown \"{unknown}\"");
        }
    }

    /// <summary>Compares the tensors that follow from the configuration (filters) before the file's replace them.</summary>
    public static IEnumerable<Comparison> CompareDerived(
        SafeTensorsFile file, IReadOnlyDictionary<string, Tensor> state, Func<string, bool> isDerived)
    {
        foreach (string name in state.Keys.Where(isDerived))
        {
            using Tensor expected = file.Load(name);
            yield return Compare.Tensors(name, expected, state[name], Tolerances.Taps);
        }
    }

    /// <summary>Copies the file's tensors into the network.</summary>
    public static void Load(SafeTensorsFile file, IReadOnlyDictionary<string, Tensor> state)
    {
        using IDisposable ungraded = no_grad();
        foreach ((string name, Tensor tensor) in state)
        {
            using Tensor value = file.Load(name);
            tensor.copy_(value);
        }
    }

    /// <summary>Loads a tensor of results and checks its shape before anything computes with it.</summary>
    /// <param name="file">The file.</param>
    /// <param name="name">Key of the tensor.</param>
    /// <param name="device">Where it goes.</param>
    /// <param name="shape">Expected sizes; −1 allows any number from 1 up.</param>
    /// <exception cref="UserException">It is missing or has another shape.</exception>
    public static Tensor LoadShaped(SafeTensorsFile file, string name, Device device, params long[] shape)
    {
        IReadOnlyList<long> found = file.Entry(name).Shape;
        if (found.Count != shape.Length
            || found.Zip(shape).Any(pair => pair.Second < 0 ? pair.First < 1 : pair.First != pair.Second))
        {
            throw UserException.Mismatch($"{file.FilePath}: \"{name}\"",
                $"shape [{string.Join(", ", shape.Select(s => s < 0 ? "N" : FormattableString.Invariant($"{s}")))}]",
                Compare.Brackets(found));
        }

        return file.Load(name).to(device);
    }
}
