using System.ComponentModel;
using System.Reflection;
using Microsoft.FSharp.Collections;
using Microsoft.FSharp.Core;
using Xunit.Abstractions;
using Xunit.Sdk;

namespace FsCheck.Xunit;

/// <summary>Finds the test case of a method with a <see cref="PropertyAttribute"/>.</summary>
public class PropertyDiscoverer(IMessageSink messageSink) : IXunitTestCaseDiscoverer
{
    /// <inheritdoc/>
    public IEnumerable<IXunitTestCase> Discover(
        ITestFrameworkDiscoveryOptions discoveryOptions, ITestMethod testMethod, IAttributeInfo factAttribute) =>
        [new PropertyTestCase(messageSink, discoveryOptions.MethodDisplayOrDefault(),
            discoveryOptions.MethodDisplayOptionsOrDefault(), testMethod)];
}

/// <summary>One property: a test whose method FsCheck calls.</summary>
public class PropertyTestCase : XunitTestCase
{
    /// <summary>For xunit, which makes one empty and fills it.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    [Obsolete("Called by the de-serializer; should only be called by deriving classes for de-serialization purposes")]
    public PropertyTestCase()
    {
    }

    /// <summary>A test case of a method.</summary>
    public PropertyTestCase(
        IMessageSink diagnosticMessageSink, TestMethodDisplay defaultMethodDisplay,
        TestMethodDisplayOptions defaultMethodDisplayOptions, ITestMethod testMethod)
        : base(diagnosticMessageSink, defaultMethodDisplay, defaultMethodDisplayOptions, testMethod)
    {
    }

    /// <inheritdoc/>
    public override Task<RunSummary> RunAsync(
        IMessageSink diagnosticMessageSink, IMessageBus messageBus, object[] constructorArguments,
        ExceptionAggregator aggregator, CancellationTokenSource cancellationTokenSource) =>
        new PropertyTestCaseRunner(this, constructorArguments, messageBus, aggregator, cancellationTokenSource).RunAsync();
}

/// <summary>xunit's own way through a test, up to the call of its method.</summary>
internal sealed class PropertyTestCaseRunner(
    IXunitTestCase testCase, object[] constructorArguments, IMessageBus messageBus, ExceptionAggregator aggregator,
    CancellationTokenSource cancellation)
    : XunitTestCaseRunner(
        testCase, testCase.DisplayName, testCase.SkipReason, constructorArguments, [], messageBus, aggregator, cancellation)
{
    protected override XunitTestRunner CreateTestRunner(
        ITest test, IMessageBus messageBus, Type testClass, object[] constructorArguments, MethodInfo testMethod,
        object[] testMethodArguments, string skipReason, IReadOnlyList<BeforeAfterTestAttribute> beforeAfterAttributes,
        ExceptionAggregator aggregator, CancellationTokenSource cancellationTokenSource) =>
        new PropertyTestRunner(test, messageBus, testClass, constructorArguments, testMethod, testMethodArguments, skipReason,
            beforeAfterAttributes, aggregator, cancellationTokenSource);
}

internal sealed class PropertyTestRunner(
    ITest test, IMessageBus messageBus, Type testClass, object[] constructorArguments, MethodInfo testMethod,
    object[] testMethodArguments, string skipReason, IReadOnlyList<BeforeAfterTestAttribute> beforeAfterAttributes,
    ExceptionAggregator aggregator, CancellationTokenSource cancellation)
    : XunitTestRunner(
        test, messageBus, testClass, constructorArguments, testMethod, testMethodArguments, skipReason, beforeAfterAttributes,
        aggregator, cancellation)
{
    private readonly IReadOnlyList<BeforeAfterTestAttribute> _beforeAfterAttributes = beforeAfterAttributes;
    private readonly List<string> _output = [];

    protected override async Task<Tuple<decimal, string>> InvokeTestAsync(ExceptionAggregator aggregator)
    {
        (decimal time, string output) = await base.InvokeTestAsync(aggregator);
        return Tuple.Create(time, string.Join(Environment.NewLine, [.. _output, output]));
    }

    protected override Task<decimal> InvokeTestMethodAsync(ExceptionAggregator aggregator) =>
        new PropertyTestInvoker(Test, MessageBus, TestClass, ConstructorArguments, TestMethod, TestMethodArguments,
            _beforeAfterAttributes, aggregator, CancellationTokenSource, _output).RunAsync();
}

internal sealed class PropertyTestInvoker(
    ITest test, IMessageBus messageBus, Type testClass, object[] constructorArguments, MethodInfo testMethod,
    object[] testMethodArguments, IReadOnlyList<BeforeAfterTestAttribute> beforeAfterAttributes, ExceptionAggregator aggregator,
    CancellationTokenSource cancellation, List<string> output)
    : XunitTestInvoker(
        test, messageBus, testClass, constructorArguments, testMethod, testMethodArguments, beforeAfterAttributes, aggregator,
        cancellation)
{
    protected override async Task<decimal> InvokeTestMethodAsync(object testClassInstance)
    {
        await Aggregator.RunAsync(() => Timer.AggregateAsync(() => Task.Run(() => Check(testClassInstance))));
        return Timer.Total;
    }

    private void Check(object instance)
    {
        Config config = PropertyAttribute.Combine(Attributes());
        ResultRunner runner = new(config.QuietOnSuccess, output);
        FsCheck.Check.Method(config.WithRunner(runner), TestMethod, instance is null ? null : FSharpOption<object>.Some(instance));
        switch (runner.Result)
        {
            case TestResult.Failed { Item4: Outcome.Failed thrown } failed:
                string message = Runner.onFailureToString(
                    "", failed.Item1, failed.Item2, failed.Item3, failed.Item5, failed.Item6, failed.Item7);
                throw new PropertyFailedException(Environment.NewLine + message, thrown.Item);
            case null or TestResult.Failed or TestResult.Exhausted:
                throw new PropertyFailedException(runner.Result!);
        }
    }

    private IEnumerable<PropertyAttribute> Attributes()
    {
        Stack<PropertyAttribute> inner = new();
        for (Type? type = TestClass; type is not null; type = type.DeclaringType)
        {
            if (type.GetCustomAttribute<PropertiesAttribute>() is { } ofClass)
            {
                inner.Push(ofClass);
            }
        }

        if (TestClass.Assembly.GetCustomAttribute<PropertiesAttribute>() is { } ofAssembly)
        {
            inner.Push(ofAssembly);
        }

        return [.. inner, TestMethod.GetCustomAttribute<PropertyAttribute>()!];
    }
}

/// <summary>Keeps the result, and what there is to say on the way.</summary>
internal sealed class ResultRunner(bool quietOnSuccess, List<string> output) : IRunner
{
    public TestResult? Result { get; private set; }

    public void OnStartFixture(Type type)
    {
    }

    public void OnArguments(int number, FSharpList<object> arguments, FSharpFunc<int, FSharpFunc<FSharpList<object>, string>> every) =>
        Add(every.Invoke(number).Invoke(arguments));

    public void OnShrink(FSharpList<object> arguments, FSharpFunc<FSharpList<object>, string> everyShrink) =>
        Add(everyShrink.Invoke(arguments));

    public void OnFinished(string name, TestResult result)
    {
        Result = result;
        if (result.IsPassed && !quietOnSuccess)
        {
            Add(Runner.onFinishedToString("", result));
        }
    }

    private void Add(string text)
    {
        if (text.Length > 0)
        {
            lock (output)
            {
                output.Add(text.TrimEnd());
            }
        }
    }
}
