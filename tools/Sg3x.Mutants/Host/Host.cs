using System.Collections;
using System.Globalization;
using System.Reflection;
using Xunit.Abstractions;
using Xunit.Sdk;

namespace Sg3x.Mutants;

/// <summary>
/// The main program of a mutated test assembly. It runs tests in its own process, so that a mutant costs its tests and no start of a
/// process, and answers commands on standard input, a line each:
/// <code>
///   record FILE          runs every test without a mutant; writes name, time and reached mutants of each
///   run MUTANT TEST…     runs tests by number with the mutant, up to the first that fails; says "test NUMBER" before each
/// </code>
/// Whoever sends the commands ends the process where a test hangs.
/// </summary>
internal sealed class Host : IDisposable
{
    private const double ShortestLimit = 3, SlowerAllowed = 4;

    private readonly TextWriter output;
    private readonly ITestFrameworkExecutor executor;
    private readonly List<Switchboard> switches = [];
    private readonly ITestCase[] tests;
    private readonly double[] seconds;

    private Host(TextWriter output, Assembly assembly)
    {
        this.output = output;
        using var framework = new XunitTestFramework(new Sink());
        using ITestFrameworkDiscoverer discoverer = framework.GetDiscoverer(Reflector.Wrap(assembly));
        using var found = new Sink();
        discoverer.Find(false, found, new Options());
        found.Done.Wait();
        string[] classes = Environment.GetEnvironmentVariable("TESTS")!.Split(';', StringSplitOptions.RemoveEmptyEntries);
        tests = [.. found.Tests.Where(test => !(test.Traits.TryGetValue("Category", out List<string>? c) && c.Contains("Slow")))
            .Where(test => classes.Length == 0
                || classes.Any(c => test.TestMethod.TestClass.Class.Name.StartsWith(c + ".", StringComparison.Ordinal)))
            .OrderBy(test => test.DisplayName, StringComparer.Ordinal).ThenBy(test => test.UniqueID, StringComparer.Ordinal)];
        seconds = new double[tests.Length];
        executor = framework.GetExecutor(assembly.GetName());
        foreach (string name in Environment.GetEnvironmentVariable("MUTATED")!.Split(';'))
            switches.Add(new Switchboard(Assembly.Load(name)));
        foreach (Switchboard one in switches)
            one.Active = int.Parse(Environment.GetEnvironmentVariable("MUTANT") ?? "-1", CultureInfo.InvariantCulture);
    }

    public static int Run(Assembly assembly)
    {
        TextWriter output = Console.Out;
        Console.SetOut(TextWriter.Null);
        using var host = new Host(output, assembly);
        while (Console.In.ReadLine() is string line)
        {
            string[] words = line.Split(' ');
            switch (words[0])
            {
                case "record":
                    host.Record(words[1]);
                    break;
                case "times":
                    for (int t = 0; t < host.seconds.Length; t++)
                        host.seconds[t] = double.Parse(words[1 + t], CultureInfo.InvariantCulture);
                    break;
                default:
                    host.Try(words);
                    break;
            }
            output.Flush();
        }
        // Threads that a mutant left behind must not keep the process.
        Environment.Exit(0);
        return 0;
    }

    public void Dispose() => executor.Dispose();

    private void Record(string file)
    {
        using StreamWriter writer = File.CreateText(file);
        for (int t = 0; t < tests.Length; t++)
        {
            switches.ForEach(one => one.StartRecording());
            TimeSpan start = Environment.CpuUsage.TotalTime;
            string? failure = RunTest(t, TimeSpan.FromMinutes(5));
            seconds[t] = (Environment.CpuUsage.TotalTime - start).TotalSeconds;
            IEnumerable<int> reached = switches.SelectMany(one => one.Recorded()).Order();
            string state = failure is null ? "passed" : "failed: " + failure.ReplaceLineEndings(" ");
            string type = tests[t].TestMethod.TestClass.Class.Name;
            writer.WriteLine(string.Join('\t', type, tests[t].DisplayName.ReplaceLineEndings(" "),
                seconds[t].ToString("R", CultureInfo.InvariantCulture), state, string.Join(' ', reached)));
        }
        output.WriteLine("recorded");
    }

