using System.Diagnostics;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Sg3x.Checkpoints;
using Sg3x.Oracle.Candidate;
using Sg3x.Oracle.Tests.Vectors;
using static TorchSharp.torch;

namespace Sg3x.Oracle.Tests.Candidate;

/// <summary>What is published: golden/vectors, its schemas, and the example in numpy.</summary>
public sealed class PublicationTests : IDisposable
{
    private static readonly string Root = Path.GetFullPath(Path.Combine(Reference.Folder, "..", ".."));
    private static readonly string Vectors = Path.Combine(Root, "golden", "vectors");
    private static readonly string Example = Path.Combine(Root, "docs", "examples", "candidate.py");

    private readonly string folder = Directory.CreateTempSubdirectory("sg3x-published-").FullName;

    public static TheoryData<string> Groups => new(VectorCatalogue.Groups.Select(group => group.Name));

    public void Dispose() => Directory.Delete(folder, recursive: true);

    /// <summary>The texts are the spec's, character by character but for the last digits of results; so are the
    /// tensors.</summary>
    [Theory]
    [MemberData(nameof(Groups))]
    public void The_published_vectors_are_those_of_the_spec(string name)
    {
        VectorPublication.Write(folder);
        JsonNode now = Parse(Path.Combine(folder, $"{name}.json")), published = Parse(Path.Combine(Vectors, $"{name}.json"));

        AssertAlike(now, published, name);
        AssertTensorsAlike($"{name}.safetensors");
    }

