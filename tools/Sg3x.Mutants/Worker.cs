using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

namespace Sg3x.Mutants;

/// <summary>What a test did without a mutant.</summary>
/// <param name="Class">The test's class.</param>
/// <param name="Name">The test's name.</param>
/// <param name="Seconds">How long it took.</param>
/// <param name="Passed">Whether it passed.</param>
/// <param name="Message">What it said if it failed.</param>
/// <param name="Reached">Numbers of the mutants whose code it ran.</param>
public sealed record TestRecord(string Class, string Name, double Seconds, bool Passed, string Message, HashSet<int> Reached);

/// <summary>How a mutant ended.</summary>
/// <param name="State">killed, timeout, crashed, survived, or unreached.</param>
/// <param name="Test">Number of the test that noticed; −1 for none.</param>
/// <param name="Message">What that test said.</param>
public sealed record Outcome(string State, int Test, string Message)
{
    /// <summary>A test noticed.</summary>
    public bool IsKilled => State is "killed" or "timeout" or "crashed";
}

/// <summary>The test program in a process of its own, started again when a mutant takes it down.</summary>
/// <param name="tree">Where the program is.</param>
/// <param name="target">What is mutated.</param>
public sealed class Worker(Tree tree, Target target) : IDisposable
{
    // A process that has run many mutants may carry what they left behind.
    private const int MostMutants = 300;

    // A hung test ends its process: at this much of the processor's time beyond the test's own, as a multiple of it and in seconds,
    // or of the clock's, in seconds, where it waits for what does not come. A mutated loop throws far earlier.
    private const double SlowerAllowed = 10, LongestWork = 20, LongestWait = 900, LongestRecord = 60;

    private Process? process;
    private IReadOnlyList<TestRecord> records = [];
    private string times = "";
    private int mutants;

    /// <summary>Runs every test without a mutant.</summary>
    /// <exception cref="InvalidOperationException">The program ended early.</exception>
    public IReadOnlyList<TestRecord> Record()
    {
        string file = Path.GetTempFileName();
        Send($"record {file}");
        if (Answer(LongestRecord).Answer != "recorded")
            throw new InvalidOperationException("The tests do not run.");
        records = [.. File.ReadLines(file).Select(line => line.Split('\t')).Select(f => new TestRecord(
            f[0], f[1], double.Parse(f[2], CultureInfo.InvariantCulture), f[3] == "passed", f[3],
            [.. f[4].Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(id => int.Parse(id, CultureInfo.InvariantCulture))]))];
        File.Delete(file);
        times = "times " + string.Join(' ', records.Select(r => r.Seconds.ToString("R", CultureInfo.InvariantCulture)));
        Send(times);
        return records;
    }

    /// <summary>Runs tests with a mutant up to the first that fails.</summary>
    /// <param name="mutant">Number of the mutant.</param>
    /// <param name="tests">Numbers of the tests, in order.</param>
    /// <param name="fresh">In a process that has never run without the mutant, as values computed once need.</param>
    public Outcome Try(int mutant, IEnumerable<int> tests, bool fresh)
    {
        if (fresh || ++mutants > MostMutants)
            Stop();
        if (process is null)
        {
            Start(fresh ? mutant : -1);
            Send(times);
        }
        Send($"run {mutant} {string.Join(' ', tests)}");
        int test = -1;
        string[] fields;
        do
        {
            (bool hangs, string? answer) = Answer(test < 0 ? 0 : records[test].Seconds);
            if (answer is null)
            {
                Stop();
                return hangs ? new Outcome("timeout", test, "hung") : new Outcome("crashed", test, "the process ended");
            }
            fields = answer.Split('\t');
            test = int.Parse(fields[1], CultureInfo.InvariantCulture);
        }
        while (fields[0] == "test");
        if (fresh || fields[2] != "clean")
            Stop();
        return new Outcome(fields[0], int.Parse(fields[1], CultureInfo.InvariantCulture), fields[3]);
    }

    /// <summary>Ends the process.</summary>
    public void Dispose() => Stop();

    // The next line; null where the process ends, or works or waits too long for it.
    private (bool Hangs, string? Answer) Answer(double seconds)
    {
        Task<string?> line = process!.StandardOutput.ReadLineAsync();
        TimeSpan worked = Worked();
        for (var clock = Stopwatch.StartNew(); !line.Wait(TimeSpan.FromSeconds(1));)
        {
            if ((Worked() - worked).TotalSeconds <= LongestWork + (SlowerAllowed * seconds) && clock.Elapsed.TotalSeconds <= LongestWait)
                continue;
            process.Kill(entireProcessTree: true);
            return (true, null);
        }
        return (false, line.Result);
    }

    private TimeSpan Worked()
    {
        try
        {
            process!.Refresh();
            return process.TotalProcessorTime;
        }
        catch (Exception e) when (e is InvalidOperationException or Win32Exception)
        {
            // It has ended: its output does too.
            return default;
        }
    }

    private void Send(string line)
    {
        if (process is null)
            Start(-1);
        try
        {
            process!.StandardInput.WriteLine(line);
            process.StandardInput.Flush();
        }
        catch (IOException)
        {
            // The process has ended: the reader says so.
        }
    }

    private void Start(int mutant)
    {
        var start = new ProcessStartInfo("dotnet", [tree.Program])
        {
            WorkingDirectory = tree.Output,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["MUTATED"] = target.Assembly;
        start.Environment["TESTS"] = string.Join(';', target.Classes);
        start.Environment["MUTANT"] = mutant.ToString(CultureInfo.InvariantCulture);
        start.Environment["OMP_WAIT_POLICY"] = "passive";
        start.Environment["OMP_NUM_THREADS"] = "1";
        process = Process.Start(start)!;
        process.ErrorDataReceived += (_, _) => { };
        process.BeginErrorReadLine();
        mutants = 0;
    }

    private void Stop()
    {
        if (process is null)
            return;
        process.StandardInput.Close();
        if (!process.WaitForExit(2000))
            process.Kill(entireProcessTree: true);
        process.WaitForExit();
        process.Dispose();
        process = null;
    }
}
