using System.Globalization;
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

        torch.set_num_threads(Threads == 0 ? Environment.ProcessorCount : Threads);
        string[] parts = Device.Split(':');
        switch (parts)
        {
            case ["auto"]:
                return torch.cuda.is_available() ? torch.CUDA : torch.CPU;
            case ["cpu"]:
                return torch.CPU;
            case ["cuda"]:
                return Cuda(0);
            case ["cuda", string index] when int.TryParse(index, NumberStyles.None, CultureInfo.InvariantCulture, out int i):
                return Cuda(i);
            default:
                throw UserException.Mismatch("--device", "auto, cpu, cuda or cuda:N", $"\"{Device}\"");
        }
    }

    private torch.Device Cuda(int index)
    {
        int devices = torch.cuda.is_available() ? torch.cuda.device_count() : 0;
        return index < devices
            ? torch.device(DeviceType.CUDA, index)
            : throw UserException.Mismatch("--device", devices == 0 ? "cpu (libtorch sees no CUDA device here: sg3x doctor)"
                : string.Create(CultureInfo.InvariantCulture, $"cuda:0 to cuda:{devices - 1}"), Device);
    }
}
