using Sg3x.Augmentation;
using Sg3x.Oracle.Checks;
using static Sg3x.Faults.Tests.PlantedFault;
using static TorchSharp.torch;

namespace Sg3x.Faults.Tests;

/// <summary>Matrices, images, draws and the controller of adaptive augmentation.</summary>
internal static class AugmentationFaults
{
    public static IReadOnlyList<PlantedFault> All { get; } =
    [
        Fault("rotations at p each", "how often it turns", "1 − (1 − p)² of the images are turned", "augment.geometry", a =>
            a with
        {
            // 1 − √(1 − q) = p
            Geometry = (kinds, p, draws, x) =>
                a.Geometry(kinds with { Rotate = p > 0 ? (1 - Math.Pow(1 - Math.Min(p, 1), 2)) / p : 1 }, p, draws, x),
        }),
        Fault("the image turned where its inverse is due", "direction of the geometry", "turns are symmetric draws, so that no "
            + "statistic tells: the order with shifts and scales is another", "augment.geometry", a => a with
        {
            Geometry = (kinds, p, draws, x) =>
            {
                Tensor g = a.Geometry(kinds, p, draws, x).clone(), linear = g.narrow(1, 0, 2).narrow(2, 0, 2);
                linear.copy_(linear.transpose(1, 2).clone());
                return g;
            },
        }),
        Fault("shifts in fractions of the image", "unit of the shifts", "[0, 1] coordinates, where pixels are due",
            "augment.geometry",
            a => a with
        {
            Geometry = (kinds, p, draws, x) =>
            {
                Tensor g = a.Geometry(kinds, p, draws, x).clone();
                g.narrow(1, 0, 2).narrow(2, 2, 1).div_((double)x.shape[2]);
                return g;
            },
        }),
        Fault("hue turned the other way", "handedness of hue", "a transposed rotation", "augment.colour", a => a with
        {
            Colour = (kinds, p, draws, x) =>
            {
                Tensor c = a.Colour(kinds, p, draws, x).clone(), rgb = c.narrow(1, 0, 3).narrow(2, 0, 3);
                rgb.copy_(rgb.transpose(1, 2).clone());
                return c;
            },
        }),
        Fault("colours of images in 0…1", "range of the colours", "brightness half as strong as meant", "augment.colour", a =>
            a with
        {
            Colour = (kinds, p, draws, x) =>
            {
                Tensor c = a.Colour(kinds, p, draws, x).clone();
                c.narrow(1, 0, 3).narrow(2, 3, 1).mul_(0.5);
                return c;
            },
        }),
        Fault("images off by half a pixel", "grid of the sampling", "align_corners in the place of pixel centres",
            "augment.images",
            a => a with { Apply = (kinds, p, draws, x) => (a.Apply(kinds, p, draws, x) + a.Apply(kinds, p, draws, x).roll([1],
                [3])) / 2 }),
        Fault("gradients of another grid than the image's", "gradient of augmentation", "a backward kernel that aligns corners "
            + "where the forward one does not", "augment.gradient", a => a with
        {
            Apply = (kinds, p, draws, x) =>
            {
                Tensor shifted = a.Apply(kinds, p, draws, x.roll([1], [3]));
                return a.Apply(kinds, p, draws, x).detach() + shifted - shifted.detach();
            },
        }),
        Fault("one augmentation's gradient for all images", "gradient of augmentation", "a cached grid: what reaches an image is "
            + "for another", "augment.gradient", a => a with
        {
            Apply = (kinds, p, draws, x) =>
            {
                Tensor other = a.Apply(kinds, p, draws, x.flip([0])).flip([0]);
                return a.Apply(kinds, p, draws, x).detach() + other - other.detach();
            },
        }),
        Fault("one coin for all kinds", "coins of augmentation", "all or nothing: an image in p is augmented beyond recognition",
            "augment.draws", a => a with
        {
            Draw = (seed, n, device) => Of(a.Draw(seed, n, device), choices => choices.narrow(1, 0, 1).repeat(1,
                choices.shape[1])),
        }),
        Fault("one coin for all images", "coins of augmentation", "a batch is augmented or it is not", "augment.draws", a =>
            a with
        {
            Draw = (seed, n, device) => Of(a.Draw(seed, n, device), choices => choices.narrow(0, 0, 1).repeat(n, 1)),
        }),
        Fault("normal scales drawn uniformly", "amounts of augmentation", "rand for randn", "augment.draws", a => a with
        {
            Draw = (seed, n, device) => Of(a.Draw(seed, n, device), values: values => rand(
                values.shape, ScalarType.Float64).to(device)),
        }),
        Fault("p four times slower", "speed of p", "the step without the factor of 4 iterations", "augment.controller", WriteUp,
            a => a with { Control = (config, batch, logits, device) => a.Control(
                config with { Kimg = 4 * config.Kimg }, batch, logits, device) }),
        Fault("p capped at 0.9", "bound of p", "a small data set cannot be augmented enough", "augment.controller", WriteUp,
            a => a with { Control = (config, batch, logits, device) => [.. a.Control(
                config, batch, logits, device).Select(p => Math.Min(0.9, p))] }),
        Fault("r_t of the mean logit", "r_t", "it depends on the scale of D", "augment.controller", a => a with
        {
            Control = (config, batch, logits, device) =>
                a.Control(config, batch, [.. logits.Select(row => new[] { row.Average() })], device),
        }),
        Fault("r_t of the last iteration alone", "r_t", "a quarter of what is known", "augment.controller", a => a with
        {
            Control = (config, batch, logits, device) =>
                a.Control(config, batch, [.. logits.Select((row, i) => (i + 1) % config.Interval == 0 ? row : [])], device),
        }),
        Fault("p that moves after iterations 0, 4, 8, …", "when p moves", "the first step follows a single iteration, all others "
            + "come three too late", "augment.controller", a => a with
        {
            Control = (config, batch, logits, device) =>
                a.Control(config, batch, [.. Enumerable.Repeat(Array.Empty<double>(), config.Interval - 1), .. logits], device)
                    [(config.Interval - 1)..],
        }),
    ];

    private static AugmentationDraws Of(AugmentationDraws draws, Func<Tensor, Tensor>? choices = null,
        Func<Tensor, Tensor>? values = null) =>
        new(choices?.Invoke(draws.Choices) ?? draws.Choices, values?.Invoke(draws.Values) ?? draws.Values);

    private static PlantedFault Fault(string name, string mechanism, string story, string caughtBy,
        Func<AugmentationParts, AugmentationParts> change) => Fault(name, mechanism, story, caughtBy, Classic, change);

    private static PlantedFault Fault(string name, string mechanism, string story, string caughtBy, string source,
        Func<AugmentationParts, AugmentationParts> change) => new(name, mechanism, source, story, caughtBy,
            () => T with { Augmentation = change(AugmentationParts.Production) });
}
