using System.Reflection;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Sg3x.Mutants.Tests;

/// <summary>A piece of source with all its mutants compiled in, and what it computes under each.</summary>
public class MutatorTests
{
    private static readonly MetadataReference[] References =
    [
        .. Directory.EnumerateFiles(Path.GetDirectoryName(typeof(object).Assembly.Location)!, "System.*.dll")
            .Where(f => Path.GetFileName(f) is "System.Runtime.dll" or "System.Private.CoreLib.dll")
            .Select(f => MetadataReference.CreateFromFile(f)),
    ];

    [Theory]
    [InlineData("static int F(int a, int b) => a + b;", "+ → - in a + b:3")]
    [InlineData("static int F(int a, int b) => a - b;", "- → + in a - b:7")]
    [InlineData("static int F(int a, int b) => a * b;", "* → / in a * b:2")]
    [InlineData("static int F(int a, int b) => a / b;", "/ → * in a / b:10")]
    [InlineData("static int F(int a, int b) => a % b;", "% → * in a % b:10")]
    [InlineData("static int F(int a, int b) => a >> b;", ">> → << in a >> b:20")]
    [InlineData("static int F(int a, int b) => -a;", "-a → a:5")]
    [InlineData("static double F(double a, double b) => Math.Max(a, b);", "Max → Min:2")]
    [InlineData("static double F(double a, double b) => Math.Abs(-a);", "-a → a:5 Abs → its argument:-5")]
    public void ArithmeticIsChanged(string source, string expected) => Assert.Equal(expected, Results(source));

    [Theory]
    [InlineData("static bool F(int a, int b) => a < b;", "< → <= in a < b:False a < b → not:True")]
    [InlineData("static bool F(int a, int b) => a <= 5;", "5 → 5 + 1:True 5 → 5 - 1:False <= → < in a <= 5:False a <= 5 → not:False")]
    [InlineData("static bool F(int a, int b) => a == b;", "a == b → not:True")]
    [InlineData("static bool F(int a, int b) => a > b && b > a;", "> → >= in a > b:False a > b → not:False > → >= in b > a:False "
        + "b > a → not:True && → || in a > b && b > a:True")]
    [InlineData("static bool F(int a, int b) { if (G()) return true; return false; } static bool G() => true;",
        "true → false:False G() → not:False false → true:True true → false:False")]
    public void ConditionsAndTheirBoundariesAreChanged(string source, string expected) => Assert.Equal(expected, Results(source));

    [Theory]
    [InlineData("static int F(int a, int b) => 3;", "3 → 3 + 1:4 3 → 3 - 1:2")]
    [InlineData("static double F(int a, int b) => 0.5;", "0.5 → 0.5 * 1.01:0.505 0.5 → -0.5:-0.5")]
    [InlineData("static double F(int a, int b) => 2;", "2 → 2 * 1.01:2.02 2 → -2:-2")]
    [InlineData("static uint F(int a, int b) => 0;", "0 → 0 + 1:1")]
    [InlineData("const double Four = 4; static double F(int a, int b) => Four;", "4 → 4 * 1.01:4.04 4 → -4:-4")]
    [InlineData("static double F(double a, double b) => a switch { > 5 => 1, _ => 0 };",
        "5 → 5 * 1.01:0 5 → -5:1 > → >= in > 5:1 > 5 → not:1 1 → 1 + 1:0 1 → 1 - 1:0 0 → 0 + 1:1 0 → 0 - 1:-1")]
    public void ConstantsAreChanged(string source, string expected) => Assert.Equal(expected, Results(source));

    [Theory]
    [InlineData("static int F(int a, int b) { a += b; return a; }", "+= → -=:3")]
    [InlineData("static double F(double a, double b) { a *= b; return a; }", "*= → /=:2.5")]
    [InlineData("static int F(int a, int b) { a++; return a; }", "a++ → --:4")]
    public void AssignmentsAreChanged(string source, string expected) => Assert.Equal(expected, Results(source));

    [Theory]
    [InlineData("static string F(int a, int b) => $\"{a + 1}\";")]
    [InlineData("static int F(int a, int b) => G(a); static int G(int a, int more = 0) => a;")]
    [InlineData("static string F(int a, int b) => \"a\" + \"b\";")]
    [InlineData("static int F(int a, int b) { const int Local = 3; return a; }")]
    public void TextAndWhatTheCompilerMustKnowAreLeftAlone(string source) => Assert.Equal("", Results(source));

    [Fact]
    public void WhatIsComputedOnceIsMarked()
    {
        Assert.All(Mutate("static readonly double V = 2; static double F(int a, int b) => V;").Mutants, m => Assert.True(m.IsStatic));
        Assert.All(Mutate("static double V => 2; static double F(int a, int b) => V;").Mutants, m => Assert.False(m.IsStatic));
    }

    [Fact]
    public void AMutantKnowsItsLine()
    {
        Mutant mutant = Mutate("\n  static int F(int a, int b) =>\n    a + b;").Mutants[0];
        Assert.Equal(("a + b;}", 3, 5, "arithmetic"), (mutant.Code, mutant.Line, mutant.Column, mutant.Kind));
    }

    [Fact]
    public void OperandsAreEvaluatedOnceAndInOrder()
    {
        const string Source = """
            static int n; static int Next() => ++n;
            static int F(int a, int b) => 100 * Next() + 10 * Next() - Next();
            """;
        (Type type, _) = Mutate(Source);
        Assert.Equal(117, type.GetMethod("F", BindingFlags.Static | BindingFlags.NonPublic)!.Invoke(null, [0, 0]));
    }

    // What F(5, 2) gives under each mutant.
    private static string Results(string source)
    {
        (Type type, IReadOnlyList<Mutant> mutants) = Mutate(source);
        FieldInfo active = type.Assembly.GetType("Sg3x.MutantSwitch.M")!.GetField("Active")!;
        var results = new List<string>();
        foreach (Mutant mutant in mutants)
        {
            active.SetValue(null, mutant.Id);
            MethodInfo method = type.GetMethod("F", BindingFlags.Static | BindingFlags.NonPublic)!;
            object?[] arguments = [.. method.GetParameters().Select((p, i) => Convert.ChangeType(i == 0 ? 5 : 2, p.ParameterType, null))];
            results.Add(FormattableString.Invariant($"{mutant.Change}:{method.Invoke(null, arguments)}"));
        }
        return string.Join(' ', results);
    }

    private static (Type Type, IReadOnlyList<Mutant> Mutants) Mutate(string source)
    {
        using Stream stream = typeof(Mutator).Assembly.GetManifestResourceStream("Switch.cs")!;
        using var reader = new StreamReader(stream);
        SyntaxTree tree = CSharpSyntaxTree.ParseText("class C {" + source + "}", path: "C.cs");
        SyntaxTree usings = CSharpSyntaxTree.ParseText("global using System;");
        CSharpCompilation compilation = CSharpCompilation.Create("Mutated", [tree, usings, CSharpSyntaxTree.ParseText(reader.ReadToEnd())],
            References, new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary));
        var mutator = new Mutator(compilation.GetSemanticModel(tree), "C.cs", 0, new HashSet<(int, string)>());
        var root = (CSharpSyntaxNode)mutator.Visit(tree.GetRoot())!;
        using var assembly = new MemoryStream();
        Assert.Empty(compilation.ReplaceSyntaxTree(tree, CSharpSyntaxTree.Create(root)).Emit(assembly).Diagnostics
            .Where(d => d.Severity == DiagnosticSeverity.Error));
        return (Assembly.Load(assembly.ToArray()).GetType("C")!, mutator.Mutants);
    }
}
