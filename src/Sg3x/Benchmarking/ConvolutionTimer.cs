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
    private readonly ScalarType _dtype;
    private readonly Choice _forward;
    private readonly Choice _input;
    private readonly Choice _weight;

    /// <param name="shape">The convolution.</param>
    /// <param name="batch">Images.</param>
    /// <param name="device">Where.</param>
    /// <param name="dtype">Of input and weight.</param>
    /// <param name="threads">The most threads to try.</param>
    public ConvolutionTimer(ConvolutionShape shape, int batch, Device device, ScalarType dtype, int threads)
    {
        (_shape, _batch, _device, _dtype) = (shape, batch, device, dtype);
        int[] counts = device.type == DeviceType.CPU ? [.. new[] { threads, 1 }.Distinct()] : [threads];
        Setting[] settings = [.. counts.SelectMany(t => new[] { new Setting(t, false), new Setting(t, true) })];
        Choice Choose(Func<Setting, double> time) =>
            new([.. settings.Select(s => (s, Math.Min(time(s), Math.Min(time(s), time(s)))))]);
        _forward = Choose(TimeForward);
        _input = Choose(s => TimeGradient(s, true));
        _weight = Choose(s => TimeGradient(s, false));
    }

    /// <summary>Seconds forward, of the batch.</summary>
    public double Forward() => TimeForward(_forward.Fastest);

    /// <summary>Seconds of all passes of an iteration, of the batch.</summary>
    public double Iteration() => Passes(
        TimeForward(_forward.Fastest), TimeGradient(_input.Fastest, true), TimeGradient(_weight.Fastest, false));

    /// <summary>Seconds of all passes of an iteration in one layout, as they were when the fastest was looked for.</summary>
    /// <param name="channelsLast">The layout: channels last, or else rows last.</param>
    public double Searched(bool channelsLast) =>
        Passes(_forward.In(channelsLast), _input.In(channelsLast), _weight.In(channelsLast));

    private double Passes(double forward, double input, double weight) =>
        (_shape.Passes.Forward * forward) + (_shape.Passes.InputGradients * input) + (_shape.Passes.WeightGradients * weight);

    private double TimeForward(Setting setting)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable quiet = no_grad();
        (Tensor x, Tensor weight) = Draw(setting);
        return setting.Run(() => Timing.Steady(() => Convolve(x, weight), _device));
    }

    private double TimeGradient(Setting setting, bool ofInput)
    {
        using DisposeScope scope = NewDisposeScope();
        (Tensor x, Tensor weight) = Draw(setting);
        Tensor wanted = (ofInput ? x : weight).requires_grad_(true);
        Tensor y = Convolve(x, weight);
        Tensor gradient = randn_like(y);
        return setting.Run(() => Timing.Steady(() => autograd.grad([y], [wanted], [gradient], retain_graph: true), _device));
    }

    private (Tensor X, Tensor Weight) Draw(Setting setting)
    {
        Tensor x = randn([_batch, _shape.In, _shape.Size, _shape.Size], device: _device).to(_dtype);
        Tensor weight = randn([_shape.Out, _shape.In, _shape.Kernel, _shape.Kernel], device: _device).to(_dtype);
        return setting.ChannelsLast ? (ChannelsLast(x), ChannelsLast(weight)) : (x, weight);
    }

    private Tensor Convolve(Tensor x, Tensor weight) => nn.functional.conv2d(
        x, weight, null, [_shape.Stride, _shape.Stride], [_shape.Padding, _shape.Padding], [1, 1], 1);

    // TorchSharp's contiguous() knows one layout, so the other one comes by permuting.
    private static Tensor ChannelsLast(Tensor x) => x.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2);

    private readonly record struct Choice((Setting Setting, double Seconds)[] Times)
    {
        public Setting Fastest => Times.MinBy(t => t.Seconds).Setting;

        public double In(bool channelsLast) => Times.Where(t => t.Setting.ChannelsLast == channelsLast).Min(t => t.Seconds);
    }

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
