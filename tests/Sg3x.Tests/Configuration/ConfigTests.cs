using System.Text.Json.Nodes;
using Sg3x.Configuration;
using Sg3x.Tests.Checkpoints;

namespace Sg3x.Tests.Configuration;

public sealed class ConfigTests
{
    public static TheoryData<string> Paths => [.. ConfigOverrides.Paths];

    [Theory]
    [MemberData(nameof(Paths))]
    public void Every_value_is_set_by_its_path_and_changes_nothing_else(string path)
    {
        RunConfig before = Presets.Get("demo");
        JsonNode old = Find(before, path, out JsonNode? leaf);
        string value = leaf switch
        {
            null => "0.25",
            _ when leaf.GetValueKind() == System.Text.Json.JsonValueKind.String => "other",
            _ when leaf.GetValueKind() is System.Text.Json.JsonValueKind.True or System.Text.Json.JsonValueKind.False =>
                leaf.GetValue<bool>() ? "false" : "true",
            _ => "7",
        };
        if (path == "training.batchDevice")
        {
            value = "2";
        }

        RunConfig after = ConfigOverrides.Set(before, path.ToUpperInvariant(), value);
        JsonNode changed = Find(after, path, out JsonNode? now);
        Assert.Equal(value, now!.ToString());
        Replace(changed, path, leaf);
        Assert.True(JsonNode.DeepEquals(old, changed), changed.ToJsonString());
    }

    [Fact]
    public void Short_names_set_what_they_stand_for()
    {
        RunConfig config = ConfigOverrides.Apply(
            Presets.Get("t-128"),
            ["resolution=64", "data=folder with = sign", "kimg=1.5", "batch=16", "batch-device=4", "gamma=1e-2", "training.emaRampup=none"]);
        Assert.Equal((64, 64), (config.Generator.Resolution, config.Discriminator.Resolution));
        Assert.Equal("folder with = sign", config.Data.Source);
        Assert.Equal((1.5, 16, 4, 0.01, null), (
            config.Training.Kimg, config.Training.Batch, config.Training.BatchDevice, config.Training.R1Gamma, config.Training.EmaRampup));
        config.Validate();
    }

