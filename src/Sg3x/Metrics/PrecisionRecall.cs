using TorchSharp;
using static TorchSharp.torch;

namespace Sg3x.Metrics;

/// <summary>Precision and recall of generated images.</summary>
/// <param name="Precision">Share of generated images within the manifold of the real ones: quality.</param>
/// <param name="Recall">Share of real images within the manifold of the generated ones: variety.</param>
public sealed record PrecisionRecallResult(double Precision, double Recall);

/// <summary>
/// Improved precision and recall (Kynkäänniemi et al. 2019): the manifold of a set is the union of balls around its features, each
/// as far as the third nearest other one of the set.
/// </summary>
public static class PrecisionRecall
{
    private const int Neighbours = 3, Portion = 512;

    /// <summary>Measures both.</summary>
    /// <param name="real">Features [N, D], N at least 4.</param>
    /// <param name="generated">Features [M, D], M at least 4.</param>
    /// <param name="stop">Asks for a stop, which is heard between portions of the features.</param>
    /// <exception cref="ArgumentException">The shapes do not match.</exception>
    /// <exception cref="OperationCanceledException">It was asked to stop.</exception>
    public static PrecisionRecallResult Between(Tensor real, Tensor generated, CancellationToken stop = default)
    {
        Features.Check(real, generated, Neighbours + 1);
        using IDisposable quiet = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Tensor r = real.to(ScalarType.Float64), g = generated.to(ScalarType.Float64);
        return new PrecisionRecallResult(Covered(g, r, stop), Covered(r, g, stop));
    }

    /// <summary>The share of points that lie in a ball of the manifold.</summary>
    private static double Covered(Tensor points, Tensor manifold, CancellationToken stop)
    {
        double[] radii = Radii(manifold, stop);
        long inside = 0;
        ForRows(points, manifold, (_, distances) =>
        {
            for (int i = 0; i < radii.Length; i++)
            {
                if (distances[i] <= radii[i])
                {
                    Interlocked.Increment(ref inside);
                    return;
                }
            }
        }, stop);
        return inside / (double)points.shape[0];
    }

    /// <summary>The squared radius of each ball.</summary>
    private static double[] Radii(Tensor manifold, CancellationToken stop)
    {
        var radii = new double[manifold.shape[0]];
        ForRows(manifold, manifold, (row, distances) =>
        {
            double[] others = [.. distances];
            others[row] = double.PositiveInfinity;
            Array.Sort(others);
            radii[row] = others[Neighbours - 1];
        }, stop);
        return radii;
    }

    /// <summary>Squared distances from each point to all of the others, point by point.</summary>
    private static void ForRows(Tensor points, Tensor to, Action<int, double[]> action, CancellationToken stop)
    {
        Tensor squares = to.square().sum(1);
        for (long at = 0; at < points.shape[0]; at += Portion)
        {
            stop.ThrowIfCancellationRequested();
            using DisposeScope scope = NewDisposeScope();
            Tensor part = points.narrow(0, at, Math.Min(Portion, points.shape[0] - at));
            Tensor distances = part.square().sum(1).unsqueeze(1) + squares - 2 * part.matmul(to.t());
            double[] values = distances.contiguous().data<double>().ToArray();
            int width = (int)to.shape[0];
            long first = at;
            Parallel.For(0, (int)part.shape[0], i => action((int)first + i, values[(i * width)..((i + 1) * width)]));
        }
    }
}
