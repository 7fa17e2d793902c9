using System.Globalization;
using Sg3x.Training;
using TorchSharp;

namespace Sg3x.Cli.Commands;

/// <summary>Where and with how many threads a command computes.</summary>
/// <param name="Device"><c>auto</c>, <c>cpu</c>, <c>cuda</c> or <c>cuda:N</c>.</param>
/// <param name="Threads">Threads of one tensor operation; 0 takes one per processor.</param>
internal sealed record ComputeOptions(string Device, int Threads)
{
    /// <summary>Sets libtorch's threads and finds the device.</summary>
    /// <exception cref="UserException">No such device, or a number of threads that is none.</exception>
    public torch.Device Apply()
    {
        if (Threads is < 0 or > 4096)
        {
            throw UserException.Mismatch("--threads", "0 to 4096", Threads.ToString(CultureInfo.InvariantCulture));
        }

        return TrainingDevice.Prepare(Device, Threads, "--device");
    }
}
