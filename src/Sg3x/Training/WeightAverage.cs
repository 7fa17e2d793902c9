using static TorchSharp.torch;

namespace Sg3x.Training;

/// <summary>The moving average of the generator's weights, G_ema, which makes the pictures.</summary>
public static class WeightAverage
{
    /// <summary>
    /// Share of the average that stays: β = 0.5^(batch / min(half-life, r·images before this batch)), and 0 at the first
    /// iteration, so that the average starts from the weights after it and not from the random ones.
    /// </summary>
    /// <param name="batch">Images of an iteration.</param>
    /// <param name="halfLifeImages">Half-life in images.</param>
    /// <param name="rampup">Limit of the half-life as a share of the images so far, r; null: none.</param>
    /// <param name="imagesBefore">Images shown before this iteration.</param>
    public static double Beta(int batch, double halfLifeImages, double? rampup, long imagesBefore)
    {
        double halfLife = rampup is { } r ? Math.Min(halfLifeImages, r * imagesBefore) : halfLifeImages;
        return halfLife > 0 ? Math.Pow(0.5, batch / halfLife) : 0;
    }

    /// <summary>Average ← β·average + (1 − β)·source for every parameter; buffers are copied.</summary>
    /// <param name="average">Network that holds the average.</param>
    /// <param name="source">Network of the same architecture.</param>
    /// <param name="beta">Share of the average that stays, 0 to 1.</param>
    public static void Update(nn.Module average, nn.Module source, double beta)
    {
        using IDisposable scope = NewDisposeScope();
        Update(average, source, beta, zeros([], ScalarType.Bool, source.parameters().First().device));
    }

    /// <summary>The same, or on the device nothing.</summary>
    /// <param name="average">Network that holds the average.</param>
    /// <param name="source">Network of the same architecture.</param>
    /// <param name="beta">Share of the average that stays, 0 to 1.</param>
    /// <param name="withheld">bool [], on the device: where it is true the average keeps its bits.</param>
    public static void Update(nn.Module average, nn.Module source, double beta, Tensor withheld)
    {
        using IDisposable scope = NewDisposeScope();
        using IDisposable noGradient = no_grad();

        // 1·x + (−0) is x, −0 included. One piece of memory is enough for what is added.
        Tensor first = source.parameters().First();
        Tensor share = full([], beta, first.dtype, first.device).masked_fill_(withheld, 1);
        Tensor room = empty([source.parameters().Max(p => p.numel())], first.dtype, first.device);
        foreach (((_, Tensor mean), (_, Tensor value)) in average.named_parameters().Zip(source.named_parameters()))
        {
            Tensor added = room.narrow(0, 0, value.numel()).view(value.shape).copy_(value).masked_fill_(withheld, -0.0);
            mean.mul_(share).add_(added, 1 - beta);
        }

        foreach (((_, Tensor copy), (_, Tensor value)) in average.named_buffers().Zip(source.named_buffers()))
        {
            copy.copy_(where(withheld, copy, value));
        }
    }
}
