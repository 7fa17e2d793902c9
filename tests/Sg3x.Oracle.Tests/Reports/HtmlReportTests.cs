using System.Globalization;
using System.Text.RegularExpressions;
using System.Xml;
using System.Xml.Linq;
using Sg3x.Configuration;
using Sg3x.Oracle.Checks;
using Sg3x.Oracle.Reports;
using Sg3x.Oracle.Tests.Checks;

namespace Sg3x.Oracle.Tests.Reports;

/// <summary>The page: whole, by itself, and with what it promises.</summary>
public partial class HtmlReportTests
{
    private static readonly EquivarianceFigures Figures = new()
    {
        Samples = 3, Channels = 24, Whole = new(61.23, 35.5), Fractional = new(60.11, 34.4), Rotation = new(12.34, 5.6),
    };

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void It_has_every_check_every_layer_and_every_filter(bool radial)
    {
        Subject subject = Subjects.Healthy(radial ? Subjects.R : Subjects.T);
        VerificationReport report = Verify(subject);
        XElement page = Page(report, subject);

        string[] checks = [.. Cells(page, "checks", 0)];
        Assert.All(report.Checks, c => Assert.Contains(c.Id, checks));
        Assert.Equal(subject.Layers.Select(l => l.Name), Cells(page, "schedule", 0));
        string[] expected =
        [
            .. subject.Layers.SelectMany(l => new[] { l.UpFilter is null ? "" : $"{l.Name}-up", l.DownFilter is null ? "" : $"{l.Name}-down" })
                .Where(id => id.Length > 0),
        ];
        Assert.Equal(expected, Plots(page).Select(f => (string)f.Attribute("id")!));
        foreach (XElement figure in Plots(page))
        {
            string[] marks = [.. figure.Descendants("text").Where(t => ((string?)t.Attribute("class"))?.StartsWith("mark", StringComparison.Ordinal) == true).Select(t => t.Value)];
            Assert.All(["cutoff", "stopband", "Nyquist"], mark => Assert.Contains(mark, string.Join(" ", marks), StringComparison.Ordinal));
            bool diagonal = radial && ((string)figure.Attribute("id")!).EndsWith("down", StringComparison.Ordinal)
                && subject.Layers.Single(l => ((string)figure.Attribute("id")!).StartsWith(l.Name + "-", StringComparison.Ordinal)).DownFilter!.IsRadial;
            Assert.Equal(diagonal ? 4 : 2, figure.Descendants("polyline").Count());
        }
        string own = page.Descendants("tr").Single(r => (string?)r.Attribute("class") == "own").Value;
        Assert.All(["61.2", "(35.5)", "60.1", "12.3"], figure => Assert.Contains(figure, own, StringComparison.Ordinal));
        Assert.Contains("63.01", page.Value, StringComparison.Ordinal);
        Assert.Contains("not checked: the kernel is a GPU's; ", page.Value, StringComparison.Ordinal);
        Assert.DoesNotContain("What failed", page.Value, StringComparison.Ordinal);
    }

