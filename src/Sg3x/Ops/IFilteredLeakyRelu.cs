using Sg3x.Schedule;
using static TorchSharp.torch;

namespace Sg3x.Ops;

/// <summary>The constants of a filtered leaky ReLU (AFG section 3.1 and appendix D).</summary>
/// <param name="Up">Upsampling factor.</param>
/// <param name="Down">Downsampling factor.</param>
/// <param name="Padding">Pixels added around the upsampled image, or cropped where negative.</param>
/// <param name="Gain">Factor after the nonlinearity.</param>
/// <param name="Slope">Slope of the nonlinearity below zero; 1 makes it linear.</param>
/// <param name="Clamp">Bound on the magnitude after the gain, or null for none.</param>
public readonly record struct FilteredLeakyReluShape(
    int Up, int Down, ImagePadding Padding, double Gain, double Slope, double? Clamp)
{
    /// <summary>Width and height of the result.</summary>
    /// <param name="height">Height of the input in pixels.</param>
    /// <param name="width">Width of the input in pixels.</param>
    /// <param name="upTaps">Taps of the upsampling filter along an axis; 1 where there is none.</param>
    /// <param name="downTaps">Taps of the downsampling filter along an axis; 1 where there is none.</param>
    /// <returns>Height and width in pixels; below 1 where the filters do not fit.</returns>
    public (int Height, int Width) OutputSize(int height, int width, int upTaps, int downTaps)
    {
        int tall = height * Up + Padding.Y0 + Padding.Y1 - (upTaps - 1) - (downTaps - 1);
        int wide = width * Up + Padding.X0 + Padding.X1 - (upTaps - 1) - (downTaps - 1);
        return ((tall + Down - 1) / Down, (wide + Down - 1) / Down);
    }
}

/// <summary>
/// The filtered nonlinearity: bias; Up − 1 zeros after every sample; pad or crop; true convolution with the upsampling filter
/// times Up²; leaky ReLU; gain; clamp; true convolution with the downsampling filter; every Down-th sample from the first.
/// </summary>
public interface IFilteredLeakyRelu
{
    /// <summary>Name of the implementation, for people.</summary>
    string Name { get; }

    /// <summary>
    /// Applies the nonlinearity. The result can be differentiated twice with respect to <paramref name="x"/> and <paramref
    /// name="bias"/>.
    /// </summary>
    /// <param name="x">[N, C, H, W], float32, float64, or bfloat16 (fused on a GPU float16 as well): fused, filters and everything between input and result are
    /// float32; composed on a GPU, filters are rounded likewise, and so is the result of each step.</param>
    /// <param name="bias">[C], the dtype of <paramref name="x"/>.</param>
    /// <param name="upFilter">[n] separable or [n, n], any floating dtype; null is the identity.</param>
    /// <param name="downFilter">[n] separable or [n, n], any floating dtype; null is the identity.</param>
    /// <param name="shape">The constants.</param>
    /// <returns>[N, C, H', W'], the dtype of <paramref name="x"/>.</returns>
    /// <exception cref="ArgumentException">The arguments do not fit each other.</exception>
    Tensor Forward(Tensor x, Tensor bias, Tensor? upFilter, Tensor? downFilter, in FilteredLeakyReluShape shape);
}
