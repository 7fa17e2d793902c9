using Sg3x.Oracle.Checks;
using Xunit.Abstractions;

namespace Sg3x.Faults.Tests;

public class FaultTests(ITestOutputHelper output)
{
    // Through the whole set in every run: one of each part of production.
    private static readonly string[] s_sample =
    [
        "three-tap delta filters", "no lrelu upsampling", "no margin", "norms in bfloat16", "σ² never frozen", "NaN taken for 0",
        "configured without a margin",
    ];

    public static TheoryData<string> Names => new(PlantedFault.All.Select(fault => fault.Name));

    public static TheoryData<string> Sample => new(s_sample);

    [Theory]
    [MemberData(nameof(Names))]
    public void The_named_check_catches_the_fault(string name)
    {
        PlantedFault fault = Find(name);
        CheckResult result = Verification.RunOne(CheckRegistry.Find(fault.CaughtBy), fault.Plant());
        Assert.Equal(CheckStatus.Failed, result.Status);
        Assert.Null(result.Problem);
    }

    [Theory]
    [MemberData(nameof(Sample))]
    public void A_fault_fails_the_whole_verification(string name) => RunAll(Find(name));

    /// <summary>Every fault through every check: what they print is the table of what trips.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    [Trait("Category", "Slow")]
    public void Every_fault_fails_the_whole_verification(string name) => RunAll(Find(name));

    [Fact]
    public void The_rebuilt_network_by_itself_is_healthy()
    {
        Subject subject = PlantedFault.T with { Networks = new Rebuilt().Parts };
        IEnumerable<ICheck> checks = CheckRegistry.All.Where(check => check.Id.StartsWith("network.", StringComparison.Ordinal));
        Assert.All(Verification.Run(checks, subject), result => Assert.True(
            result.Status is CheckStatus.Passed or CheckStatus.NotApplicable, $"{result.Id}: {result.Problem} {result.Worst}"));
    }

    [Fact]
    public void The_rebuilt_mapping_with_classes_by_itself_is_healthy()
    {
        Subject subject = PlantedFault.T with { Networks = new RebuiltClasses().Parts };
        CheckResult result = Verification.RunOne(CheckRegistry.Find("network.classes.mapping"), subject);
        Assert.True(result.Status == CheckStatus.Passed, $"{result.Problem} {result.Worst}");
    }

    [Fact]
    public void The_rebuilt_training_by_itself_is_healthy()
    {
        var rebuilt = new RebuiltTraining();
        Subject subject = PlantedFault.T with { Training = TrainingParts.Production with { Loop = rebuilt.Run, Step =
            rebuilt.Take } };
        foreach (string id in new[] { "training.iteration", "training.r1" })
        {
            CheckResult result = Verification.RunOne(CheckRegistry.Find(id), subject);
            Assert.True(result.Status == CheckStatus.Passed, $"{id}: {result.Problem} {result.Worst}");
        }
    }

    [Fact]
    public void The_catalogue_is_of_many_mechanisms()
    {
        Assert.Equal(PlantedFault.All.Count, PlantedFault.All.DistinctBy(fault => fault.Name).Count());
        Assert.All(PlantedFault.All.GroupBy(fault => fault.Mechanism), group => Assert.True(group.Count() <= 3, group.Key));
        Assert.True(PlantedFault.All.Count >= 60);
        Assert.True(PlantedFault.All.DistinctBy(fault => fault.Mechanism).Count() >= 60);
        Assert.All(PlantedFault.All, fault => Assert.NotEmpty(fault.Story));
    }

    [Fact]
    public void Every_check_has_a_fault_that_it_catches() => Assert.Empty(
        CheckRegistry.All.Select(check => check.Id).Except(PlantedFault.All.Select(fault => fault.CaughtBy)));

    private static PlantedFault Find(string name) => PlantedFault.All.Single(fault => fault.Name == name);

    private void RunAll(PlantedFault fault)
    {
        string[] tripped = [.. Verification.Run(fault.Plant()).Where(r => r.Status == CheckStatus.Failed).Select(r => r.Id)];
        output.WriteLine($"{fault.Name} ({fault.Source}): {string.Join(", ", tripped)}");
        Assert.Contains(fault.CaughtBy, tripped);
    }
}
