using TorchSharp;
using static TorchSharp.torch;

namespace Sg3x.Benchmarking;

/// <summary>
/// Times one convolution by itself, on fresh random data of its shape, in the layouts and with the numbers of threads that there are:
/// first all of them, to find the fastest for each pass, and from then on that one.
/// </summary>
internal sealed class ConvolutionTimer
{
    private readonly ConvolutionShape _shape;
    private readonly int _batch;
    private readonly Device _device;
    private readonly Setting _forward;
    private readonly Setting _input;
    private readonly Setting _weight;

    /// <param name="shape">The convolution.</param>
    /// <param name="batch">Images.</param>
    /// <param name="device">Where.</param>
    /// <param name="threads">The most threads to try.</param>
    public ConvolutionTimer(ConvolutionShape shape, int batch, Device device, int threads)
    {
        (_shape, _batch, _device) = (shape, batch, device);
        int[] counts = device.type == DeviceType.CPU ? [.. new[] { threads, 1 }.Distinct()] : [threads];
        Setting[] settings = [.. counts.SelectMany(t => new[] { new Setting(t, false), new Setting(t, true) })];
        Setting Fastest(Func<Setting, double> time) => settings.MinBy(s => Math.Min(time(s), Math.Min(time(s), time(s))));
        _forward = Fastest(TimeForward);
        _input = Fastest(s => TimeGradient(s, true));
        _weight = Fastest(s => TimeGradient(s, false));
    }

    /// <summary>Seconds forward, of the batch.</summary>
    public double Forward() => TimeForward(_forward);

    /// <summary>Seconds of all passes of an iteration, of the batch.</summary>
    public double Iteration() =>
        (_shape.Passes.Forward * TimeForward(_forward))
        + (_shape.Passes.InputGradients * TimeGradient(_input, true))
        + (_shape.Passes.WeightGradients * TimeGradient(_weight, false));

    private double TimeForward(Setting setting)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable quiet = no_grad();
        (Tensor x, Tensor weight) = Draw(setting);
        return setting.Run(() => Timing.Once(() => Convolve(x, weight), _device));
    }

    private double TimeGradient(Setting setting, bool ofInput)
    {
        using DisposeScope scope = NewDisposeScope();
        (Tensor x, Tensor weight) = Draw(setting);
        Tensor wanted = (ofInput ? x : weight).requires_grad_(true);
        Tensor y = Convolve(x, weight);
        Tensor gradient = randn_like(y);
        return setting.Run(() => Timing.Once(() => autograd.grad([y], [wanted], [gradient]), _device));
    }

    private (Tensor X, Tensor Weight) Draw(Setting setting)
    {
        Tensor x = randn([_batch, _shape.In, _shape.Size, _shape.Size], device: _device);
        Tensor weight = randn([_shape.Out, _shape.In, _shape.Kernel, _shape.Kernel], device: _device);
        return setting.ChannelsLast ? (ChannelsLast(x), ChannelsLast(weight)) : (x, weight);
    }

    private Tensor Convolve(Tensor x, Tensor weight) => nn.functional.conv2d(
        x, weight, null, [_shape.Stride, _shape.Stride], [_shape.Padding, _shape.Padding], [1, 1], 1);

    private static Tensor ChannelsLast(Tensor x) => x.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2);

    private readonly record struct Setting(int Threads, bool ChannelsLast)
    {
        public T Run<T>(Func<T> call)
        {
            int before = get_num_threads();
            set_num_threads(Threads);
            try
            {
                return call();
            }
            finally
            {
                set_num_threads(before);
            }
        }
    }
}
