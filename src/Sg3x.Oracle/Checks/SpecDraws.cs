using Sg3x.Augmentation;
using Sg3x.Spec.Augmentation;
using Amount = Sg3x.Augmentation.AugmentationAmount;
using Choice = Sg3x.Augmentation.AugmentationChoice;

namespace Sg3x.Oracle.Checks;

/// <summary>Production's draws of augmentations, handed to the spec in the order in which it asks.</summary>
internal static class SpecDraws
{
    private static readonly Amount[] s_amounts =
    [
        Amount.XFlip, Amount.QuarterTurns, Amount.WholeX, Amount.WholeY, Amount.Scale, Amount.AngleBefore, Amount.Aniso,
        Amount.AngleAfter, Amount.PartX, Amount.PartY, Amount.Brightness, Amount.Contrast, Amount.LumaFlip, Amount.Hue,
        Amount.Saturation,
    ];

    private static readonly Choice[] s_choices =
    [
        Choice.XFlip, Choice.Rotate90, Choice.XInt, Choice.Scale, Choice.RotateBefore, Choice.Aniso, Choice.RotateAfter,
        Choice.XFrac, Choice.Brightness, Choice.Contrast, Choice.LumaFlip, Choice.Hue, Choice.Saturation,
    ];

    /// <summary>Those of each image.</summary>
    public static IEnumerable<IDraw> Of(AugmentationDraws draws)
    {
        double[][] choices = Rows(draws.Choices), values = Rows(draws.Values);
        return choices.Zip(values, (c, v) => (IDraw)new Replay(
            s_amounts.Select(a => v[(int)a]), s_choices.Select(choice => c[(int)choice])));
    }

    /// <summary>Whether an amount is a normal draw; the others are uniform.</summary>
    public static bool IsNormal(Amount amount) => amount is Amount.Scale or Amount.Aniso or Amount.PartX or Amount.PartY
        or Amount.Brightness or Amount.Contrast or Amount.Saturation or Amount.Band0 or Amount.Band1 or Amount.Band2
        or Amount.Band3 or Amount.NoiseStd;

    /// <summary>A tensor of draws, image by image.</summary>
    public static double[][] Rows(TorchSharp.torch.Tensor draws) => [.. Bridge.Values(draws).Chunk((int)draws.shape[1])];

    private sealed class Replay(IEnumerable<double> amounts, IEnumerable<double> choices) : IDraw
    {
        private readonly Queue<double> amounts = new(amounts), choices = new(choices);

        public bool Takes(double probability) => choices.Dequeue() < probability;

        public int Die(int sides) => (int)Math.Floor(sides * amounts.Dequeue());

        public double Uniform(double range) => (2 * amounts.Dequeue() - 1) * range;

        public double Normal(double std) => std * amounts.Dequeue();
    }
}
