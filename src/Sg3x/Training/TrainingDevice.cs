using System.Globalization;
using static TorchSharp.torch;

namespace Sg3x.Training;

/// <summary>The device that <c>training.device</c> names.</summary>
public static class TrainingDevice
{
    /// <summary>Finds the device, sets the number of CPU threads, and keeps float32 to its 24 bits: a GPU would round to TF32's 11
    /// for convolutions, or where an environment variable says so for all products.</summary>
    /// <param name="name"><c>auto</c>, <c>cpu</c>, <c>cuda</c> or <c>cuda:N</c>.</param>
    /// <param name="threads">Threads of one tensor operation on the CPU; 0: one per processor.</param>
    /// <param name="option">What the name was given as, for messages.</param>
    /// <exception cref="UserException">There is no such name, or this machine or build has no such device.</exception>
    public static Device Prepare(string name, int threads, string option = "training.device")
    {
        int? index = name.Split(':') switch
        {
            ["auto" or "cpu"] => null,
            ["cuda"] => 0,
            ["cuda", var text] when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int n) => n,
            _ => throw UserException.Mismatch(option, "auto, cpu, cuda or cuda:N", $"\"{name}\""),
        };
        set_num_threads(threads > 0 ? threads : Environment.ProcessorCount);
        (backends.cuda.matmul.allow_tf32, backends.cudnn.allow_tf32) = (false, false);
        int count = name != "cpu" && cuda.is_available() ? cuda.device_count() : 0;
        if (index is null && count == 0)
        {
            return CPU;
        }

        return (index ?? 0) < count
            ? new Device($"cuda:{index ?? 0}")
            : throw UserException.Mismatch(
                option, count == 0 ? "cpu (libtorch sees no CUDA device here)" : $"cuda:0 to cuda:{count - 1}", name);
    }
}
