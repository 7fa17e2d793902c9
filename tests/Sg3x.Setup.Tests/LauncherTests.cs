using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Sg3x.Setup.Tests;

/// <summary>tools/sg3x in a tree of its own, whose set-up has nothing to do and whose dotnet only notes what it is asked.</summary>
public sealed class LauncherTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("sg3x-launcher-").FullName;

    public LauncherTests()
    {
        foreach (string name in (string[])["sg3x", "lib/common.sh"])
        {
            Put($"tree/tools/{name}", File.ReadAllText(Path.Combine(ThisFolder(), "../../tools", name)));
        }

        Put("tree/tools/setup", "#!/usr/bin/env bash\n");
        Put("tree/artifacts/setup/Packages.found.props", "<Project />");
        Put("tree/src/Sg3x.Cli/Program.cs", "");
        Put("tree/spec/Sg3x.Spec/a.cs", "");
        Put("tree/Directory.Build.props", "<Project />");
        Put("bin/dotnet", """
            #!/usr/bin/env bash
            here=$(dirname "$0")
            if [[ $1 != build ]]; then cat "$1"; exit; fi
            echo build >>"$here/builds"
            sleep 1
            mkdir -p "$(dirname "$2")/bin/Release/net10.0"
            echo "built $(wc -l <"$here/builds")" >"$(dirname "$2")/bin/Release/net10.0/Sg3x.Cli.dll"
            """);
    }

    [Fact]
    public async Task Two_at_once_build_once_and_both_run()
    {
        (int Code, string Said)[] both = await Task.WhenAll(Launch(), Launch());
        Assert.All(both, one => Assert.Equal((0, "built 1\n"), one));
        Assert.Equal((0, "built 1\n"), await Launch());

        File.SetLastWriteTimeUtc(Path.Combine(_folder, "tree/src/Sg3x.Cli/Program.cs"), DateTime.UtcNow);
        both = await Task.WhenAll(Launch(), Launch());
        Assert.All(both, one => Assert.Equal((0, "built 2\n"), one));
    }

    [Fact]
    public async Task Another_libtorch_is_built_against()
    {
        Assert.Equal((0, "built 1\n"), await Launch());
        Assert.Equal((0, "built 2\n"), await Launch("/opt/another"));
        Assert.Equal((0, "built 2\n"), await Launch("/opt/another"));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private async Task<(int Code, string Said)> Launch(string libtorch = "")
    {
        ProcessStartInfo start = new("bash", [Path.Combine(_folder, "tree/tools/sg3x")])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["PATH"] = Path.Combine(_folder, "bin") + ":" + start.Environment["PATH"];
        start.Environment["SG3X_LIBTORCH"] = libtorch;
        start.Environment.Remove("SG3X_LOCKED");
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(), error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, await output + await error);
    }

    private void Put(string name, string text)
    {
        string path = Path.Combine(_folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text + "\n");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    private static string ThisFolder([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;
}
