using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Sg3x.Cli.Tests;

/// <summary>What a run of the program left: exit code and texts.</summary>
internal sealed record ProgramResult(int ExitCode, string Output, string Error)
{
    public string Everything => $"exit code {ExitCode}\n--- output\n{Output}\n--- error\n{Error}";
}

/// <summary>Runs the built program as a process of its own, the way a person or a script does.</summary>
internal static class Sg3xProcess
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(15);

    private static string DotNet { get; } = Path.GetFullPath(
        Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "../../../dotnet"));

    private static string Program { get; } = Path.Combine(AppContext.BaseDirectory, "Sg3x.Cli.dll");

    // The tests' own: what a run of an older build left in the user's is none of theirs, and their runs share the checks.
    private static string Cache { get; } = MakeCache();

    public static ProgramResult Run(params string[] arguments) => RunIn(Repository.Root, arguments);

    public static ProgramResult RunIn(string folder, params string[] arguments) => Wait(Start(folder, arguments));

    /// <summary>Runs another build of the program.</summary>
    /// <param name="program">Its Sg3x.Cli.dll.</param>
    /// <param name="folder">The folder to run in.</param>
    /// <param name="arguments">Its arguments.</param>
    public static ProgramResult RunBuild(string program, string folder, params string[] arguments) =>
        Wait(Process.Start(Describe(DotNet, folder, [program, .. arguments]))!);

    /// <summary>Runs a line of shell in which <c>$SG3X</c> starts the program.</summary>
    public static ProgramResult Shell(string folder, string line)
    {
        ProcessStartInfo start = Describe("/bin/sh", folder, "-c", line);
        start.Environment["SG3X"] = $"{DotNet} {Program}";
        return Wait(Process.Start(start)!);
    }

    // A shell that runs tests in the background has them ignore SIGINT, and so would the program: env undoes that.
    public static Process Start(string folder, params string[] arguments) =>
        Process.Start(Describe("/usr/bin/env", folder, ["--default-signal=INT,TERM", DotNet, Program, .. arguments]))!;

    /// <summary>Runs the program on a terminal of its own; the output is what the terminal was sent.</summary>
    public static ProgramResult OnTerminal(string folder, params string[] arguments) => Wait(Process.Start(Describe(
        "/usr/bin/script", folder, "--quiet", "--return", "--command",
        $"stty cols 100 rows 40; exec {DotNet} {Program} {string.Join(' ', arguments)}", "/dev/null"))!);

    public static ProgramResult Wait(Process process)
    {
        using (process)
        {
            Task<string> output = process.StandardOutput.ReadToEndAsync();
            Task<string> error = process.StandardError.ReadToEndAsync();
            if (!process.WaitForExit(Limit))
            {
                process.Kill(entireProcessTree: true);
                throw new TimeoutException($"The program did not end within {Limit}: {output.Result} {error.Result}");
            }

            process.WaitForExit();
            return new ProgramResult(process.ExitCode, output.Result, error.Result);
        }
    }

    public static void Signal(Process process, string signal)
    {
        using Process kill = Process.Start("/bin/sh", ["-c", $"kill -{signal} {process.Id}"]);
        kill.WaitForExit();
    }

    private static string MakeCache()
    {
        string folder = Directory.CreateTempSubdirectory("sg3x-test-cache-").FullName;
        AppDomain.CurrentDomain.ProcessExit += (_, _) =>
        {
            try
            {
                Directory.Delete(folder, recursive: true);
            }
            catch (IOException)
            {
                // A program that a test gave up on still writes there; the system's temporary files are cleared some day.
            }
        };
        return folder;
    }

    private static ProcessStartInfo Describe(string program, string folder, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            UseShellExecute = false,
        };
        foreach (string variable in (string[])["NO_COLOR", "OMP_WAIT_POLICY", "GITHUB_ACTIONS"])
        {
            start.Environment.Remove(variable);
        }

        start.Environment["TERM"] = "xterm-256color";
        start.Environment["XDG_CACHE_HOME"] = Cache;
        return start;
    }
}
