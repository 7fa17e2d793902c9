namespace Sg3x.Spec.Augmentation;

/// <summary>
/// The controller of the augmentation probability (ADA section 3), every 4 iterations:
/// <code>
///   r_t = E sign D(real)                            every real logit of the 4 iterations, those of R1's pass included
///   p  ← max(0, p + sign(r_t − 0.6)·batch·4 / (500·1000))
/// </code>
/// p crosses 0…1 in 500 kimg and has no upper bound. It moves when 4 iterations are done, at the end of 3, 7, 11, …, so that every
/// r_t is of 4 of them.
/// </summary>
public sealed class Controller(int batch, double target = 0.6, double kimg = 500, int interval = 4, double start = 0)
{
    private double sum;
    private long count;

    public double P { get; private set; } = start;

    /// <summary>One update's step.</summary>
    public double Step => batch * interval / (kimg * 1000);

    /// <summary>Logits since p last moved.</summary>
    public long Count => count;

    /// <summary>r_t so far.</summary>
    public double Overfitting => count == 0 ? 0 : sum / count;

    /// <summary>Real logits of any pass.</summary>
    public void Observe(IEnumerable<double> logits)
    {
        foreach (double logit in logits)
        {
            sum += Math.Sign(logit);
            count++;
        }
    }

    /// <summary>To be called at the end of iteration i (from 0): moves p at 3, 7, 11, …</summary>
    public void EndIteration(int i)
    {
        if ((i + 1) % interval != 0)
            return;
        P = Math.Max(0, P + Math.Sign(Overfitting - target) * Step);
        sum = 0;
        count = 0;
    }
}
