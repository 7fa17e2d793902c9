using Sg3x.Oracle.Vectors;

namespace Sg3x.Oracle.Tests.Vectors;

/// <summary>Production agrees with every reference file, and a file that was tampered with is noticed, tensor by
/// tensor.</summary>
public sealed class VectorFilesTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("sg3x-vectors-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("schedule-t-256.json", VectorKind.Schedule)]
    [InlineData("schedule-r-256.json", VectorKind.Schedule)]
    [InlineData("schedule-t-128-11-layers.json", VectorKind.Schedule)]
    [InlineData("generator-t-32.safetensors", VectorKind.Generator)]
    [InlineData("generator-r-32.safetensors", VectorKind.Generator)]
    [InlineData("discriminator-32.safetensors", VectorKind.Discriminator)]
    [InlineData("ops-basic.safetensors", VectorKind.Ops)]
    [InlineData("augment-public.safetensors", VectorKind.Augmentation)]
    public void Production_agrees_with_the_reference(string name, VectorKind kind)
    {
        VectorReport report = VectorFiles.Check(Reference.File(name));

        Assert.Equal(kind, report.Kind);
        Assert.All(report.Comparisons, c => Assert.True(c.Passed, $"{c}"));
        Assert.True(report.Passed);
    }

    [Theory]
    [InlineData("generator-t-32.safetensors", "io.ws", "io.ws")]
    [InlineData("generator-t-32.safetensors", "io.ws_psi0.7", "io.ws_psi0.7")]
    [InlineData("generator-t-32.safetensors", "io.image", "io.image")]
    [InlineData("generator-t-32.safetensors", "io.image_translated1", "io.image_translated1")]
    [InlineData("generator-t-32.safetensors", "io.translation0", "io.image_translated0")]
    [InlineData("generator-t-32.safetensors", "synthesis.L5_52_24.up_filter", "synthesis.L5_52_24.up_filter")]
    [InlineData("generator-t-32.safetensors", "synthesis.L7_52_24.weight", "io.image")]
    [InlineData("generator-t-32.safetensors", "grad.synthesis.input.weight", "grad.synthesis.input.weight")]
    [InlineData("generator-t-32.safetensors", "after_update.synthesis.L9_52_24.magnitude_ema",
        "after_update.synthesis.L9_52_24.magnitude_ema")]
    [InlineData("generator-r-32.safetensors", "synthesis.L3_36_24.down_filter", "synthesis.L3_36_24.down_filter")]
    [InlineData("generator-r-32.safetensors", "after_update.mapping.w_avg", "after_update.mapping.w_avg")]
    [InlineData("discriminator-32.safetensors", "b16.conv1.weight", "io.logits")]
    [InlineData("discriminator-32.safetensors", "b8.skip.resample_filter", "b8.skip.resample_filter")]
    [InlineData("discriminator-32.safetensors", "io.r1_penalty", "io.r1_penalty")]
    [InlineData("discriminator-32.safetensors", "r1grad.b4.conv.weight", "r1grad.b4.conv.weight")]
    [InlineData("ops-basic.safetensors", "flrelu1.y", "flrelu1.y")]
    [InlineData("ops-basic.safetensors", "flrelu2.probe", "flrelu2.dx")]
    [InlineData("ops-basic.safetensors", "modconv2.y", "modconv2.y")]
    [InlineData("augment-public.safetensors", "hue@0.2", "hue@0.2")]
    [InlineData("augment-public.safetensors", "x", "xflip@0.2")]
    public void A_damaged_tensor_fails_the_comparison_it_belongs_to(string name, string tensor, string expected)
    {
        string copy = Reference.Damage(Reference.File(name), tensor, Path.Combine(_folder, "damaged.safetensors"));

        VectorReport report = VectorFiles.Check(copy);

        Assert.Contains(report.Comparisons, c => c.Name == expected && !c.Passed);
        Assert.True(report.Failed);
        Assert.False(report.Passed);
    }

    /// <summary>No tensor of a file is there for show: each one, damaged, makes some comparison fail.</summary>
    [Theory]
    [Trait("Category", "Slow")]
    [InlineData("generator-t-32.safetensors")]
    [InlineData("generator-r-32.safetensors")]
    [InlineData("discriminator-32.safetensors")]
    [InlineData("ops-basic.safetensors")]
    [InlineData("augment-public.safetensors")]
    public void Every_tensor_matters(string name)
    {
        string copy = Path.Combine(_folder, "damaged.safetensors");
        string[] unnoticed = [.. Reference.Tensors(Reference.File(name))
            .Where(tensor => !VectorFiles.Check(Reference.Damage(Reference.File(name), tensor, copy)).Failed)];

        Assert.Empty(unnoticed);
    }

    [Theory]
    [InlineData("\"in_cutoff\": 2.82842712474619", "\"in_cutoff\": 2.82842712474719", "L2_36_512.in_cutoff")]
    [InlineData("0.010018317960202694", "0.010019317960202694", "L0_36_512.up_filter")]
    [InlineData("\"in_size\": 276", "\"in_size\": 275", "L11_276_181.in_size")]
    [InlineData("\"L5_84_512\"", "\"L5_84_511\"", "L5_84_512.name")]
    [InlineData("\"is_critically_sampled\": true", "\"is_critically_sampled\":false", "L12_276_128.is_critically_sampled")]
    [InlineData("\"num_ws\": 16", "\"num_ws\": 15", "num_ws")]
    [InlineData("\"bandwidth\": 2.0", "\"bandwidth\": 2.1", "input.bandwidth")]
    [InlineData("\"up_filter\": null", "\"up_filter\": [1] ", "L14_256_3.up_filter")]
    public void A_changed_value_of_a_schedule_fails_by_name(string from, string to, string expected)
    {
        string copy = Reference.Replace(Reference.File("schedule-t-256.json"), from, to, Path.Combine(_folder, "changed.json"));

        VectorReport report = VectorFiles.Check(copy);

        Comparison failure = Assert.Single(report.Comparisons, c => !c.Passed);
        Assert.Equal(expected, failure.Name);
    }

    [Theory]
    [InlineData("schedule-t-256.json", "\"in_sampling_rate\"", "\"in_samplin9_rate\"", "in_samplin9_rate")]
    [InlineData("schedule-t-256.json", "\"img_resolution\": 256", "\"img_resolution\": 255", "power of two")]
    [InlineData("schedule-t-256.json", "\"channel_max\"", "\"channel_mix\"", "channel_mix")]
    [InlineData("schedule-t-256.json", "\"layers\": [", "\"layers\": { ", "not JSON")]
    [InlineData("generator-t-32.safetensors", "\"io.image\"", "\"io.imago\"", "io.imago")]
    [InlineData("generator-t-32.safetensors", "mapping.fc1.bias", "mapping.fc2.bias", "mapping.fc1.bias")]
    [InlineData("generator-t-32.safetensors", "\"w_dim\": \"32\"", "\"w_dim\": \"31\"", "by the configuration in its metadata")]
    [InlineData("generator-t-32.safetensors", "\"io.z\"", "\"io.y\"", "io.y")]
    [InlineData("discriminator-32.safetensors", "\"r1grad.b8.conv0.weight\"", "\"r1grad.b8.conv2.weight\"",
        "r1grad.b8.conv2.weight")]
    [InlineData("discriminator-32.safetensors", "\"img_resolution\": \"32\"", "\"img_resolution\": \"33\"", "power of two")]
    [InlineData("ops-basic.safetensors", "\"flrelu3.probe\"", "\"flrelu3.prabe\"", "flrelu3.prabe")]
    [InlineData("ops-basic.safetensors", "\\\"up\\\": 2", "\\\"up\\\": 0", "up")]
    [InlineData("augment-public.safetensors", "\"hue@0.2\"", "\"hue+0.2\"", "hue+0.2")]
    [InlineData("augment-public.safetensors", "\"x\": {\"dtype\": \"F32\"", "\"x\": {\"dtype\": \"I32\"", "float32 or float64")]
    public void A_file_that_cannot_be_checked_in_full_is_refused_and_says_why(
        string name, string from, string to, string expected)
    {
        string copy = Reference.Replace(Reference.File(name), from, to, Path.Combine(_folder, name));

        UserException refusal = Assert.Throws<UserException>(() => VectorFiles.Check(copy));

        Assert.StartsWith(copy, refusal.Message, StringComparison.Ordinal);
        Assert.Contains(expected, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_cut_short_is_refused()
    {
        string copy = Path.Combine(_folder, "short.safetensors");
        File.WriteAllBytes(copy, File.ReadAllBytes(Reference.File("ops-basic.safetensors"))[..^100]);

        Assert.Throws<UserException>(() => VectorFiles.Check(copy));
    }

    [Fact]
    public void Something_else_is_refused()
    {
        string other = Path.Combine(_folder, "other");
        File.WriteAllText(other, "It was the best of times, it was the worst of times.");

        UserException refusal = Assert.Throws<UserException>(() => VectorFiles.Check(other));

        Assert.Contains("a schedule in JSON, or a safetensors file", refusal.Message, StringComparison.Ordinal);
    }
}
