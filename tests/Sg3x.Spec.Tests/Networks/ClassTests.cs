using FsCheck.Xunit;
using Sg3x.Spec.Layers;
using Sg3x.Spec.Networks;
using Sg3x.Spec.Schedule;
using Sg3x.Spec.Tests.Support;
using Sg3x.Spec.Training;

namespace Sg3x.Spec.Tests.Networks;

/// <summary>Networks with classes, against a definition in torch's float64 and against what follows from the equations.</summary>
public class ClassTests
{
    private static readonly NetworkState s_mapping = ClassConstants.State("generator", "mapping.");
    private static readonly NetworkState s_state = ClassConstants.State("discriminator");

    private static readonly Generator s_generator = new(new LayerSchedule(new ScheduleConfig { Resolution = 16 }), s_mapping);
    private static readonly Discriminator s_discriminator = new(8, s_state);

    [Fact]
    public void The_mapping_is_torchs()
    {
        double[][] z = s_mapping.Rows("io.z"), c = s_mapping.Rows("io.c");
        Near.Relative(s_mapping.Vector("io.w"), [.. s_generator.Map(z, c).SelectMany(row => row)], 1e-13);
        Near.Relative(s_mapping.Vector("io.w_half"), [.. s_generator.Map(z, c, 0.5).SelectMany(row => row)], 1e-13);
        Near.Relative(s_mapping.Vector("io.w_avg_after"), s_generator.UpdatedAverage(z, c), 1e-13);
    }

    [Fact]
    public void The_discriminator_is_torchs()
    {
        double[][] c = s_state.Rows("io.c");
        Near.Relative(s_state.Vector("io.logits"), s_discriminator.Logits(s_state.Images("io.image"), c), 1e-12);
        double[] penalties = [.. s_discriminator.Gradient(s_state.Images("io.image"), c).Select(
            image => 2 * GradientPenalty.R1(1, [[.. Near.Flat([image])]]))];
        Near.Relative(s_state.Vector("io.r1_penalty"), penalties, 1e-11);
    }

    [Property(MaxTest = 30)]
    public void An_embedding_knows_no_length(int seed)
    {
        var draw = new Draws(seed);
        int classes = draw.Int(1, 7), width = draw.Int(2, 9);
        double[,] W = new double[width, classes];
        for (int i = 0; i < width; i++)
            for (int k = 0; k < classes; k++)
                W[i, k] = draw.Uniform(1, 2);
        double[] b = new double[width];
        double[] c = [.. Enumerable.Range(0, classes).Select(k => k == seed % classes || k == 0 ? 1.0 : 0)];
        double[] once = ClassEmbedding.Forward(c, W, b), thrice = ClassEmbedding.Forward([.. c.Select(x => 3 * x)], W, b);
        double moment = once.Average(x => x * x), raw = FullyConnected.Forward(c, W, b, 1, false).Average(x => x * x);

        // All but the 1e−8 under the root.
        Near.Value(raw / (raw + 1e-8), moment, 1e-12);
        Near.Relative(once, thrice, 1e-8 / raw + 1e-12);
    }

    /// <summary>One-hot labels of as many classes as there are values: the projection is on each of them in turn.</summary>
    [Fact]
    public void A_projection_is_a_mean_over_roots()
    {
        double[] x = [2, -3, 5, 7];
        Near.Value(11 / 2.0, ClassEmbedding.Project(x, [1, 1, 1, 1]));
        Near.Value(5 / 2.0, ClassEmbedding.Project(x, [0, 0, 1, 0]));
    }

    [Fact]
    public void A_label_has_the_datas_frequency() =>
        Assert.Equal([0, 0.5, 0.5, 1], ClassLabels.Cumulative([1, 3, 1, 3], 4));
}
