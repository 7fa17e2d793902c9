using Sg3x.Networks;
using Sg3x.Oracle.Checks;
using static Sg3x.Faults.Tests.PlantedFault;
using static TorchSharp.torch;

namespace Sg3x.Faults.Tests;

/// <summary>Classes: the label's embedding, the projection, and which label goes with which image.</summary>
internal static class ClassFaults
{
    public static IReadOnlyList<PlantedFault> All { get; } =
    [
        Mapping("the embedding not normalised", "embedding of the label", Classic,
            "a class of a long embedding drowns z, and shows little variety", new() { Embedding = e => e }),
        Mapping("the embedding's gain left out", "embedding of the label", Classic, "1/√dim c: right as long as its bias is 0",
            new() { Label = c => c * Math.Sqrt(c.shape[1]) }),
        Mapping("z and the embedding normalised together", "embedding of the label", Classic, "by both second moments", new()
        {
            Latent = z => z,
            Embedding = e => e,
            Join = (z, e) => cat([z, e], 1) * (cat([z, e], 1).square().mean([1], true) + 1e-8).rsqrt(),
        }),
        Mapping("the label ignored by G", "label of the mapping", Classic, "images vary, but not with the class",
            new() { Label = c => zeros_like(c) }),
        Mapping("labels in another order", "label of the mapping", Classic, "those of the next sample: right on average",
            new() { Label = c => c.roll(1, 0) }),
        Mapping("the embedding in front of z", "order of the mapping's input", Classic,
            "as good for one's own weights, and wrong for all others'", new() { Join = (z, e) => cat([e, z], 1) }),
        Mapping("w_avg of the first class", "classes in w_avg", Classic, "an average for each class that overwrite each other",
            new() { Mean = (w, c) => (w * c.narrow(1, 0, 1)).mean([0]) }),

        Projection("the projection not scaled", "scale of the projection", Classic, "√dim times too large, R1 dim times",
            (d, x, c) => d.forward(x, c) * Math.Sqrt(Sg3x.Networks.Discriminator.Channels(d.Config, 4))),
        Projection("the projection a mean", "scale of the projection", Classic, "1/dim for 1/√dim",
            (d, x, c) => d.forward(x, c) / Math.Sqrt(Sg3x.Networks.Discriminator.Channels(d.Config, 4))),
        Projection("the label ignored by D", "label of the projection", Classic, "G need not care for it then",
            (d, x, c) => d.forward(x, zeros_like(c))),
        Projection("labels of D in another order", "label of the projection", Classic, "those of the next sample",
            (d, x, c) => d.forward(x, c.roll(1, 0))),

        new("labels drawn uniformly", "labels of generated images", Classic,
            "every class alike: D knows fakes by their labels, where the data have few of a class", "training.labels",
            () => T with { Training = TrainingParts.Production with { Labels = Uniform } }),
        new("the data's labels in their order", "labels of generated images", Classic, "the first of them, in every batch",
            "training.labels", () => T with
        {
            Training = TrainingParts.Production with
            {
                Labels = (data, _, count) => [.. Enumerable.Range(0, count).Select(i => data.OfImages[i % data.OfImages.Count])],
            },
        }),
        Loop("labels of fakes drawn uniformly in the loop", "labels of a step", "as above, beside a draw that is right", new()
        {
            FakeClasses = (_, state, data) => Uniform(data, state.Iteration, state.Config.Training.Batch),
        }),
        Loop("one class a batch for G and D", "labels of a step", "the labels that G's step has drawn", new()
        {
            FakeClasses = (_, state, data) => new RebuiltTraining().FakeClasses("G", state, data),
        }),
        Loop("fakes judged by shuffled labels", "label that D is told", "a second draw, for D",
            new() { ToldOfFakes = (_, classes) => [.. classes[1..], classes[0]] }),
        Loop("reals judged by shuffled labels", "label that D is told", "images shuffled by the loader, labels not",
            new() { ToldOfReals = (step, classes) => step == "D" ? [.. classes[1..], classes[0]] : classes }),
        Loop("R1 by one class", "label that D is told", "the first, for all: D's slope at the others grows as it likes",
            new() { ToldOfReals = (step, classes) => step == "R1" ? [.. classes.Select(_ => 0)] : classes }),
    ];

    private static int[] Uniform(Sg3x.Data.ImageLabels data, long seed, int count)
    {
        var random = new Random((int)seed);
        return [.. Enumerable.Range(0, count).Select(_ => random.Next(data.Classes))];
    }

    private static PlantedFault Mapping(string name, string mechanism, string source, string story, RebuiltClasses rebuilt) =>
        new(name, mechanism, source, story, "network.classes.mapping", () => T with { Networks = rebuilt.Parts });

    private static PlantedFault Projection(
        string name, string mechanism, string source, string story, Func<Discriminator, Tensor, Tensor, Tensor> judge) =>
        new(name, mechanism, source, story, "network.classes.projection", () =>
            T with { Networks = NetworkParts.Production with { JudgeClasses = judge } });

    private static PlantedFault Loop(string name, string mechanism, string story, RebuiltTraining rebuilt) =>
        new(name, mechanism, Classic, story, "training.iteration",
            () => T with { Training = TrainingParts.Production with { Loop = rebuilt.Run } });
}
