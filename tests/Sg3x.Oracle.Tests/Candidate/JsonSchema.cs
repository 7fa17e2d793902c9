using System.Text.Json;

namespace Sg3x.Oracle.Tests.Candidate;

/// <summary>The keywords of JSON Schema that this tree's schemas use; any other keyword is an error, so that none is
/// ignored.</summary>
internal sealed class JsonSchema(JsonElement root)
{
    /// <summary>Where a document leaves the schema; empty where it follows it.</summary>
    public IReadOnlyList<string> Errors(JsonElement document)
    {
        var errors = new List<string>();
        Check(root, document, "", errors);
        return errors;
    }

    private void Check(JsonElement schema, JsonElement value, string path, List<string> errors)
    {
        foreach (JsonProperty keyword in schema.EnumerateObject())
        {
            JsonElement rule = keyword.Value;
            bool holds = keyword.Name switch
            {
                "$schema" or "title" or "description" or "$defs" or "additionalProperties" => true,
                "type" => Types(rule).Any(type => IsOf(type, value)),
                "const" => JsonElement.DeepEquals(rule, value),
                "enum" => rule.EnumerateArray().Any(one => JsonElement.DeepEquals(one, value)),
                "minimum" => value.ValueKind != JsonValueKind.Number || value.GetDouble() >= rule.GetDouble(),
                "minItems" => value.ValueKind != JsonValueKind.Array || value.GetArrayLength() >= rule.GetInt32(),
                "minProperties" => value.ValueKind != JsonValueKind.Object || value.EnumerateObject().Count() >= rule.GetInt32(),
                "required" => value.ValueKind != JsonValueKind.Object
                    || rule.EnumerateArray().All(name => value.TryGetProperty(name.GetString()!, out _)),
                "anyOf" => rule.EnumerateArray().Any(one => new JsonSchemaBranch(this, one).Accepts(value)),
                "$ref" => Follow(rule.GetString()!, value, path, errors),
                "properties" => Properties(rule, value, path, errors),
                "items" => Items(rule, value, path, errors),
                _ => throw new InvalidOperationException($"The keyword {keyword.Name} is not known."),
            };
            if (!holds)
                errors.Add($"{path}: {keyword.Name} {rule}");
        }
        if (schema.TryGetProperty("additionalProperties", out JsonElement others) && value.ValueKind == JsonValueKind.Object)
            foreach (JsonProperty property in value.EnumerateObject().Where(p => !IsNamed(schema, p.Name)))
            {
                if (others.ValueKind == JsonValueKind.False)
                    errors.Add($"{path}: no property {property.Name}");
                else
                    Check(others, property.Value, $"{path}/{property.Name}", errors);
            }
    }

    private bool Follow(string reference, JsonElement value, string path, List<string> errors)
    {
        JsonElement target = reference["#/".Length..].Split('/').Aggregate(root, (at, name) => at.GetProperty(name));
        Check(target, value, path, errors);
        return true;
    }

    private bool Properties(JsonElement rule, JsonElement value, string path, List<string> errors)
    {
        if (value.ValueKind == JsonValueKind.Object)
            foreach (JsonProperty property in value.EnumerateObject())
                if (rule.TryGetProperty(property.Name, out JsonElement inner))
                    Check(inner, property.Value, $"{path}/{property.Name}", errors);
        return true;
    }

    private bool Items(JsonElement rule, JsonElement value, string path, List<string> errors)
    {
        if (value.ValueKind == JsonValueKind.Array)
            foreach ((int i, JsonElement item) in value.EnumerateArray().Index())
                Check(rule, item, $"{path}/{i}", errors);
        return true;
    }

    private static bool IsNamed(JsonElement schema, string name) =>
        schema.TryGetProperty("properties", out JsonElement properties) && properties.TryGetProperty(name, out _);

    private static IEnumerable<string> Types(JsonElement rule) =>
        rule.ValueKind == JsonValueKind.Array ? rule.EnumerateArray().Select(type => type.GetString()!) : [rule.GetString()!];

    private static bool IsOf(string type, JsonElement value) => type switch
    {
        "object" => value.ValueKind == JsonValueKind.Object,
        "array" => value.ValueKind == JsonValueKind.Array,
        "string" => value.ValueKind == JsonValueKind.String,
        "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        "null" => value.ValueKind == JsonValueKind.Null,
        "number" => value.ValueKind == JsonValueKind.Number,
        "integer" => value.ValueKind == JsonValueKind.Number && value.GetDouble() == Math.Floor(value.GetDouble()),
        _ => throw new InvalidOperationException($"The type {type} is not known."),
    };

    private sealed class JsonSchemaBranch(JsonSchema schema, JsonElement rule)
    {
        public bool Accepts(JsonElement value)
        {
            var errors = new List<string>();
            schema.Check(rule, value, "", errors);
            return errors.Count == 0;
        }
    }
}
