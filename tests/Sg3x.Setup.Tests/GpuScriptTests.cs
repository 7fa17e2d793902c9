using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Sg3x.Setup.Tests;

/// <summary>The half of tools/gpu that runs on a machine with a GPU, on an archive whose programs only pretend.</summary>
public sealed class GpuScriptTests : IDisposable
{
    private static readonly string s_root = Path.GetFullPath(Path.Combine(ThisFolder(), "../.."));

    private readonly string _folder = Directory.CreateTempSubdirectory("sg3x-gpu-").FullName;

    public GpuScriptTests()
    {
        Put("archive/commit", "abc123\n");
        Put("archive/libraries/libnothing.so.1", "");
        Put("archive/golden/a.json", "{}");
        Put("archive/native/build.sh", """
            mkdir -p "$1"; echo library >"$1/made.so"; echo "$1/made.so"
            """);
        Put("archive/app/Sg3x.Gpu.Tests", "#!/usr/bin/env bash\necho '3 passed, 1 failed'; exit 1\n");
        Put("archive/app/verified.json", Verified());
        Put("archive/app/Sg3x.Cli", """
            #!/usr/bin/env bash
            echo "$SG3X_KERNEL $*" >>"$SG3X_GPU_WORK/calls"
            cat "$(dirname "$0")/libtorchsharp_local.so" >/dev/null || exit 70
            case $* in
              doctor) echo 'libtorch   2.11.0' ;;
              *"--configurations t-128,t-256,t-512"*)
                echo 't-128: 12.34 s/kimg' >&2
                [[ ! -e $SG3X_GPU_WORK/endless ]] || exec sleep 600 ;;
              *bench*) exit 3 ;;
              *"--resume"*) mkdir -p "$3/samples"; echo grid >"$3/samples/000004.000kimg.png" ;;
              *--vectors*) echo '{"passed": true, "files": [{"passed": true}], "unreadable": []}' ;;
              *verify*) cat "$(dirname "$0")/verified.json" ;;
            esac
            """);
        Shell("chmod +x archive/app/*; tar -C archive -cJf sg3x.tar.xz .");
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void What_fails_stops_nothing_else_and_stands_in_the_table()
    {
        string table = Run("--budget 9000");
        Assert.Contains("# tools/gpu run, abc123", table, StringComparison.Ordinal);
        Assert.Contains("| native | done |", table, StringComparison.Ordinal);
        Assert.Matches(@"\| doctor \| done \| \d+ \| libtorch 2.11.0 \|", table);
        Assert.Matches(@"\| tests \| exit code 1 \| \d+ \| 3 passed, 1 failed \|", table);
        Assert.Matches(
            @"\| verify \| done \| \d+ \| 40 passed, 1 failed, 2 waived, 3 not applicable: op.flrelu;"
                + @" op.flrelu.device passed \(not checked: there is no GPU\) \|", table);
        Assert.Matches(@"\| verify-vectors \| done \| \d+ \| 1 of 1 files agree \|", table);
        Assert.Matches(@"\| bench-bfloat16 \| exit code 3 \|", table);
        Assert.Matches(@"\| kimg-bfloat16 \| done \| \d+ \| t-128 12.34 s/kimg \|", table);
        Assert.Contains("| resume | done |", table, StringComparison.Ordinal);
        Assert.Equal(table, File.ReadAllText(Path.Combine(_folder, "out/report.md")));
        Assert.Contains("results/bench-bfloat16.log", Shell("tar -tzf out/results.tar.gz"), StringComparison.Ordinal);
    }

    /// <summary>However long the first step takes to begin, it is cut off where the reserve begins, and that is too little for
    /// another.</summary>
    [Fact]
    public void What_does_not_end_is_cut_off_by_the_budget_and_what_follows_has_no_time_left()
    {
        Put("work/endless", "");
        Put("archive/app/libtorchsharp_local.so", "");
        Shell("tar -C archive -cJf sg3x.tar.xz .");
        string table = Run("--steps kimg,train --budget 15", "SG3X_GPU_RESERVE=3");
        Assert.Matches(@"\| kimg-bfloat16 \| stopped at its limit \| \d+ \| t-128 12.34 s/kimg \|", table);
        Assert.Matches(@"\| train \| no time left \| 0 \|", table);
    }

    [Theory]
    [InlineData("--budget soon", "")]
    [InlineData("--budget -1", "")]
    [InlineData("--budget 1.5", "")]
    [InlineData("", "SG3X_GPU_RESERVE=0")]
    public void Numbers_are_wanted(string options, string environment) => Assert.Contains(
        "seconds expected, found", Shell(Command(options, environment) + " 2>&1 >/dev/null || true"), StringComparison.Ordinal);

    /// <summary>Programs are run from the folder of its own making, so nobody else may have made it.</summary>
    [Fact]
    public void The_folder_of_its_own_is_the_users_alone()
    {
        string folder = $"sg3x-gpu-{Shell("id -u").Trim()}";
        Directory.CreateDirectory(Path.Combine(_folder, "tmp"));
        string alone = Command("--steps tests", "SG3X_GPU_WORK= TMPDIR=$PWD/tmp");
        Shell($"{alone} 2>/dev/null");
        Assert.Equal("700\n", Shell($"stat -c %a tmp/{folder}"));
        Shell($"mv tmp/{folder} elsewhere && ln -s ../elsewhere tmp/{folder}");
        Assert.Contains("not a folder of yours", Shell($"{alone} 2>&1 >/dev/null || true"), StringComparison.Ordinal);
    }

    /// <summary>What came along is copied again where an earlier run copied it, and nothing may have come along.</summary>
    [Fact]
    public void Libraries_that_came_along_are_copied_as_often_as_there_are_runs()
    {
        Run("--steps tests");
        Assert.Contains("| tests | exit code 1 |", Run("--steps tests"), StringComparison.Ordinal);
        Assert.Equal("libnothing.so.1\n", Shell("ls work/*/lacking"));
        Shell("rm -r archive/libraries/* work && tar -C archive -cJf sg3x.tar.xz .");
        Assert.Contains("| tests | exit code 1 |", Run("--steps tests"), StringComparison.Ordinal);
        Assert.Equal("", Shell("ls work/*/lacking"));
    }

    [Fact]
    public void Steps_can_be_chosen_and_the_native_part_and_the_grid_are_kept()
    {
        string table = Run("--steps native,train,without");
        Assert.DoesNotContain("| tests |", table, StringComparison.Ordinal);
        Assert.Contains("| resume | done |", table, StringComparison.Ordinal);
        Assert.Equal("grid\n", File.ReadAllText(Path.Combine(_folder, "out/samples.png")));
        string calls = File.ReadAllText(Path.Combine(_folder, "work/calls"));
        Assert.Contains("yes train --preset cats-64 --data cats:", calls, StringComparison.Ordinal);
        Assert.Contains("no bench ", calls, StringComparison.Ordinal);
        string refusal = Shell(Command("--steps no-such-step", "") + " 2>&1 || true");
        Assert.Contains("found no-such-step", refusal, StringComparison.Ordinal);
    }

    /// <summary>A report of <c>sg3x verify --json</c> as the program's sources name what is in it.</summary>
    private static string Verified()
    {
        string source = File.ReadAllText(Path.Combine(s_root, "src/Sg3x.Oracle/Checks/CheckResult.cs"));
        string names = Regex.Match(source, @"enum CheckStatus\s*\{(.*?)^\}", RegexOptions.Multiline | RegexOptions.Singleline).Value;
        string[] states = [.. Regex.Matches(names, @"^    (\w+),$", RegexOptions.Multiline)
            .Select(match => JsonNamingPolicy.CamelCase.ConvertName(match.Groups[1].Value))];
        Assert.Equal(4, states.Length);
        int[] counts = [40, 1, 2, 3];
        source += File.ReadAllText(Path.Combine(s_root, "src/Sg3x.Oracle/Checks/Judgement.cs"));
        string[] keys = [Key("Id"), Key("Status"), Key("LeavesOut")];
        string device = File.ReadAllText(Path.Combine(s_root, "src/Sg3x.Oracle/Checks/NonlinearityDeviceCheck.cs"));
        Assert.Contains("\"op.flrelu.device\"", device, StringComparison.Ordinal);
        return JsonSerializer.Serialize(new
        {
            counts = states.Zip(counts).ToDictionary(),
            checks = (Dictionary<string, string?>[])
            [
                Check("op.flrelu", states[1], null), Check("op.flrelu.device", states[0], "there is no GPU"),
            ],
        });

        string Key(string property)
        {
            Assert.Matches($@"public [\w?]+ {property} ?(\{{|=>|$)", source);
            return JsonNamingPolicy.CamelCase.ConvertName(property);
        }

        Dictionary<string, string?> Check(string id, string status, string? left) =>
            keys.Zip((string?[])[id, status, left]).ToDictionary();
    }

    private string Run(string options, string environment = "") => Shell(Command(options, environment) + " 2>/dev/null");

    private static string Command(string options, string environment) =>
        $"SG3X_GPU_WORK=$PWD/work {environment} bash {s_root}/tools/gpu run sg3x.tar.xz out --device cpu {options}";

    private string Shell(string line)
    {
        ProcessStartInfo start = new("bash", ["-c", line]) { RedirectStandardOutput = true, WorkingDirectory = _folder };
        using Process process = Process.Start(start)!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{line}: {output}");
        return output;
    }

    private void Put(string name, string text)
    {
        string path = Path.Combine(_folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }

    private static string ThisFolder([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;
}
