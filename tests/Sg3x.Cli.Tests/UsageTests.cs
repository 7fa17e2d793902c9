namespace Sg3x.Cli.Tests;

/// <summary>Help, wrong usage, and what they say.</summary>
public class UsageTests
{
    [Theory]
    [InlineData("")]
    [InlineData("train")]
    [InlineData("generate")]
    [InlineData("schedule")]
    [InlineData("verify")]
    [InlineData("doctor")]
    public void Help_explains_the_command_and_ends_with_examples(string command)
    {
        ProgramResult result = Sg3xProcess.Run([.. command.Split(' ', StringSplitOptions.RemoveEmptyEntries), "--help"]);

        Assert.True(result.ExitCode == 0, result.Everything);
        Assert.Contains($"sg3x {command}".Trim(), result.Output, StringComparison.Ordinal);
        Assert.Contains("Usage:", result.Output, StringComparison.Ordinal);
        string examples = result.Output[result.Output.IndexOf("Examples:", StringComparison.Ordinal)..];
        Assert.Contains($"  sg3x {command}".TrimEnd(), examples, StringComparison.Ordinal);
        Assert.Equal("", result.Error);
        Assert.DoesNotContain('\e', result.Output);
    }

    [Theory]
    [InlineData("", "Usage:")]
    [InlineData("tarin", "'tarin'")]
    [InlineData("doctor --jsn", "'--jsn'")]
    [InlineData("verify no-such-preset", "no-such-preset")]
    [InlineData("verify demo --network some.safetensors", "PRESET and --network")]
    [InlineData("verify --config no-such-file.json", "no-such-file.json")]
    [InlineData("verify --network no-such-run", "no-such-run")]
    [InlineData("verify --vectors some.json --quick", "--quick")]
    [InlineData("verify --vectors some.json --precision bfloat16", "--precision: expected a configuration to check")]
    [InlineData("verify --candidate some.json --precision bfloat16", "--precision: expected a configuration to check")]
    [InlineData("verify --network some.safetensors --precision bfloat16", "--precision: expected a configuration to check")]
    [InlineData("verify demo --precision half", "--precision: expected float32 or bfloat16, found \"half\"")]
    [InlineData("verify --report golden", "--report")]
    [InlineData("verify --network some.safetensors --set generator.layers=6", "--set")]
    [InlineData("train --batch many", "many")]
    [InlineData("train --preset no-such-preset", "no-such-preset")]
    [InlineData("train --set training.btach=4", "training.btach")]
    [InlineData("train --kimg -1", "kimg")]
    [InlineData("train --device gpu", "gpu")]
    [InlineData("schedule no-such-preset", "no-such-preset")]
    [InlineData("schedule demo --set generator.resolution=33", "power of two")]
    [InlineData("generate no-such-run", "no-such-run")]
    [InlineData("generate no-such-run --seeds 5-2", "5-2")]
    [InlineData("generate no-such-run --seeds 9223372036854775807", "no-such-run")]
    [InlineData("train --set preset=a/b", "preset")]
    [InlineData("train --aug-p 0.5", "--aug-p: expected --aug ada or fixed with it, found --aug none")]
    [InlineData("train --aug fixed --ada-kimg 5", "--ada-kimg: expected --aug ada with it, found --aug fixed")]
    [InlineData("train --set metrics.features=x.pt", "--set metrics.features=x.pt: expected metrics.everyKimg above 0")]
    [InlineData("train --set metrics.samples=8 metrics.everyKimg=0", "--set metrics.samples=8: expected metrics.everyKimg above 0")]
    [InlineData("train --waive filter.taps", "config.alias-free")]
    [InlineData("train --dry-run --set training.waived=config.other", "config.alias-free")]
    [InlineData("verify demo --waive config.alias-free,filter.taps", "found filter.taps")]
    [InlineData("verify demo --set training.waived=op.resample", "found op.resample")]
    [InlineData("verify --candidate some.json --waive config.alias-free", "--waive")]
    [InlineData("verify --vectors some.json --waive config.alias-free", "--waive")]
    public void Wrong_usage_ends_with_2_and_says_what_is_wrong(string arguments, string expected)
    {
        ProgramResult result = Sg3xProcess.Run(arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries));

        Assert.True(result.ExitCode == 2, result.Everything);
        Assert.Contains(expected, result.Error, StringComparison.Ordinal);
        Assert.Equal("", result.Output);
    }

    [Theory]
    [InlineData("--out: expected the name of a folder, found an empty one", "train", "--out", "", "--unverified")]
    [InlineData("--out: expected a value after \"=\", found nothing", "train", "--out=", "--unverified")]
    [InlineData("--out: expected the name of a folder (./NAME where it begins with -), found --seed", "train", "--out", "--seed")]
    [InlineData("SOURCE: expected the name of a folder or a zip file", "dataset", "convert", "", "out.zip", "--resolution", "16")]
    public void An_empty_name_is_named(string expected, params string[] arguments)
    {
        ProgramResult result = Sg3xProcess.Run(arguments);

        Assert.True(result.ExitCode == 2, result.Everything);
        Assert.Contains(expected, result.Error, StringComparison.Ordinal);
    }
}
