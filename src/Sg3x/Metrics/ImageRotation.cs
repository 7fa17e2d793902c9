using Sg3x.Ops;
using Sg3x.Schedule;
using TorchSharp;
using static TorchSharp.torch;

namespace Sg3x.Metrics;

/// <summary>
/// Rotation of images for EQ-R (AFG appendix E.3). A turned image has a turned square for its band limit, so what is compared is
/// limited to
/// what both squares hold: f = (S ∗ S_α)·(L ∗ L_α), S a sinc and L a Lanczos-3 window along both axes, S_α and L_α the same
/// turned by α.
/// </summary>
public static class ImageRotation
{
    private const int Lobes = 3;
    private const int Reach = 2 * Lobes;
    private const int Extent = 64;
    private const int Up = 4;

    /// <summary>The images turned by α about their centre: upsampled by 4 with f, then read bilinearly.</summary>
    /// <param name="images">[N, C, H, H].</param>
    /// <param name="angle">α in radians, clockwise as the image is seen (y down) for negative ones.</param>
    /// <returns>Images of that shape, and the mask [H, H] of the pixels whose source is in the image.</returns>
    /// <exception cref="ArgumentException">The images are not square.</exception>
    public static (Tensor Images, Tensor Mask) Rotate(Tensor images, double angle)
    {
        int size = Side(images);
        using DisposeScope scope = NewDisposeScope();
        Tensor filter = BandLimit(angle, Up);
        int taps = (int)filter.shape[0], pad = taps / 2;
        int before = pad + (taps + Up - 1) / 2, after = pad + (taps - Up) / 2;
        Tensor fine = DepthwiseFilter.Apply(
            images, filter.to(images.device), Up, 1, new ImagePadding(before, after, before, after), Up * Up);

        // Pixel i of the image is sample Up·i + pad + Up/2 of the fine one; pixels near its edge saw zeros from outside.
        int fineSide = (int)fine.shape[3], edge = 2 * pad + 1;
        (double cos, double sin) = (Math.Cos(angle), Math.Sin(angle));
        var x = new double[size * size];
        var y = new double[size * size];
        var mask = new float[size * size];
        for (int i = 0; i < mask.Length; i++)
        {
            double px = i % size - (size - 1) / 2.0, py = i / size - (size - 1) / 2.0;
            x[i] = Up * (cos * px - sin * py + (size - 1) / 2.0) + pad + Up / 2;
            y[i] = Up * (sin * px + cos * py + (size - 1) / 2.0) + pad + Up / 2;
            mask[i] = Between(Math.Round(x[i])) && Between(Math.Round(y[i])) ? 1 : 0;
        }
        bool Between(double at) => at >= edge && at < fineSide - edge;
        Tensor turned = Bilinear(fine, x, y).reshape(images.shape);
        return scope.MoveToOuter(turned, tensor(mask).reshape(size, size).to(images.dtype).to(images.device));
    }

    /// <summary>The images not turned, but limited as those that are turned by α: filtered with f of −α.</summary>
    /// <param name="images">[N, C, H, H].</param>
    /// <param name="angle">α in radians.</param>
    /// <returns>Images of that shape, and the mask [H, H]: 1 but for 5 pixels along the border.</returns>
    /// <exception cref="ArgumentException">The images are not square.</exception>
    public static (Tensor Images, Tensor Mask) PseudoRotate(Tensor images, double angle)
    {
        int size = Side(images);
        using DisposeScope scope = NewDisposeScope();
        Tensor filter = BandLimit(-angle, 1);
        int pad = (int)filter.shape[0] / 2;
        Tensor y = DepthwiseFilter.Apply(images, filter.to(images.device), 1, 1, new ImagePadding(pad, pad, pad, pad), 1);
        float[] line = [.. Enumerable.Range(0, size).Select(u => u >= pad && u < size - pad ? 1f : 0f)];
        Tensor inside = tensor(line).to(images.dtype).to(images.device);
        return scope.MoveToOuter(y, inside.unsqueeze(1) * inside.unsqueeze(0));
    }

    // f at 1/up pixel over ±6 pixels, [n, n] in float64 with n = 2·6·up − 1, each of its up² phases of unit sum over up².
    internal static Tensor BandLimit(double angle, int up)
    {
        Tensor filter = WithItsTurn(Sinc, angle, up) * WithItsTurn(t => Math.Abs(t) < Lobes ? Sinc(t / Lobes) : 0, angle, up);
        long side = filter.shape[0];
        for (int v = 0; v < up; v++)
        {
            for (int u = 0; u < up; u++)
            {
                Tensor phase = filter.slice(0, v, side, up).slice(1, u, side, up);
                phase.div_(phase.sum() * (up * up));
            }
        }
        return filter;
    }

    // (G ∗ G_α) for G(x, y) = g(x)·g(y), both sampled over ±64 pixels and taken as periodic there: rows and columns by the same
    // circulant matrix, A G_α Aᵀ.
    private static Tensor WithItsTurn(Func<double, double> g, double angle, int up)
    {
        int half = Extent * up - 1, n = 2 * half + 1, reach = Reach * up - 1, side = 2 * reach + 1;
        (double cos, double sin) = (Math.Cos(angle), Math.Sin(angle));
        var turned = new double[n * n];
        for (int i = 0; i < turned.Length; i++)
        {
            double x = (i % n - half) / (double)up, y = (i / n - half) / (double)up;
            turned[i] = g(cos * x + sin * y) * g(-sin * x + cos * y);
        }
        var matrix = new double[side * n];
        for (int i = 0; i < matrix.Length; i++)
        {
            int difference = (i / n - reach) - (i % n - half);
            int wrapped = ((difference + half) % n + n) % n - half;
            matrix[i] = g(wrapped / (double)up);
        }
        Tensor a = tensor(matrix).reshape(side, n);
        return a.matmul(tensor(turned).reshape(n, n)).matmul(a.t());
    }

    private static Tensor Bilinear(Tensor image, double[] x, double[] y)
    {
        long height = image.shape[2], width = image.shape[3];
        Tensor flat = image.reshape(image.shape[0], image.shape[1], height * width);
        Tensor sum = zeros([image.shape[0], image.shape[1], x.Length], image.dtype, image.device);
        foreach ((int dx, int dy) in new[] { (0, 0), (1, 0), (0, 1), (1, 1) })
        {
            var index = new long[x.Length];
            var weight = new double[x.Length];
            for (int i = 0; i < index.Length; i++)
            {
                long u = (long)Math.Floor(x[i]), v = (long)Math.Floor(y[i]);
                double fu = x[i] - u, fv = y[i] - v;
                bool inside = u + dx >= 0 && u + dx < width && v + dy >= 0 && v + dy < height;
                weight[i] = inside ? (dx == 0 ? 1 - fu : fu) * (dy == 0 ? 1 - fv : fv) : 0;
                index[i] = inside ? (v + dy) * width + u + dx : 0;
            }
            sum = sum + flat.index_select(2, tensor(index).to(image.device)) * tensor(weight).to(image.dtype).to(image.device);
        }
        return sum;
    }

    private static int Side(Tensor images)
    {
        ArgumentNullException.ThrowIfNull(images);
        if (images.dim() != 4 || images.shape[2] != images.shape[3])
            throw new ArgumentException(
                $"images: expected [N, C, H, H], found [{string.Join(", ", images.shape)}].", nameof(images));
        return (int)images.shape[2];
    }

    private static double Sinc(double t) => t == 0 ? 1 : Math.Sin(Math.PI * t) / (Math.PI * t);
}
