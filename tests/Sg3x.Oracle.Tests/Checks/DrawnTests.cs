using System.Globalization;
using Sg3x.Oracle.Checks;
using Sg3x.Schedule;
using Xunit.Abstractions;

namespace Sg3x.Oracle.Tests.Checks;

/// <summary>
/// A healthy build raises nothing, whatever configuration is drawn. The draws are the same in every run; SG3X_DRAW_SEED starts
/// others.
/// A failure is reduced to what makes it, field by field.
/// </summary>
public class DrawnTests(ITestOutputHelper output)
{
    private static readonly int s_seed =
        int.Parse(Environment.GetEnvironmentVariable("SG3X_DRAW_SEED") ?? "1", CultureInfo.InvariantCulture);

    [Fact]
    public void Schedules_and_filters() => DrawSchedules(300);

    [Fact]
    public void Operations() => DrawOperations(120);

    [Fact]
    public void Networks() => DrawNetworks(4);

    [Fact]
    public void A_failing_configuration_is_reduced_to_what_makes_it_fail()
    {
        GeneratorConfig config = Configurations.Draw(3) with { FilterSize = 2, Margin = 3 };
        GeneratorConfig least = Configurations.Reduce(config, c => c.FilterSize < 4 && c.Margin < 5);
        Assert.Equal(new GeneratorConfig { Resolution = 16, Layers = 3, CriticalLayers = 1, FilterSize = 2, Margin = 3 }, least);
    }

    private void DrawSchedules(int count)
    {
        ICheck[] checks = [.. CheckRegistry.All.Where(c => In(c, "schedule.") || In(c, "filter."))];
        for (int i = 0; i < count; i++)
            Healthy(s_seed + i, Configurations.Draw(s_seed + i), checks);
    }

    private void DrawOperations(int comparisons)
    {
        ICheck[] checks = [.. CheckRegistry.All.Where(c => In(c, "op."))];
        int made = 0;
        for (int seed = s_seed; made < comparisons; seed++)
            made += Healthy(seed, Configurations.DrawForOperations(seed), checks);
        output.WriteLine($"{made} comparisons");
    }

    private void DrawNetworks(int count)
    {
        ICheck[] checks = [.. CheckRegistry.All.Where(c => In(c, "network."))];
        for (int i = 0; i < count; i++)
            Healthy(s_seed + i, Configurations.DrawForNetworks(s_seed + i), checks);
    }

    private static bool In(ICheck check, string part) => check.Id.StartsWith(part, StringComparison.Ordinal);

    // The number of comparisons.
    private int Healthy(int seed, GeneratorConfig config, IReadOnlyList<ICheck> checks)
    {
        IReadOnlyList<CheckResult> results = Verification.Run(checks, Subject.Production(config) with { Seed = seed });
        CheckResult? failed = results.FirstOrDefault(r => r.Status == CheckStatus.Failed);
        if (failed is null)
            return results.Sum(r => r.Comparisons);
        ICheck check = CheckRegistry.Find(failed.Id);
        CheckResult Again(GeneratorConfig c) => Verification.RunOne(check, Subject.Production(c) with { Seed = seed });
        GeneratorConfig least = Configurations.Reduce(config, c => Again(c).Status == CheckStatus.Failed);
        CheckResult last = Again(least);
        output.WriteLine($"drawn with seed {seed}: {config}");
        Assert.Fail($"seed {seed}, {check.Id} fails for {least}: {last.Problem} {last.Worst}");
        return 0;
    }
}
