using Xunit.Abstractions;
using Xunit.Sdk;

namespace FsCheck.Xunit.Tests;

/// <summary>Runs the tests of a class that the outer run does not see, as xunit would.</summary>
internal static class InnerRun
{
    /// <summary>The results by method name.</summary>
    public static IReadOnlyDictionary<string, ITestResultMessage> Of(Type testClass)
    {
        System.Reflection.Assembly assembly = testClass.Assembly;
        using XunitTestFramework framework = new(new TestMessageSink());
        ITestFrameworkDiscoverer discoverer = framework.GetDiscoverer(Reflector.Wrap(assembly));
        TestMessageSink sink = new();
        discoverer.Find(testClass.FullName, includeSourceInformation: false, sink, new Options());
        sink.Finished.Wait();
        sink.Finished.Reset();
        ITestFrameworkExecutor executor = framework.GetExecutor(assembly.GetName());
        executor.RunTests(sink.Cases, sink, new Options());
        sink.Finished.Wait();
        return sink.Results.ToDictionary(r => r.TestMethod.Method.Name);
    }

    private sealed class TestMessageSink : global::Xunit.LongLivedMarshalByRefObject, IMessageSink
    {
        public ManualResetEventSlim Finished { get; } = new();

        public List<ITestCase> Cases { get; } = [];

        public List<ITestResultMessage> Results { get; } = [];

        public bool OnMessage(IMessageSinkMessage message)
        {
            switch (message)
            {
                case ITestCaseDiscoveryMessage found: Cases.Add(found.TestCase); break;
                case ITestResultMessage result: Results.Add(result); break;
                case IDiscoveryCompleteMessage or ITestAssemblyFinished: Finished.Set(); break;
            }

            return true;
        }
    }

    private sealed class Options : ITestFrameworkDiscoveryOptions, ITestFrameworkExecutionOptions
    {
        private readonly Dictionary<string, object?> _values = [];

        public TValue GetValue<TValue>(string name) => _values.TryGetValue(name, out object? value) ? (TValue)value! : default!;

        public void SetValue<TValue>(string name, TValue value) => _values[name] = value;
    }
}
