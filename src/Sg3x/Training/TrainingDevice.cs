using System.Globalization;
using static TorchSharp.torch;

namespace Sg3x.Training;

/// <summary>The device that <c>training.device</c> names.</summary>
public static class TrainingDevice
{
    /// <summary>Finds the device and sets the number of CPU threads.</summary>
    /// <param name="name"><c>auto</c>, <c>cpu</c>, <c>cuda</c> or <c>cuda:N</c>.</param>
    /// <param name="threads">Threads of one tensor operation on the CPU; 0: one per processor.</param>
    /// <exception cref="UserException">This machine or build has no such device.</exception>
    public static Device Prepare(string name, int threads)
    {
        set_num_threads(threads > 0 ? threads : Environment.ProcessorCount);
        if (name == "cpu" || (name == "auto" && !cuda.is_available()))
        {
            return CPU;
        }

        bool numbered = name.StartsWith("cuda:", StringComparison.Ordinal);
        int index = numbered ? int.Parse(name.AsSpan(5), CultureInfo.InvariantCulture) : 0;
        int count = cuda.is_available() ? cuda.device_count() : 0;
        return index < count
            ? new Device($"cuda:{index}")
            : throw UserException.Mismatch(
                "training.device", count == 0 ? "cpu (no CUDA device here)" : $"cuda:0 to cuda:{count - 1}", name);
    }
}
