using System.Globalization;
using System.Reflection;
using Xunit.Abstractions;
using Xunit.Sdk;

namespace Sg3x.Gpu.Tests;

/// <summary>Runs the tests of this assembly where there is no SDK to do it: a line for each, and the sum at the end. Exit code 1
/// where one failed or none ran. An argument is a part of the names of the tests to run.</summary>
internal static class Program
{
    private static int Main(string[] args)
    {
        Console.WriteLine($"device: {TestDevice.Current}");
        using var results = new Results();
        using var framework = new XunitTestFramework(new NullMessageSink());
        var assembly = Assembly.GetExecutingAssembly();
        using var found = new Cases();
        using (ITestFrameworkDiscoverer discoverer = framework.GetDiscoverer(new ReflectionAssemblyInfo(assembly)))
        {
            discoverer.Find(includeSourceInformation: false, found, new Options());
            found.Finished.WaitOne();
        }
        using ITestFrameworkExecutor executor = framework.GetExecutor(assembly.GetName());
        bool IsWanted(ITestCase test) =>
            args.Length == 0 || args.Any(a => test.DisplayName.Contains(a, StringComparison.OrdinalIgnoreCase));
        executor.RunTests(found.All.Where(IsWanted), results, new Options());
        results.Finished.WaitOne();
        Console.WriteLine($"{results.Passed} passed, {results.Failed} failed");
        return results is { Failed: 0, Passed: > 0 } ? 0 : 1;
    }

    private sealed class Cases : LongLivedMarshalByRefObject, IMessageSink, IDisposable
    {
        public List<ITestCase> All { get; } = [];

        public ManualResetEvent Finished { get; } = new(false);

        public bool OnMessage(IMessageSinkMessage message)
        {
            if (message is ITestCaseDiscoveryMessage test)
                All.Add(test.TestCase);
            if (message is IDiscoveryCompleteMessage)
                Finished.Set();
            return true;
        }

        public void Dispose() => Finished.Dispose();
    }

    private sealed class Results : LongLivedMarshalByRefObject, IMessageSink, IDisposable
    {
        public int Passed { get; private set; }

        public int Failed { get; private set; }

        public ManualResetEvent Finished { get; } = new(false);

        public bool OnMessage(IMessageSinkMessage message)
        {
            switch (message)
            {
                case ITestPassed test:
                    Passed++;
                    string seconds = test.ExecutionTime.ToString("0.0", CultureInfo.InvariantCulture);
                    Console.WriteLine($"ok      {test.Test.DisplayName} ({seconds} s)");
                    break;
                case ITestFailed test:
                    Failed++;
                    Console.WriteLine($"FAILED  {test.Test.DisplayName}: {string.Join("; ", test.Messages)}");
                    Console.WriteLine(string.Join(Environment.NewLine, test.StackTraces));
                    break;
                case IErrorMessage error:
                    Failed++;
                    Console.WriteLine($"FAILED  {string.Join("; ", error.Messages)}");
                    break;
                case ITestAssemblyFinished:
                    Finished.Set();
                    break;
            }
            return true;
        }

        public void Dispose() => Finished.Dispose();
    }

    private sealed class Options : ITestFrameworkDiscoveryOptions, ITestFrameworkExecutionOptions
    {
        // libtorch has threads of its own: one test at a time, as in xunit.runner.json.
        private readonly Dictionary<string, object?> _values = new(StringComparer.Ordinal)
        {
            ["xunit.execution.DisableParallelization"] = true,
            ["xunit.execution.SynchronousMessageReporting"] = true,
        };

        public TValue GetValue<TValue>(string name) => _values.TryGetValue(name, out object? value) ? (TValue)value! : default!;

        public void SetValue<TValue>(string name, TValue value) => _values[name] = value;
    }
}
