using System.Globalization;
using System.Reflection;

namespace TorchSharpTests;

/// <summary>What of an assembly other code can compile against, one member a line.</summary>
internal static class SurfaceText
{
    private const BindingFlags Everything =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    public static string[] Of(Assembly assembly) =>
        [.. Types(assembly).Where(t => t.IsVisible).SelectMany(Members).Distinct().Order(StringComparer.Ordinal)];

    // The real package's TensorBoard types need a package that is not here.
    private static IEnumerable<Type> Types(Assembly assembly)
    {
        try
        {
            return assembly.GetTypes();
        }
        catch (ReflectionTypeLoadException e)
        {
            return e.Types.OfType<Type>();
        }
    }

    private static IEnumerable<string> Members(Type type)
    {
        var owner = Name(type);
        foreach (var member in type.GetMembers(Everything))
        {
            var text = member switch
            {
                MethodBase method when method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly => Text(method),
                FieldInfo field when field.IsPublic || field.IsFamily => Text(field),
                _ => null,
            };
            // Inherited object members are overridden here or there, to the same effect.
            if (text is not null && member.Name is not ("Finalize" or "GetHashCode" or "value__" or ".cctor"))
                yield return $"{owner}  {text}";
        }
    }

    private static string Text(MethodBase method)
    {
        var generic = method.IsGenericMethodDefinition ? $"<{string.Join(",", method.GetGenericArguments().Select(Name))}>" : "";
        var result = method is MethodInfo info ? Name(info.ReturnType) + " " : "";
        var parameters = string.Join(", ", method.GetParameters().Select(Text));
        return $"{Prefix(method.IsStatic, !method.IsPublic)}{result}{method.Name}{generic}({parameters})";
    }

    private static string Text(FieldInfo field)
    {
        var value = field.IsLiteral ? " = " + Convert.ToString(field.GetRawConstantValue(), CultureInfo.InvariantCulture) : "";
        return $"{Prefix(field.IsStatic, !field.IsPublic)}{Name(field.FieldType)} {field.Name}{value}";
    }

    private static string Text(ParameterInfo parameter)
    {
        var many = parameter.IsDefined(typeof(ParamArrayAttribute)) ? "params " : "";
        var value = !parameter.HasDefaultValue ? "" : " = " + (parameter.DefaultValue is null
            ? "null"
            : Convert.ToString(parameter.DefaultValue, CultureInfo.InvariantCulture));
        return $"{many}{Name(parameter.ParameterType)} {parameter.Name}{value}";
    }

    private static string Prefix(bool isStatic, bool isProtected) =>
        (isStatic ? "static " : "") + (isProtected ? "protected " : "");

    private static string Name(Type type)
    {
        if (type.IsGenericParameter)
            return type.Name;
        if (type.HasElementType)
            return Name(type.GetElementType()!) + (type.IsArray ? $"[{new string(',', type.GetArrayRank() - 1)}]" : "&");
        if (Nullable.GetUnderlyingType(type) is { } underlying)
            return Name(underlying) + "?";
        var before = type.IsNested ? Name(type.DeclaringType!).Split('<')[0] + "."
            : type.Namespace == "TorchSharp" ? ""
            : type.Namespace + ".";
        var arguments = type.IsGenericType ? $"<{string.Join(",", type.GetGenericArguments().Select(Name))}>" : "";
        return before + type.Name.Split('`')[0] + arguments;
    }
}