    [Theory]
    [InlineData("training.bach=3", "training.batch,")]
    [InlineData("nothing=3", "training.…")]
    [InlineData("training=3", "training.seed")]
    [InlineData("training.batch.size=3", "training.batch")]
    [InlineData("training.batch=many", "a whole number")]
    [InlineData("training.batch=1.5", "a whole number")]
    [InlineData("training.batch=none", "a whole number")]
    [InlineData("training.kimg=NaN", "a number")]
    [InlineData("training.kimg=1,5", "a number")]
    [InlineData("training.emaRampup=soon", "a number or none")]
    [InlineData("data.mirror=maybe", "true or false")]
    [InlineData("training.batch", "path=value")]
    [InlineData("=3", "path=value")]
    [InlineData("=", "path=value")]
    public void A_wrong_assignment_is_a_user_error(string assignment, string expected)
    {
        UserException error = Assert.Throws<UserException>(() => ConfigOverrides.Apply(Presets.Get("demo"), [assignment]));
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("resolution=48", "generator.resolution", "48")]
    [InlineData("resolution=8", "generator.resolution", "8")]
    [InlineData("discriminator.resolution=64", "discriminator.resolution", "64")]
    [InlineData("generator.kernel=2", "generator.kernel", "2")]
    [InlineData("generator.criticalLayers=10", "generator.criticalLayers", "10")]
    [InlineData("generator.firstStopband=1", "generator.firstStopband", "1")]
    [InlineData("training.batch=0", "training.batch", "0")]
    [InlineData("aug=always", "augmentation.mode", "\"always\"")]
    [InlineData("aug-p=1.5", "augmentation.p", "1.5")]
    [InlineData("ada-target=2", "augmentation.target", "2")]
    [InlineData("ada-kimg=0", "augmentation.kimg", "0")]
    [InlineData("ada-interval=0", "augmentation.interval", "0")]
    [InlineData("augmentation.pipeline=cgb", "augmentation.pipeline", "\"cgb\"")]
    [InlineData("training.batchDevice=3", "training.batchDevice", "3")]
    [InlineData("training.batch=6", "discriminator.minibatchStdGroup", "4")]
    [InlineData("training.kimg=0", "training.kimg", "0")]
    [InlineData("training.kimg=-1", "training.kimg", "-1")]
    [InlineData("training.adamBeta2=1", "training.adamBeta2", "1")]
    [InlineData("training.device=tpu", "training.device", "\"tpu\"")]
    [InlineData("training.device=cuda:x", "training.device", "\"cuda:x\"")]
    [InlineData("training.r1Interval=0", "training.r1Interval", "0")]
    [InlineData("snapshots.tickKimg=0", "snapshots.tickKimg", "0")]
    [InlineData("snapshots.gridRows=0", "snapshots.gridRows", "0")]
    public void A_value_out_of_its_range_is_a_user_error_with_option_and_value(string assignment, string option, string found)
    {
        RunConfig config = ConfigOverrides.Apply(Presets.Get("demo"), [assignment]);
        UserException error = Assert.Throws<UserException>(config.Validate);
        Assert.StartsWith(option, error.Message, StringComparison.Ordinal);
        Assert.EndsWith($"found {found}.", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "config.json")]
    [InlineData("null", "object")]
    [InlineData("[]", "object")]
    [InlineData("{\"generator\":{\"resolution\":32}}", "discriminator")]
    [InlineData("{\"generator\":{\"resolution\":\"32\"},\"discriminator\":{\"resolution\":32}}", "generator.resolution")]
    [InlineData("{\"generator\":{\"resolution\":32,\"reslution\":3},\"discriminator\":{\"resolution\":32}}", "reslution")]
    [InlineData("{\"generator\":{\"resolution\":32,\"resolution\":3},\"discriminator\":{\"resolution\":32}}", "resolution")]
    [InlineData("{\"generator\":{\"resolution\":32},\"discriminator\":{\"resolution\":32},\"training\":null}", "training")]
    [InlineData("{\"generator\":{\"resolution\":32},\"discriminator\":{\"resolution\":32},\"training\":{\"batch\":1e3}}", "training.batch")]
    [InlineData("{\"generator\":{\"resolution\":32},\"discriminator\":{\"resolution\":32},\"training\":{\"device\":null}}", "device")]
    [InlineData("{\"generator\":{\"resolution\":32},\"discriminator\":{\"resolution\":32},\"training\":{\"batch\":99999999999}}", "training.batch")]
    public void A_wrong_file_is_a_user_error_with_the_path(string json, string expected)
    {
        UserException error = Assert.Throws<UserException>(() => ConfigJson.Parse(json, "config.json"));
        Assert.Contains("config.json", error.Message, StringComparison.Ordinal);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_from_before_anything_could_be_waived_waives_nothing()
    {
        JsonNode old = JsonNode.Parse(ConfigJson.Format(Presets.Get("demo")))!;
        Assert.True(old["training"]!.AsObject().Remove("waived"));

        Assert.Equal(Presets.Get("demo"), ConfigJson.Parse(old.ToJsonString(), "config.json"));
        Assert.Equal("", Presets.Get("demo").Training.Waived);
    }

    [Fact]
    public void A_file_of_a_person_needs_only_its_preset_and_what_differs()
    {
        RunConfig preset = Presets.Get("t-256");
        RunConfig config = ConfigJson.Parse("""{"preset":"t-256","training":{"r1Gamma":4},"data":{"source":"x"}}""", "mine.json", true);
        Assert.Equal(
            preset with { Training = preset.Training with { R1Gamma = 4 }, Data = preset.Data with { Source = "x" } }, config);
        Assert.Equal(preset, ConfigJson.Parse("""{"preset":"t-256"}""", "mine.json", overPreset: true));
        Assert.Equal(preset, ConfigJson.Parse("""{"preset":"T-256"}""", "mine.json", overPreset: true));
        Assert.Equal(preset, ConfigJson.Parse(ConfigJson.Format(preset with { Preset = "mine" }), "mine.json", true) with { Preset = "t-256" });

        foreach ((string json, string expected) in new[]
        {
            ("""{"preset":"t-256","trainin":{}}""", "trainin"),
            ("""{"preset":"t-256","training":{"gamma":4}}""", "training.gamma"),
            ("""{"preset":"t-256","training":null}""", "training"),
            ("""{"preset":"t-256","training":4}""", "training"),
            ("""{"preset":"t-265"}""", "preset: expected one of demo, "),
            ("""{"preset":"t-265"}""", "found \"t-265\""),
            ("""{"generator":{"resolution":32}}""", "where generator or discriminator is left out"),
            ("""{"preset":7}""", "found 7"),
        })
        {
            UserException error = Assert.Throws<UserException>(() => ConfigJson.Parse(json, "mine.json", overPreset: true));
            Assert.Contains("mine.json", error.Message, StringComparison.Ordinal);
            Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        }

        // A run's own file, read again by a later version, takes nothing from what that version's preset has become.
        JsonNode old = JsonNode.Parse(ConfigJson.Format(Presets.Get("cats-64"), new Dictionary<string, string>()))!;
        Assert.True(old["data"]!.AsObject().Remove("mirror"));
        Assert.False(ConfigJson.Parse(old.ToJsonString(), "config.json", overPreset: true).Data.Mirror);
        Assert.True(old.AsObject().Remove(ConfigJson.EnvironmentKey));
        Assert.True(ConfigJson.Parse(old.ToJsonString(), "config.json", overPreset: true).Data.Mirror);
    }

    [Fact]
    public void A_file_keeps_the_environment_beside_the_configuration()
    {
        using TemporaryFolder folder = new();
        string path = folder.File("config.json");
        RunConfig config = Presets.Get("demo");
        ConfigJson.Save(path, config, new Dictionary<string, string> { ["libtorch"] = "1.13.1" });
        Assert.Contains("\"libtorch\": \"1.13.1\"", File.ReadAllText(path), StringComparison.Ordinal);
        Assert.Equal(config, ConfigJson.Load(path));
    }

    [Fact]
    public void A_file_with_an_invalid_value_names_file_and_option()
    {
        using TemporaryFolder folder = new();
        string path = folder.File("config.json");
        ConfigJson.Save(path, Presets.Get("demo").WithResolution(33));
        UserException error = Assert.Throws<UserException>(() => ConfigJson.Load(path));
        Assert.Contains("config.json: generator.resolution", error.Message, StringComparison.Ordinal);
        Assert.Throws<UserException>(() => ConfigJson.Load(folder.File("none.json")));
        Assert.Throws<UserException>(() => ConfigJson.Load(folder.Root));
    }

    private static JsonNode Find(RunConfig config, string path, out JsonNode? leaf)
    {
        JsonNode root = JsonNode.Parse(ConfigJson.Format(config))!;
        leaf = path.Split('.').Aggregate((JsonNode?)root, (node, name) => node![name]);
        return root;
    }

    private static void Replace(JsonNode root, string path, JsonNode? leaf)
    {
        string[] names = path.Split('.');
        names[..^1].Aggregate(root, (node, name) => node[name]!)[names[^1]] = leaf?.DeepClone();
    }
}