    [Fact]
    public void It_needs_nothing_else()
    {
        Subject subject = Subjects.Healthy(Subjects.T);
        string text = Text(Verify(subject), subject);

        Assert.DoesNotMatch(Outside(), text);
        Assert.DoesNotContain("NaN", text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_healthy_generator_s_curves_lie_on_the_designed_ones_and_a_short_filter_s_do_not()
    {
        Subject healthy = Subjects.Healthy(Subjects.T);
        Assert.All(FilterResponse.All(healthy), r => Assert.All(
            r.Designed.Zip(r.Predicted), p => Assert.True(Math.Max(p.First, p.Second) < -150 || Math.Abs(p.First - p.Second) < 1e-3, $"{p}")));

        Subject shortened = healthy.WithFilters(_ => [0.25, 0.5, 0.25]);
        VerificationReport report = Verify(shortened);
        XElement page = Page(report, shortened);
        Assert.All(FilterResponse.All(shortened), r => Assert.True(r.StopbandPeak > -20));
        Assert.Contains("What failed", page.Value, StringComparison.Ordinal);
        Assert.All(Plots(page), f => Assert.Matches("^3 taps where (12|24) are specified$", f.Descendants("strong").Single().Value));
        XElement failures = page.Descendants("ul").Single(u => (string?)u.Attribute("class") == "failures");
        Assert.Contains("filter.taps", failures.Descendants("code").Select(c => c.Value));
        Assert.Contains(failures.Descendants("li"), li => li.Value.Contains("3 taps where 12 are specified", StringComparison.Ordinal));
    }

    /// <summary>Values of appendix C for T at 256²: L0 −2.3 dB and L1 −4.2 dB at the cutoff.</summary>
    [Fact]
    public void The_curves_have_the_published_values()
    {
        IReadOnlyList<FilterResponse> all = FilterResponse.All(Subjects.Healthy(Presets.Get("t-256").Generator));
        FilterResponse l0 = all.Single(r => r.Layer == "L0_36_512" && !r.IsUp), l1 = all.Single(r => r.Layer == "L1_36_512" && !r.IsUp);
        Assert.Equal("-2.3", l0.AtCutoff.ToString("F1", CultureInfo.InvariantCulture));
        Assert.Equal("-4.2", l1.AtCutoff.ToString("F1", CultureInfo.InvariantCulture));
        Assert.All(all, r => Assert.Equal(0, r.Predicted[0], 9));
        Assert.Equal((16, 2, 8), ((int)l0.Rate / 2, l0.Cutoff, l0.Nyquist));
    }

    [Fact]
    public void A_network_s_own_taps_are_drawn_and_not_what_they_should_be()
    {
        using var network = new Sg3x.Networks.Generator(Subjects.T, 1);
        using (TorchSharp.torch.no_grad())
        {
            TorchSharp.torch.Tensor filter = network.state_dict()[$"synthesis.{network.Schedule.Layers[3].Name}.down_filter"];
            filter.zero_();
            filter[5] = 1;
        }
        FilterResponse damaged = FilterResponse.All(Subject.OfNetwork(network)).Single(r => r.Layer == network.Schedule.Layers[3].Name && !r.IsUp);

        Assert.All(damaged.Predicted, level => Assert.Equal(0, level, 6)); // a delta passes everything
        Assert.True(damaged.Designed[^1] < -20);
    }

    [Fact]
    public void What_is_waived_is_said_and_is_not_among_the_passed()
    {
        Subject weaker = Subjects.Healthy(Subjects.T with { Margin = 0 });
        XElement page = Page(Verify(weaker, Waivers.Of("config.alias-free")), weaker);

        XElement item = page.Descendants("ul").Single(u => (string?)u.Attribute("class") == "departures").Elements("li").Single();
        Assert.StartsWith(
            "config.alias-free generator.margin: expected at least 10, measured 0: ", item.Value, StringComparison.Ordinal);
        string[] badges = [.. page.Element("body")!.Element("header")!.Descendants("span").Select(b => b.Value)];
        Assert.Contains("1 waived", badges);
        Assert.Contains("7 passed", badges);
        Assert.Contains("not meant to be", page.Value, StringComparison.Ordinal);
        Assert.DoesNotContain("What failed", page.Value, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_colour_that_it_names_is_defined()
    {
        Subject subject = Subjects.Healthy(Subjects.T);
        string text = Text(Verify(subject), subject);

        string[] used = [.. Used().Matches(text).Select(match => match.Groups[1].Value).Distinct()];
        Assert.Contains("--wait", used);
        Assert.All(used, name => Assert.Contains($"{name}: #", text, StringComparison.Ordinal));
    }

    [Fact]
    public void Where_nothing_applied_it_says_so_and_points_at_no_failure()
    {
        Subject subject = Subjects.Healthy(Subjects.T);
        var report = VerificationReport.Run("T", subject, [CheckRegistry.Find("op.flrelu.device")]);
        XElement page = Page(report, subject);

        Assert.False(report.Passed);
        Assert.Contains("No check passed, and none failed", page.Value, StringComparison.Ordinal);
        Assert.DoesNotContain("see what failed", page.Value, StringComparison.Ordinal);
    }

    [Fact]
    public void Names_are_text()
    {
        Subject subject = Subjects.Healthy(Subjects.T);
        string text = Text(Verify(subject) with { Name = "<script>alert('x')</script>&" }, subject);

        Assert.DoesNotContain("<script", text, StringComparison.Ordinal);
        Assert.Contains("&lt;script&gt;", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Equivariance_is_measured_with_the_generator_and_leaves_it_as_it_was()
    {
        using var network = new Sg3x.Networks.Generator(Subjects.T, 1);
        double[] before = [.. network.state_dict().Values.SelectMany(Bridge.Values)];
        EquivarianceFigures figures = EquivarianceFigures.Measure(Subject.OfNetwork(network), 2, TimeSpan.FromMinutes(5));
        EquivarianceFigures one = EquivarianceFigures.Measure(Subjects.Healthy(Subjects.T), 9, TimeSpan.Zero);

        Assert.Equal(before, network.state_dict().Values.SelectMany(Bridge.Values));
        Assert.Equal((2, 1), (figures.Samples, one.Samples));
        Assert.All([figures.Whole, figures.Fractional], f => Assert.InRange(f.Decibels, 45, 90));
        Assert.InRange(figures.Rotation!.Decibels, 5, 40);
        Assert.All([figures.Whole, figures.Fractional, figures.Rotation], f => Assert.True(f.OverVariance < f.Decibels));
    }

    private static VerificationReport Verify(Subject subject, Waivers? waivers = null) => VerificationReport.Run(
        "T", subject,
        [
            .. CheckRegistry.All.Where(check =>
                check.Id == "op.flrelu.device" || check.Id.Split('.')[0] is "config" or "schedule" or "filter"),
        ],
        null, waivers);

    private static string Text(VerificationReport report, Subject subject) =>
        HtmlReport.Render(report, subject, Figures, DateTimeOffset.UnixEpoch, EnvironmentInfo.Collect(TorchSharp.torch.get_num_threads()));

    // Strict enough to be read as XML, but for the tags that have no end and the declaration.
    private static XElement Page(VerificationReport report, Subject subject)
    {
        string text = Text(report, subject)["<!DOCTYPE html>".Length..];
        text = NoEnd().Replace(text, "<$1/>").Replace("&quot;", "\"", StringComparison.Ordinal);
        using var reader = XmlReader.Create(new StringReader(text));
        return XElement.Load(reader);
    }

    private static IEnumerable<string> Cells(XElement page, string table, int column) => page.Descendants("table")
        .Single(t => (string?)t.Attribute("class") == table).Element("tbody")!.Elements("tr")
        .Where(r => (string?)r.Attribute("class") != "detail").Select(r => r.Elements("td").ElementAt(column).Descendants("code").Single().Value);

    private static XElement[] Plots(XElement page) => [.. page.Descendants("figure").Where(f => f.Attribute("id") is not null)];

    [GeneratedRegex(@"var\((--\w+)\)")]
    private static partial Regex Used();

    [GeneratedRegex("<((?:meta|br)[^>]*)>")]
    private static partial Regex NoEnd();

    [GeneratedRegex(@"https?:|//[a-z]|\burl\(|\bsrc=|\bhref=|@import|<script|<link|<iframe", RegexOptions.IgnoreCase)]
    private static partial Regex Outside();
}
