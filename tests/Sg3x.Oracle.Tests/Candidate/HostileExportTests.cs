using System.Text.Json.Nodes;
using FsCheck.Xunit;
using Sg3x.Checkpoints;
using Sg3x.Oracle.Candidate;
using static TorchSharp.torch;

namespace Sg3x.Oracle.Tests.Candidate;

/// <summary>Exports that are damaged, lie, or reach for other files: one message each, that names the file and the
/// entry.</summary>
public sealed class HostileExportTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("sg3x-hostile-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData("format", "\"onnx\"", "format")]
    [InlineData("version", "2", "version")]
    [InlineData("implementation", "{}", "\"name\"")]
    [InlineData("colour", "1", "colour")]
    [InlineData("config", "{\"img_resolution\": 100}", "power of two")]
    [InlineData("config", "{\"img_resolution\": 1e300}", "img_resolution")]
    [InlineData("config", "{\"img_resolution\": 128, \"margin\": 10}", "margin")]
    [InlineData("config", "{\"img_resolution\": 4096, \"num_layers\": 2, \"num_critical\": 1, \"filter_size\": 64}", "taps")]
    [InlineData("config", "{\"img_resolution\": 1024, \"num_layers\": 2, \"use_radial_filters\": true}", "taps")]
    [InlineData("config", "{\"img_resolution\": 128, \"first_cutoff\": \"NaN\"}", "first_cutoff")]
    [InlineData("config", null, "config")]
    [InlineData("schedule", "{\"layers\": 3}", "schedule.layers")]
    [InlineData("schedule", "{\"layers\": [{\"in_size\": null}]}", "schedule.layers[0].in_size")]
    [InlineData("schedule", "{\"layers\": [{\"up_filter\": [[1, 2], [3]]}]}", "up_filter[1]")]
    [InlineData("schedule", "{\"layers\": [{\"up_filter\": [[1, 2, 3]]}]}", "up_filter")]
    [InlineData("schedule", "{\"layers\": [{\"up_filter\": []}]}", "up_filter")]
    [InlineData("schedule", "{\"layers\": [{\"padding\": [1, 2, 3]}]}", "padding")]
    [InlineData("schedule", "{\"precision\": \"float8\"}", "precision")]
    [InlineData("schedule", "{\"precision\": \"bfloat16\"}", "float32 or float64")]
    [InlineData("schedule", "{\"precision\": \"float16\"}", "float32 or float64")]
    [InlineData("implementation", "{\"name\": \"\\u001b]0;x\\u0007\"}", "control character")]
    [InlineData("fourier", "{\"freqs\": {\"tensor\": \"f\"}}", "tensors")]
    [InlineData("results", "[{\"group\": \"no-such\", \"case\": 1, \"precision\": \"float64\", \"outputs\": {}}]", "no-such")]
    [InlineData("results", "[{\"group\": \"mapping\", \"case\": 99, \"precision\": \"float64\", \"outputs\": {}}]", "case")]
    [InlineData("results", "[{\"group\": \"mapping\", \"case\": 1, \"precision\": \"float64\", \"outputs\": {\"y\": 1}}]",
        "only w, truncated")]
    [InlineData("results", "[{\"group\": \"adam\", \"case\": 1, \"precision\": \"bfloat16\", \"outputs\": {}}]",
        "float32 or float64")]
    [InlineData("training", "{\"magnitude_beta\": 0.5}", "batch")]
    [InlineData("training", "{\"on_nonfinite\": \"hope\"}", "hope")]
    [InlineData("trace", "[{\"images\": 2}, {\"images\": 1}]", "trace[1].images")]
    [InlineData("trace", "[{\"images\": 0.5}]", "trace[0].images")]
    [InlineData("dtypes", "{\"compute\": \"bfloat16\", \"tensors\": [{\"role\": \"soul\", \"dtype\": \"float32\"}]}", "soul")]
    [InlineData("tensors", "\"../other.safetensors\"", "without a path")]
    [InlineData("tensors", "\"/etc/passwd\"", "without a path")]
    [InlineData("tensors", "\"..\\\\other\"", "without a path")]
    [InlineData("tensors", "\"..\"", "without a path")]
    [InlineData("tensors", "\"\"", "without a path")]
    [InlineData("tensors", "\"a\\u0000b\"", "control character")]
    [InlineData("tensors", "\"missing.safetensors\"", "missing.safetensors")]
    [InlineData("tensors", "\"candidate.json\"", "candidate.json")]
    public void A_bad_entry_is_refused_and_named(string name, string? value, string says)
    {
        JsonObject export = HealthyExport.Create();
        if (value is null)
            export.Remove(name);
        else
            export[name] = JsonNode.Parse(value);

        UserException refusal = Assert.Throws<UserException>(() => CandidateJudge.Judge(Write(export.ToJsonString())));

        Assert.StartsWith(folder, refusal.Message, StringComparison.Ordinal);
        Assert.Contains(says, refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{\"format\": \"sg3x-candidate\", \"version\": 1, \"implementation\": {\"name\": NaN}}")]
    [InlineData("{\"format\": \"sg3x-candidate\", \"format\": \"sg3x-candidate\"}")]
    [InlineData("{\"format\": \"sg3x-candidate\", \"version\": 1, \"implementation\": {\"name\": \"nothing\"}}")]
    public void Something_else_is_refused(string text) => Assert.Throws<UserException>(() => CandidateJudge.Judge(Write(text)));

    [Fact]
    public void Deep_nesting_is_refused()
    {
        string text = $"{{\"notes\": {new string('[', 100_000)}{new string(']', 100_000)}}}";
        Assert.Throws<UserException>(() => CandidateJudge.Judge(Write(text)));
    }

    [Fact]
    public void A_link_is_refused_and_a_tensor_is_found()
    {
        JsonObject export = HealthyExport.Create();
        using (IDisposable scope = NewDisposeScope())
            SafeTensors.Write(Path.Combine(folder, "t.safetensors"),
                [("φ", zeros(512, dtype: ScalarType.Float32)), ("i", zeros(3, dtype: ScalarType.Int64))]);
        export["tensors"] = "t.safetensors";
        export["fourier"]!["phases"] = new JsonObject { ["tensor"] = "φ" };
        Assert.Equal(CandidateStatus.Failed, Of(export, "fourier.draw"));

        export["fourier"]!["phases"] = new JsonObject { ["tensor"] = "ψ" };
        Assert.Contains("\"ψ\"", Assert.Throws<UserException>(() => Of(export, "fourier.draw"))
            .Message, StringComparison.Ordinal);

        File.CreateSymbolicLink(Path.Combine(folder, "link.safetensors"), Path.Combine(folder, "t.safetensors"));
        export["tensors"] = "link.safetensors";
        Assert.Contains("link", Assert.Throws<UserException>(() => Of(export, "fourier.draw")).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{\"\\u001b[2J\": 1}")]
    [InlineData("{\"\\u001b[2J\": 1, \"\\u001b[2J\": 1}")]
    [InlineData("{\"format\": \"\\u001b[2J\"}")]
    [InlineData("{\"format\": \"\u009b2J\"}")]
    public void What_a_terminal_obeys_is_in_no_message(string text) => Assert.DoesNotContain(
        Assert.Throws<UserException>(() => CandidateJudge.Judge(Write(text))).Message, char.IsControl);

    [Fact]
    public void A_tensor_named_many_times_is_read_once_and_too_many_are_refused()
    {
        const int side = 512, many = 65;
        JsonObject export = HealthyExport.Create();
        using (IDisposable scope = NewDisposeScope())
            SafeTensors.Write(Path.Combine(folder, "t.safetensors"),
                [.. Enumerable.Range(0, many).Select(i => ($"{i}", zeros([side, side], ScalarType.Byte))),
                    ("wide", zeros([32 * side * side], ScalarType.Byte))]);
        export["tensors"] = "t.safetensors";
        export["schedule"]!["layers"] = new JsonArray([.. Enumerable.Range(0, 200).Select(_ => new JsonObject
        {
            ["up_filter"] = new JsonObject { ["tensor"] = "0" },
            ["down_filter"] = new JsonObject { ["tensor"] = "0" },
        })]);
        long before = GC.GetAllocatedBytesForCurrentThread();
        CandidateExport read = CandidateFile.Load(Write(export.ToJsonString()));
        Assert.All(read.Layers!, l => Assert.Same(read.Layers![0].UpFilter, l.DownFilter));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 200L << 20);

        export["schedule"]!["layers"] = new JsonArray([.. Enumerable.Range(0, many).Select(i => new JsonObject
        {
            ["up_filter"] = new JsonObject { ["tensor"] = $"{i}" },
        })]);
        Assert.Contains("in all", Refusal(), StringComparison.Ordinal);

        export["schedule"]!["layers"] = new JsonArray(new JsonObject { ["up_filter"] = new JsonObject { ["tensor"] = "wide" } });
        Assert.Contains("[8388608]", Refusal(), StringComparison.Ordinal);

        string Refusal() => Assert.Throws<UserException>(() => CandidateFile.Load(Write(export.ToJsonString()))).Message;
    }

    [Theory]
    [InlineData("\"NaN\"")]
    [InlineData("\"Infinity\"")]
    public void A_result_that_is_no_number_never_passes(string value)
    {
        JsonObject export = HealthyExport.Create();
        JsonNode result = export["results"]!.AsArray().First(r => (string)r!["group"]! == "mapping")!;
        result["outputs"]!["w"]![0]![0] = JsonNode.Parse(value);
        Assert.Equal(CandidateStatus.Failed, Of(export, "vector.mapping"));

        export["fourier"]!["phases"]![3] = JsonNode.Parse(value);
        Assert.Equal(CandidateStatus.Failed, Of(export, "fourier.draw"));
    }

    /// <summary>A value of another kind anywhere: a report or a refusal, and nothing else.</summary>
    [Property(MaxTest = 60)]
    public void Whatever_stands_anywhere_ends_in_a_report_or_a_refusal(int seed)
    {
        var random = new Random(seed);
        JsonObject export = HealthyExport.Create();
        JsonNode at = export;
        while (random.Next(4) > 0)
        {
            JsonNode? next = at switch
            {
                JsonObject o when o.Count > 0 => o.ElementAt(random.Next(o.Count)).Value,
                JsonArray a when a.Count > 0 => a[random.Next(a.Count)],
                _ => null,
            };
            if (next is null)
                break;
            at = next;
        }
        string[] values = ["null", "true", "-1", "0", "1e308", "\"NaN\"", "\"\"", "[]", "{}", "[[[1]]]", "{\"tensor\": \"x\"}",
            "1e-320", "[1, [2]]"];
        JsonNode? other = JsonNode.Parse(values[random.Next(values.Length)]);
        switch (at.Parent)
        {
            case JsonObject parent:
                parent[at.GetPropertyName()] = other;
                break;
            case JsonArray parent:
                parent[at.GetElementIndex()] = other;
                break;
        }
        string path = Write(export.ToJsonString());
        try
        {
            CandidateJudge.Judge(path);
        }
        catch (UserException refusal)
        {
            Assert.Contains(path, refusal.Message, StringComparison.Ordinal);
        }
    }

    private CandidateStatus Of(JsonObject export, string id) =>
        CandidateJudge.Judge(Write(export.ToJsonString())).Results.Single(r => r.Id == id).Status;

    private string Write(string text)
    {
        string path = Path.Combine(folder, "candidate.json");
        File.WriteAllText(path, text);
        return path;
    }
}
