using System.Text.Json;

namespace Sg3x.Cli.Tests;

/// <summary><c>sg3x verify --vectors</c> on the reference files and on damaged copies of them.</summary>
public sealed class VerifyTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Every_reference_file_agrees()
    {
        string[] files = [.. Repository.References().Where(f => !f.Contains("augment", StringComparison.Ordinal))];

        ProgramResult result = Sg3xProcess.Run(["verify", "--vectors", .. files]);

        Assert.True(result.ExitCode == 0, result.Everything);
        Assert.Equal(7, files.Length);
        Assert.EndsWith("7 files: 7 agree\n", result.Output, StringComparison.Ordinal);
        Assert.Contains("grad.synthesis.L5_52_24.affine.weight", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Json_has_every_tensor_and_nothing_else_is_printed()
    {
        ProgramResult result = Sg3xProcess.Run("verify", "--vectors", Repository.Reference("ops-basic.safetensors"), "--json");

        Assert.True(result.ExitCode == 0, result.Everything);
        using JsonDocument document = JsonDocument.Parse(result.Output);
        Assert.True(document.RootElement.GetProperty("passed").GetBoolean());
        JsonElement file = Assert.Single(document.RootElement.GetProperty("files").EnumerateArray());
        JsonElement comparison = file.GetProperty("comparisons").EnumerateArray().Single(
            c => c.GetProperty("name").GetString() == "modconv0.y");
        Assert.InRange(comparison.GetProperty("relative").GetDouble(), 0, comparison.GetProperty("tolerance").GetDouble());
    }

    [Fact]
    public void A_damaged_copy_of_each_file_fails_and_the_tensor_is_named()
    {
        string[] files =
        [
            Damage("generator-t-32.safetensors", "io.image"),
            Damage("generator-r-32.safetensors", "grad.mapping.fc0.weight"),
            Damage("discriminator-32.safetensors", "io.logits"),
            Damage("ops-basic.safetensors", "flrelu2.y"),
            Change("schedule-t-256.json", "\"in_size\": 276", "\"in_size\": 275"),
            Change("schedule-r-256.json", "0.010018317960202694", "0.010019317960202694"),
            Change("schedule-t-128-11-layers.json", "\"num_ws\": 13", "\"num_ws\": 14"),
        ];

        ProgramResult result = Sg3xProcess.Run(["verify", "--vectors", .. files]);

        Assert.True(result.ExitCode == 1, result.Everything);
        string[] failures = [.. result.Output.Split('\n').Where(l => l.StartsWith("FAILED", StringComparison.Ordinal))];
        Assert.All(
            ["io.image:", "grad.mapping.fc0.weight:", "io.logits:", "flrelu2.y:", "L11_276_181.in_size:",
                "L0_36_1024.up_filter:", "num_ws:"],
            name => Assert.Contains(failures, f => f.Contains($" {name}", StringComparison.Ordinal)));
        Assert.EndsWith("7 files: 7 DISAGREE\n", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_cannot_be_checked_is_named_and_the_others_still_are()
    {
        string missing = _folder.File("missing.safetensors"), cut = _folder.File("cut.safetensors");
        File.WriteAllBytes(cut, File.ReadAllBytes(Repository.Reference("ops-basic.safetensors"))[..^8]);

        ProgramResult result = Sg3xProcess.Run("verify", "--vectors", missing, cut, Repository.Reference("schedule-t-256.json"));

        Assert.True(result.ExitCode == 2, result.Everything);
        Assert.Contains(missing, result.Error, StringComparison.Ordinal);
        Assert.Contains(cut, result.Error, StringComparison.Ordinal);
        Assert.EndsWith("3 files: 1 agree, 2 unusable\n", result.Output, StringComparison.Ordinal);
    }

    private string Damage(string name, string tensor)
    {
        byte[] bytes = File.ReadAllBytes(Repository.Reference(name));
        int header = (int)BitConverter.ToUInt64(bytes);
        using JsonDocument document = JsonDocument.Parse(bytes.AsMemory(8, header));
        int start = document.RootElement.GetProperty(tensor).GetProperty("data_offsets")[0].GetInt32();

        // The exponent of the first value, whatever its type: far from what it was.
        int size = document.RootElement.GetProperty(tensor).GetProperty("dtype").GetString() == "F64" ? 8 : 4;
        bytes[8 + header + start + size - 1] ^= 0x01;
        File.WriteAllBytes(_folder.File(name), bytes);
        return _folder.File(name);
    }

    private string Change(string name, string from, string to)
    {
        string text = File.ReadAllText(Repository.Reference(name));
        int at = text.IndexOf(from, StringComparison.Ordinal);
        Assert.True(at >= 0, $"{from} is not in {name}.");
        File.WriteAllText(_folder.File(name), text[..at] + to + text[(at + from.Length)..]);
        return _folder.File(name);
    }
}
