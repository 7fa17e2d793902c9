using Sg3x.Configuration;
using Sg3x.Oracle.Checks;
using Sg3x.Oracle.Reports;
using Sg3x.Schedule;

namespace Sg3x.Oracle.Tests.Checks;

/// <summary>What a configuration must ask for, and what it may declare that it does not.</summary>
public class ConfigurationCheckTests
{
    private const string Id = "config.alias-free";

    public static TheoryData<string, string, GeneratorConfig> Weaker => new()
    {
        { "generator.margin", "9", Subjects.T with { Margin = 9 } },
        { "generator.lreluUpsampling", "1", Subjects.T with { LreluUpsampling = 1 } },
        { "generator.filterSize", "5", Subjects.T with { FilterSize = 5 } },
        { "generator.criticalLayers", "3", Subjects.T with { CriticalLayers = 3 } },
        { "generator.firstCutoff", "2.01", Subjects.T with { FirstCutoff = 2.01 } },
        { "generator.firstStopband", "4.28", Subjects.T with { FirstStopband = 4.28 } },
        { "generator.lastStopbandRelative", "1.23", Subjects.T with { LastStopbandRelative = 1.23 } },
        { "generator.kernel", "5", Subjects.T with { Kernel = 5 } },
        { "generator.kernel", "3", Subjects.R with { Kernel = 3 } },
    };

    public static TheoryData<GeneratorConfig> NoWeaker => new()
    {
        { Subjects.T },
        { Subjects.R },
        { Subjects.T with { Kernel = 1 } },
        {
            Subjects.T with
            {
                Margin = 11, LreluUpsampling = 4, FilterSize = 8, CriticalLayers = 1, FirstCutoff = 1, FirstStopband = 5,
                LastStopbandRelative = 1.5,
            }
        },
    };

    [Theory]
    [MemberData(nameof(Weaker))]
    public void The_value_that_is_weaker_is_named_with_what_it_is_and_must_be(
        string option, string measured, GeneratorConfig config)
    {
        Finding finding = Assert.Single(Run(config).Failures);
        Assert.Equal((option, measured), (finding.Where, finding.Measured));
        Assert.False(string.IsNullOrEmpty(finding.Expected) || string.IsNullOrEmpty(finding.Explanation));
    }

    [Theory]
    [MemberData(nameof(NoWeaker))]
    public void What_is_no_weaker_than_the_papers_passes(GeneratorConfig config) =>
        Assert.Equal(CheckStatus.Passed, Run(config).Status);

    [Fact]
    public void Every_preset_passes() => Assert.All(
        Presets.Names, preset => Assert.Equal(CheckStatus.Passed, Run(Presets.Get(preset).Generator).Status));

    [Fact]
    public void It_comes_first_and_is_quick() => Assert.Equal(Id, CheckRegistry.Quick[0].Id);

    [Fact]
    public void What_is_declared_is_neither_passed_nor_failed_and_keeps_what_was_found()
    {
        VerificationReport report = Verify(Subjects.T with { Margin = 0, FilterSize = 2 }, Waivers.Of(Id));

        Assert.Equal((1, 0), (report.Count(CheckStatus.Waived), report.Count(CheckStatus.Failed)));
        Assert.DoesNotContain(report.Checks, check => check.Id == Id && check.Status == CheckStatus.Passed);
        Assert.True(report.Passed);
        Assert.Empty(report.Explanations());
        (string id, string text) = Assert.Single(report.Departures());
        Assert.Equal(Id, id);
        Assert.StartsWith("generator.margin: expected at least 10, measured 0: ", text, StringComparison.Ordinal);
        Assert.Contains("; generator.filterSize: expected at least 6, measured 2: ", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_a_declaration_every_value_is_in_the_explanation()
    {
        VerificationReport report = Verify(Subjects.T with { Margin = 0, FilterSize = 2 }, Waivers.None);

        Assert.False(report.Passed);
        (string id, string text) = Assert.Single(report.Explanations());
        Assert.Equal(Id, id);
        Assert.Contains("generator.margin", text, StringComparison.Ordinal);
        Assert.Contains("generator.filterSize", text, StringComparison.Ordinal);
    }

    [Fact]
    public void What_departs_from_nothing_passes_declared_or_not() =>
        Assert.Equal(0, Verify(Subjects.T, Waivers.Of(Id)).Count(CheckStatus.Waived));

    [Fact]
    public void Nothing_but_the_waived_does_not_pass() => Assert.False(
        VerificationReport.Run(
            "T", Subjects.Healthy(Subjects.T with { Margin = 0 }), [CheckRegistry.Find(Id)], null, Waivers.Of(Id)).Passed);

    [Fact]
    public void A_check_that_could_not_be_completed_is_not_waived()
    {
        Subject broken = Subjects.Healthy(Subjects.T) with { Config = null! };
        VerificationReport report = VerificationReport.Run("T", broken with { }, [CheckRegistry.Find(Id)], null, Waivers.Of(Id));
        Assert.Equal(CheckStatus.Failed, Assert.Single(report.Checks).Status);
    }

    [Theory]
    [InlineData("filter.taps", "filter.taps")]
    [InlineData("config.alias-free,schedule.layers", "schedule.layers")]
    [InlineData("config.", "config.")]
    [InlineData("config.no-such", "config.no-such")]
    public void What_holds_a_build_and_what_is_no_check_cannot_be_waived(string list, string named)
    {
        string message = Assert.Throws<UserException>(() => Waivers.Of(list)).Message;
        Assert.Contains(Id, message, StringComparison.Ordinal);
        Assert.EndsWith($"found {named}.", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "")]
    [InlineData(" config.alias-free , config.alias-free,", Id)]
    public void A_list_has_each_name_once(string list, string names) => Assert.Equal(names, Waivers.Of(list).ToString());

    private static CheckResult Run(GeneratorConfig config) =>
        Verification.RunOne(CheckRegistry.Find(Id), Subjects.Healthy(config));

    private static VerificationReport Verify(GeneratorConfig config, Waivers waivers) => VerificationReport.Run(
        "T", Subjects.Healthy(config), [.. CheckRegistry.All.Where(c => c.Id.Split('.')[0] is "config" or "schedule")], null,
        waivers);
}