    [Theory]
    [MemberData(nameof(Groups))]
    public void The_published_vectors_follow_their_schema(string name)
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllText(Path.Combine(Vectors, $"{name}.json")));

        Assert.Empty(Schema("vectors").Errors(document.RootElement));
        JsonElement notes = document.RootElement.GetProperty("notes");
        Assert.All(document.RootElement.GetProperty("tests").EnumerateArray()
            .SelectMany(t => t.GetProperty("flags").EnumerateArray()),
            flag => Assert.True(notes.TryGetProperty(flag.GetString()!, out _), flag.GetString()));
    }

    [Fact]
    public void Nothing_else_is_published()
    {
        string[] names = [.. VectorCatalogue.Groups.Select(group => group.Name), "vectors.schema", "candidate.schema"];
        Assert.Empty(Directory.EnumerateFiles(Vectors).Select(f => Path.GetFileNameWithoutExtension(f))
            .Except([.. names, "README"]));
    }

    [Fact]
    public void A_healthy_export_follows_the_schema()
    {
        using JsonDocument document = JsonDocument.Parse(HealthyExport.Create().ToJsonString());
        Assert.Empty(Schema("candidate").Errors(document.RootElement));
    }

    [Fact]
    public void A_schema_refuses_what_the_reader_refuses()
    {
        JsonObject export = HealthyExport.Create();
        export["version"] = 2;
        export["trace"]![0]!["epoch"] = 1;
        export["dtypes"]!["tensors"]![0]!["role"] = "conv.inputs";
        export["training"]!["r1"]!["interval"] = 0;
        using JsonDocument document = JsonDocument.Parse(export.ToJsonString());
        Assert.Equal(4, Schema("candidate").Errors(document.RootElement).Count);
    }

    /// <summary>The export beside the example was written by it as it is, follows the schema, and has nothing wrong.</summary>
    [Fact]
    public void The_examples_export_is_its_own_and_passes()
    {
        string export = Path.ChangeExtension(Example, ".json");
        using JsonDocument document = JsonDocument.Parse(File.ReadAllText(export));
        string writtenBy = document.RootElement.GetProperty("implementation").GetProperty("version").GetString()!;
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(Example))), writtenBy);
        Assert.Empty(Schema("candidate").Errors(document.RootElement));

        AssertExamplePasses(export);
    }

    /// <summary>Run where a Python with numpy is; the export above stands for it elsewhere.</summary>
    [Fact]
    public void The_example_writes_an_export_that_passes()
    {
        string export = Path.Combine(folder, "candidate.json");
        if (new[] { "python3", "/usr/bin/python3" }.FirstOrDefault(
            python => Runs(python, "-c", "import numpy")) is { } interpreter)
            Assert.True(Runs(interpreter, Example, Vectors, export));
        else
            export = Path.ChangeExtension(Example, ".json");

        AssertExamplePasses(export);
    }

    private static void AssertExamplePasses(string export)
    {
        CandidateReport report = CandidateJudge.Judge(export);
        Assert.All(report.Results, r =>
            Assert.True(r.Status != CandidateStatus.Failed, $"{r.Id} {string.Join("; ", r.Failures)}"));
        string[] passed = [.. report.Results.Where(r => r.Status == CandidateStatus.Passed).Select(r => r.Id)];
        string[] needed = ["schedule.layers", "filter.taps", "fourier.draw", "vector.synthesis-layer", "vector.adam"];
        Assert.Empty(needed.Except(passed));
        Assert.False(report.Complete);
    }

    private static bool Runs(string program, params string[] arguments)
    {
        try
        {
            using Process process = Process.Start(new ProcessStartInfo(program, arguments)
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
            Task<string> output = process.StandardOutput.ReadToEndAsync(), error = process.StandardError.ReadToEndAsync();
            process.WaitForExit();
            Task.WaitAll(output, error);
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }

    private void AssertTensorsAlike(string name)
    {
        Assert.Equal(File.Exists(Path.Combine(folder, name)), File.Exists(Path.Combine(Vectors, name)));
        if (!File.Exists(Path.Combine(folder, name)))
            return;
        using IDisposable scope = NewDisposeScope();
        using SafeTensorsFile now = SafeTensors.Read(Path.Combine(folder, name)), published =
            SafeTensors.Read(Path.Combine(Vectors, name));
        published.VerifyChecksum();
        Assert.Equal(now.Entries.Keys.Order(), published.Entries.Keys.Order());
        foreach (string tensor in now.Entries.Keys)
        {
            Assert.Equal(now.Entries[tensor].Shape, published.Entries[tensor].Shape);
            double[] a = now.Load(tensor).data<double>().ToArray(), b = published.Load(tensor).data<double>().ToArray();
            double largest = a.Max(Math.Abs);
            Assert.All(a.Zip(b), pair => Assert.True(Math.Abs(pair.First - pair.Second) <= 1e-13 * largest, tensor));
        }
    }

    // Powers and exponentials of another mathematics library may end in another digit.
    private static void AssertAlike(JsonNode? a, JsonNode? b, string path)
    {
        switch (a)
        {
            case JsonObject now:
                Assert.Equal(now.Select(p => p.Key), b!.AsObject().Select(p => p.Key));
                foreach ((string key, JsonNode? value) in now)
                    AssertAlike(value, b[key], $"{path}.{key}");
                break;
            case JsonArray now:
                Assert.Equal(now.Count, b!.AsArray().Count);
                foreach ((int i, JsonNode? value) in now.Index())
                    AssertAlike(value, b[i], $"{path}[{i}]");
                break;
            case JsonValue now when now.GetValueKind() == JsonValueKind.Number:
                double x = now.GetValue<double>(), y = b!.GetValue<double>();
                Assert.True(Math.Abs(x - y) <= 1e-13 * Math.Max(1, Math.Abs(x)), $"{path}: {x} and {y}");
                break;
            default:
                Assert.True(JsonNode.DeepEquals(a, b), $"{path}: {a} and {b}");
                break;
        }
    }

    private static JsonNode Parse(string path) => JsonNode.Parse(File.ReadAllText(path))!;

    private static JsonSchema Schema(string name) =>
        new(JsonDocument.Parse(File.ReadAllText(Path.Combine(Vectors, $"{name}.schema.json"))).RootElement);
}
