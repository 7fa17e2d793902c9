using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Sg3x.Setup.Tests;

/// <summary>The half of tools/gpu that runs on a machine with a GPU, on an archive whose programs only pretend.</summary>
public sealed class GpuScriptTests : IDisposable
{
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
        Put("archive/app/Sg3x.Cli", """
            #!/usr/bin/env bash
            echo "$SG3X_KERNEL $*" >>"$SG3X_GPU_WORK/calls"
            cat "$(dirname "$0")/libtorchsharp_local.so" >/dev/null || exit 70
            case $* in
              doctor) echo 'libtorch   2.11.0' ;;
              *"--configurations t-128,t-256,t-512"*) echo 't-128: 12.34 s/kimg' >&2; exec sleep 30 ;;
              *bench*) exit 3 ;;
              *"--resume"*) mkdir -p "$3/samples"; echo grid >"$3/samples/000004.000kimg.png" ;;
              *--vectors*) echo '{"passed": true, "files": [{"passed": true}], "unreadable": []}' ;;
              *verify*) echo '{"counts": {"passed": 40, "failed": 1, "notInBuild": 0}, "checks": [{"id": "op.flrelu", "status": "failed"}]}' ;;
            esac
            """);
        Shell("chmod +x archive/app/*; tar -C archive -cJf sg3x.tar.xz .");
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void What_fails_or_takes_too_long_stops_nothing_else_and_stands_in_the_table()
    {
        // Less than the steps' own limits: the one that sleeps is cut off by the budget, and what follows has no time left.
        string table = Run("--budget 25");
        Assert.Contains("# tools/gpu run, abc123", table, StringComparison.Ordinal);
        Assert.Contains("| native | done |", table, StringComparison.Ordinal);
        Assert.Matches(@"\| doctor \| done \| \d+ \| libtorch 2.11.0 \|", table);
        Assert.Matches(@"\| tests \| exit code 1 \| \d+ \| 3 passed, 1 failed \|", table);
        Assert.Matches(@"\| verify \| done \| \d+ \| 40 passed, 1 failed, 0 not in this build: op.flrelu \|", table);
        Assert.Matches(@"\| verify-vectors \| done \| \d+ \| 1 of 1 files agree \|", table);
        Assert.Matches(@"\| bench-bfloat16 \| exit code 3 \|", table);
        Assert.Matches(@"\| kimg-bfloat16 \| stopped at its limit \| \d+ \| t-128 12.34 s/kimg \|", table);
        Assert.Matches(@"\| train \| no time left \| 0 \|", table);
        Assert.Equal(table, File.ReadAllText(Path.Combine(_folder, "out/report.md")));
        Assert.Contains("results/bench-bfloat16.log", Shell("tar -tzf out/results.tar.gz"), StringComparison.Ordinal);
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
        Assert.Contains("found no-such-step", Shell(Command("--steps no-such-step") + " 2>&1 || true"), StringComparison.Ordinal);
    }

    private string Run(string options) => Shell(Command(options) + " 2>/dev/null");

    private static string Command(string options)
    {
        string tools = Path.GetFullPath(Path.Combine(ThisFolder(), "../../tools"));
        return $"SG3X_GPU_WORK=$PWD/work bash {tools}/gpu run sg3x.tar.xz out --device cpu {options}";
    }

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
