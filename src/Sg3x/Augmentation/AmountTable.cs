using TorchSharp;
using static TorchSharp.torch;
using Amount = Sg3x.Augmentation.AugmentationAmount;
using Choice = Sg3x.Augmentation.AugmentationChoice;

namespace Sg3x.Augmentation;

/// <summary>
/// By how much each image is augmented: the draws in their units (die: ⌊sides·u⌋; uniform: (2u − 1)·range; normal: std·z), 0
/// where the augmentation is not taken. 0 is no change in every one of them: scales and factors are in powers of two.
/// </summary>
internal sealed class AmountTable : IDisposable
{
    private static readonly Column[] Columns =
    [
        // The dice first: they alone are rounded down.
        new(Amount.XFlip, Choice.XFlip, k => k.XFlip, 2, 0),
        new(Amount.QuarterTurns, Choice.Rotate90, k => k.Rotate90, 4, 0),
        new(Amount.LumaFlip, Choice.LumaFlip, k => k.LumaFlip, 2, 0),

        Uniform(Amount.WholeX, Choice.XInt, k => k.XInt, 0.125),
        Uniform(Amount.WholeY, Choice.XInt, k => k.XInt, 0.125),
        Normal(Amount.Scale, Choice.Scale, k => k.Scale, 0.2),
        Uniform(Amount.AngleBefore, Choice.RotateBefore, k => k.Rotate, Math.PI),
        Normal(Amount.Aniso, Choice.Aniso, k => k.Aniso, 0.2),
        Uniform(Amount.AngleAfter, Choice.RotateAfter, k => k.Rotate, Math.PI),
        Normal(Amount.PartX, Choice.XFrac, k => k.XFrac, 0.125),
        Normal(Amount.PartY, Choice.XFrac, k => k.XFrac, 0.125),
        Normal(Amount.Brightness, Choice.Brightness, k => k.Brightness, 0.2),
        Normal(Amount.Contrast, Choice.Contrast, k => k.Contrast, 0.5),
        Uniform(Amount.Hue, Choice.Hue, k => k.Hue, Math.PI),
        Normal(Amount.Saturation, Choice.Saturation, k => k.Saturation, 1),
        Normal(Amount.Band0, Choice.Band0, k => k.Filter, 1),
        Normal(Amount.Band1, Choice.Band1, k => k.Filter, 1),
        Normal(Amount.Band2, Choice.Band2, k => k.Filter, 1),
        Normal(Amount.Band3, Choice.Band3, k => k.Filter, 1),
        Normal(Amount.NoiseStd, Choice.Noise, k => k.Noise, 0.1),
        new(Amount.CutoutX, Choice.Cutout, k => k.Cutout, 1, 0),
        new(Amount.CutoutY, Choice.Cutout, k => k.Cutout, 1, 0),
        new(Amount.CutoutSize, Choice.Cutout, k => k.Cutout, 0, 0.5),
    ];

    private readonly Tensor _factor;
    private readonly Tensor _offset;
    private readonly Tensor _choice;
    private readonly Tensor _multiplier;
    private readonly Tensor _isRotation;

    internal AmountTable(AugmentationKinds kinds, Device device)
    {
        _factor = Row(c => c.Factor);
        _offset = Row(c => c.Offset);
        _multiplier = Row(c => c.Multiplier(kinds));
        bool[] isRotation = [.. Columns.Select(c => c.Choice is Choice.RotateBefore or Choice.RotateAfter)];
        _isRotation = tensor(isRotation, dtype: ScalarType.Bool, device: device).DetachFromDisposeScope();
        long[] choices = [.. Columns.Select(c => (long)c.Choice)];
        _choice = tensor(choices, dtype: ScalarType.Int64, device: device).DetachFromDisposeScope();

        Tensor Row(Func<Column, double> value) =>
            tensor([.. Columns.Select(value)], dtype: ScalarType.Float64, device: device).DetachFromDisposeScope();
    }

    /// <summary>The amounts of a batch.</summary>
    /// <param name="draws">The batch's draws.</param>
    /// <param name="p">float64 [], on the device.</param>
    /// <returns>float64 [N, <see cref="AugmentationAmount"/>].</returns>
    internal Tensor Of(AugmentationDraws draws, Tensor p)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor probability = _multiplier * p;
        Tensor ofOneRotation = 1 - (1 - probability).clamp(0, 1).sqrt();
        Tensor taken = draws.Choices.index_select(1, _choice) < where(_isRotation, ofOneRotation, probability);
        Tensor values = (draws.Values * _factor) + _offset;
        const int dice = (int)Amount.LumaFlip + 1;
        Tensor rounded = cat([values.narrow(1, 0, dice).floor(), values.narrow(1, dice, Columns.Length - dice)], 1);
        return (rounded * taken.to_type(ScalarType.Float64)).MoveToOuterDisposeScope();
    }

    public void Dispose()
    {
        foreach (Tensor constant in (Tensor[])[_factor, _offset, _choice, _multiplier, _isRotation])
        {
            constant.Dispose();
        }
    }

    /// <summary>The columns of <see cref="AugmentationDraws.Values"/> that hold normal draws; the others are uniform.</summary>
    internal static bool[] Normals { get; } = [.. Columns.Select(c => c.IsNormal)];

    private static Column Uniform(Amount amount, Choice choice, Func<AugmentationKinds, double> multiplier, double range) =>
        new(amount, choice, multiplier, 2 * range, -range);

    private static Column Normal(Amount amount, Choice choice, Func<AugmentationKinds, double> multiplier, double std) =>
        new(amount, choice, multiplier, std, 0, IsNormal: true);

    /// <summary>An amount is draw·Factor + Offset, taken with probability Multiplier·p.</summary>
    private sealed record Column(
        Amount Amount, Choice Choice, Func<AugmentationKinds, double> Multiplier, double Factor, double Offset,
        bool IsNormal = false);
}
