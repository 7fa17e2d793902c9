using System.Globalization;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Sg3x.Configuration;

/// <summary>Sets single values of a configuration by their path, <c>training.batch=16</c>.</summary>
public static class ConfigOverrides
{
    /// <summary>Short names of common paths. <c>resolution</c> sets both networks'.</summary>
    public static IReadOnlyDictionary<string, IReadOnlyList<string>> ShortNames { get; } =
        new Dictionary<string, IReadOnlyList<string>>(StringComparer.OrdinalIgnoreCase)
        {
            ["resolution"] = ["generator.resolution", "discriminator.resolution"],
            ["data"] = ["data.source"],
            ["mirror"] = ["data.mirror"],
            ["cond"] = ["data.conditional"],
            ["kimg"] = ["training.kimg"],
            ["batch"] = ["training.batch"],
            ["batch-device"] = ["training.batchDevice"],
            ["seed"] = ["training.seed"],
            ["waive"] = ["training.waived"],
            ["device"] = ["training.device"],
            ["precision"] = ["training.precision"],
            ["remat"] = ["training.rematerialise"],
            ["threads"] = ["training.threads"],
            ["gamma"] = ["training.r1Gamma"],
            ["aug"] = ["augmentation.mode"],
            ["aug-p"] = ["augmentation.p"],
            ["ada-target"] = ["augmentation.target"],
            ["ada-kimg"] = ["augmentation.kimg"],
            ["ada-interval"] = ["augmentation.interval"],
        };

    /// <summary>Every path that can be set, in the order of <c>config.json</c>.</summary>
    public static IReadOnlyList<string> Paths { get; } = [.. ListPaths(typeof(RunConfig), "")];

    /// <summary>Sets values, one after the other.</summary>
    /// <param name="config">The configuration to start from.</param>
    /// <param name="assignments">Texts of the form <c>path=value</c>; <c>none</c> is the value of what may be left unset.</param>
    /// <returns>The changed configuration, not yet validated as a whole.</returns>
    /// <exception cref="UserException">No such path, or a value of another type.</exception>
    public static RunConfig Apply(RunConfig config, IEnumerable<string> assignments)
    {
        foreach (string assignment in assignments)
        {
            int equals = assignment.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0)
            {
                throw UserException.Mismatch("set", "path=value", $"\"{assignment}\"");
            }

            config = Set(config, assignment[..equals].Trim(), assignment[(equals + 1)..].Trim());
        }

        return config;
    }

    /// <summary>Sets one value.</summary>
    /// <param name="config">The configuration to start from.</param>
    /// <param name="path">One of <see cref="Paths"/> or <see cref="ShortNames"/>; upper and lower case are the same.</param>
    /// <param name="value">The value as text.</param>
    /// <returns>The changed configuration, not yet validated as a whole.</returns>
    /// <exception cref="UserException">No such path, or a value of another type.</exception>
    public static RunConfig Set(RunConfig config, string path, string value)
    {
        JsonObject root = JsonSerializer.SerializeToNode(config, ConfigJson.Options)!.AsObject();
        foreach (string full in ShortNames.TryGetValue(path, out IReadOnlyList<string>? paths) ? paths : [path])
        {
            SetOne(root, full, value);
        }

        return root.Deserialize<RunConfig>(ConfigJson.Options)!;
    }

    private static void SetOne(JsonObject node, string path, string value)
    {
        Type type = typeof(RunConfig);
        string[] names = path.Split('.');
        for (int i = 0; i < names.Length; i++)
        {
            PropertyInfo property = Array.Find(Properties(type), p => p.Name.Equals(names[i], StringComparison.OrdinalIgnoreCase))
                ?? throw Unknown(path, type, string.Join('.', names[..i]));
            string key = JsonName(property);
            if (i == names.Length - 1)
            {
                node[key] = IsPart(property.PropertyType)
                    ? throw Unknown(path, property.PropertyType, path)
                    : Parse(property, path, value);
                return;
            }

            if (!IsPart(property.PropertyType))
            {
                throw Unknown(path, type, string.Join('.', names[..i]));
            }

            (type, node) = (property.PropertyType, node[key]!.AsObject());
        }
    }

    private static JsonValue? Parse(PropertyInfo property, string path, string value)
    {
        Type? underlying = Nullable.GetUnderlyingType(property.PropertyType);
        if (underlying is not null && value is "none" or "null" or "")
        {
            return null;
        }

        Type type = underlying ?? property.PropertyType;
        CultureInfo invariant = CultureInfo.InvariantCulture;
        const NumberStyles Whole = NumberStyles.AllowLeadingSign;
        string expected;
        if (type == typeof(string))
        {
            return JsonValue.Create(value);
        }
        else if (type == typeof(bool))
        {
            if (bool.TryParse(value, out bool flag))
            {
                return JsonValue.Create(flag);
            }

            expected = "true or false";
        }
        else if (type == typeof(double))
        {
            if (double.TryParse(value, NumberStyles.Float, invariant, out double number) && double.IsFinite(number))
            {
                return JsonValue.Create(number);
            }

            expected = "a number";
        }
        else
        {
            if (type == typeof(int) && int.TryParse(value, Whole, invariant, out int number))
            {
                return JsonValue.Create(number);
            }

            if (type == typeof(long) && long.TryParse(value, Whole, invariant, out long large))
            {
                return JsonValue.Create(large);
            }

            expected = "a whole number";
        }

        throw UserException.Mismatch(path, underlying is null ? expected : $"{expected} or none", $"\"{value}\"");
    }

    private static UserException Unknown(string path, Type type, string under)
    {
        string prefix = under.Length == 0 ? "" : $"{under}.";
        IEnumerable<string> choices = Properties(type).Select(p => prefix + JsonName(p) + (IsPart(p.PropertyType) ? ".…" : ""));
        return UserException.Mismatch($"set {path}", $"one of {string.Join(", ", choices)}", $"\"{path}\"");
    }

    private static IEnumerable<string> ListPaths(Type type, string prefix) => Properties(type).SelectMany(p =>
        IsPart(p.PropertyType) ? ListPaths(p.PropertyType, $"{prefix}{JsonName(p)}.") : [prefix + JsonName(p)]);

    private static PropertyInfo[] Properties(Type type) => type.GetProperties(BindingFlags.Public | BindingFlags.Instance);

    private static bool IsPart(Type type) => type.IsClass && type != typeof(string);

    private static string JsonName(PropertyInfo property) => JsonNamingPolicy.CamelCase.ConvertName(property.Name);
}
