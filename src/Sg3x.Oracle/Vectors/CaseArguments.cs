using System.Text.Json;

namespace Sg3x.Oracle.Vectors;

/// <summary>The arguments of a case: numbers and flags of an object in JSON, each with a message of its own when it is something
/// else.</summary>
/// <param name="Where">File and case, for messages.</param>
/// <param name="Json">The object; every name that is asked for is known to be in it.</param>
internal readonly record struct CaseArguments(string Where, JsonElement Json)
{
    public int Integer(string name, int least, int most) =>
        Json.GetProperty(name) is { ValueKind: JsonValueKind.Number } value && value.TryGetInt32(out int number)
            && number >= least && number <= most
            ? number : throw Bad(name, FormattableString.Invariant($"an integer from {least} to {most}"));

    public double Number(string name) => NumberOrNull(name) ?? throw Bad(name, "a number");

    public double? NumberOrNull(string name) => Json.GetProperty(name) switch
    {
        { ValueKind: JsonValueKind.Null } => null,
        { ValueKind: JsonValueKind.Number } value when double.IsFinite(value.GetDouble()) => value.GetDouble(),
        _ => throw Bad(name, "a number or null"),
    };

    public bool Boolean(string name) => Json.GetProperty(name).ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw Bad(name, "true or false"),
    };

    public int[] Integers(string name, int count, int least, int most)
    {
        JsonElement array = Json.GetProperty(name);
        if (array.ValueKind != JsonValueKind.Array || array.GetArrayLength() != count)
        {
            throw Bad(name, FormattableString.Invariant($"{count} integers"));
        }

        int[] numbers = new int[count];
        for (int i = 0; i < count; i++)
        {
            if (array[i].ValueKind != JsonValueKind.Number || !array[i].TryGetInt32(out numbers[i])
                || numbers[i] < least || numbers[i] > most)
            {
                throw Bad(name, FormattableString.Invariant($"{count} integers from {least} to {most}"));
            }
        }

        return numbers;
    }

    private UserException Bad(string name, string expected) =>
        UserException.Mismatch($"{Where}: {name}", expected, Json.GetProperty(name).GetRawText());
}
