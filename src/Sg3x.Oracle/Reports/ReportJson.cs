using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Sg3x.Oracle.Checks;

namespace Sg3x.Oracle.Reports;

/// <summary>A report for programs.</summary>
public static class ReportJson
{
    /// <summary>Camel case, indented; durations in seconds; NaN and infinities as strings.</summary>
    public static JsonSerializerOptions Options { get; } = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase), new SecondsConverter() },
    };

    /// <summary>A report as a JSON object.</summary>
    /// <param name="report">The report.</param>
    /// <returns>Text without a newline at its end.</returns>
    public static string Format(VerificationReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        return JsonSerializer.Serialize(Describe(report), Options);
    }

    internal static object Describe(VerificationReport report) => new
    {
        report.Passed,
        Subject = report.Name,
        report.IsNetwork,
        report.Device,
        Counts = Enum.GetValues<CheckStatus>().ToDictionary(
            status => JsonNamingPolicy.CamelCase.ConvertName($"{status}"), report.Count, StringComparer.Ordinal),
        Seconds = report.Duration,
        report.Checks,
        Waived = report.Departures().Select(d => new { d.Id, d.Text }),
        report.LeftOut,
        report.Config,
    };

    private sealed class SecondsConverter : JsonConverter<TimeSpan>
    {
        public override TimeSpan Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            TimeSpan.FromSeconds(reader.GetDouble());

        public override void Write(Utf8JsonWriter writer, TimeSpan value, JsonSerializerOptions options) =>
            writer.WriteNumberValue(Math.Round(value.TotalSeconds, 3));
    }
}