    // run MUTANT TEST…
    private void Try(string[] words)
    {
        int mutant = int.Parse(words[1], CultureInfo.InvariantCulture);
        ClearCaches();
        foreach (string word in words.Skip(2))
        {
            int t = int.Parse(word, CultureInfo.InvariantCulture);
            TimeSpan limit = TimeSpan.FromSeconds(ShortestLimit + SlowerAllowed * seconds[t]);
            output.WriteLine($"test\t{t}");
            output.Flush();
            switches.ForEach(one => one.Active = mutant);
            TimeSpan start = Environment.CpuUsage.TotalTime;
            string? failure = RunTest(t, limit);
            bool slow = Environment.CpuUsage.TotalTime - start > limit;
            switches.ForEach(one => one.Active = -1);
            if (failure is null)
                continue;
            ClearCaches();
            // What is left behind must not fail the next mutants' tests.
            bool clean = slow || RunTest(t, limit) is null;
            output.WriteLine($"{(slow ? "timeout" : "killed")}\t{t}\t{(clean ? "clean" : "spoilt")}\t{failure.ReplaceLineEndings(" ")}");
            return;
        }
        ClearCaches();
        output.WriteLine("survived\t-1\tclean\t");
    }

    // The first failure's message, or null. Time is the processor's, so that a busy machine kills no mutant.
    private string? RunTest(int test, TimeSpan limit)
    {
        using var sink = new Sink();
        TimeSpan start = Environment.CpuUsage.TotalTime;
        switches.ForEach(one => one.Deadline = start + limit);
        executor.RunTests([tests[test]], sink, new Options());
        sink.Done.Wait();
        switches.ForEach(one => one.Deadline = TimeSpan.MaxValue);
        return sink.Failure;
    }

    // What production keeps by the values that a mutant changes.
    private void ClearCaches() => switches.ForEach(one => one.ClearCaches());

    private sealed class Switchboard
    {
        private readonly Type type;
        private readonly List<FieldInfo> caches;

        public Switchboard(Assembly assembly)
        {
            type = assembly.GetType("Sg3x.MutantSwitch.M")!;
            caches = [.. assembly.GetTypes().Where(t => !t.ContainsGenericParameters)
                .SelectMany(t => t.GetFields(BindingFlags.Static | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
                .Where(f => typeof(IDictionary).IsAssignableFrom(f.FieldType))];
        }

        public int Active
        {
            set => type.GetField(nameof(Active))!.SetValue(null, value);
        }

        public TimeSpan Deadline
        {
            set => type.GetField(nameof(Deadline))!.SetValue(null, value);
        }

        private bool[] Reached => (bool[])type.GetField(nameof(Reached))!.GetValue(null)!;

        public void StartRecording() => Array.Clear(Reached);

        public IEnumerable<int> Recorded() => Enumerable.Range(0, Reached.Length).Where(i => Reached[i]);

        public void ClearCaches() => caches.ForEach(field => (field.GetValue(null) as IDictionary)?.Clear());
    }

    private sealed class Sink : IMessageSink, IDisposable
    {
        public List<ITestCase> Tests { get; } = [];

        public ManualResetEventSlim Done { get; } = new();

        public string? Failure { get; private set; }

        public bool OnMessage(IMessageSinkMessage message)
        {
            switch (message)
            {
                case ITestCaseDiscoveryMessage found:
                    Tests.Add(found.TestCase);
                    break;
                case IFailureInformation failure:
                    Failure ??= failure.Messages.FirstOrDefault() ?? failure.ExceptionTypes.FirstOrDefault() ?? "failed";
                    break;
                case IDiscoveryCompleteMessage or ITestAssemblyFinished:
                    Done.Set();
                    break;
            }
            return Failure is null;
        }

        public void Dispose() => Done.Dispose();
    }

    private sealed class Options : ITestFrameworkDiscoveryOptions, ITestFrameworkExecutionOptions
    {
        private readonly Dictionary<string, object?> values = new() { ["xunit.execution.DisableParallelization"] = true };

        public TValue GetValue<TValue>(string name) => values.TryGetValue(name, out object? value) ? (TValue)value! : default!;

        public void SetValue<TValue>(string name, TValue value) => values[name] = value;
    }
}
