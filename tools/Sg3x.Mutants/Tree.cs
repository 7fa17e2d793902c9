using System.Diagnostics;
using System.Reflection;
using System.Runtime.Loader;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Text;

namespace Sg3x.Mutants;

/// <summary>
/// A copy of the working tree, in artifacts/mutants, with a test program that takes its commands from us and the project under test
/// compiled with all mutants in it.
/// </summary>
public sealed class Tree
{
    private const string Seed = "(20211202, 4611686018427387847)";

    private static readonly CSharpParseOptions Language = new(LanguageVersion.Preview);

    private readonly string root;
    private readonly string copy;
    private readonly Target target;

    /// <summary>A copy for a target.</summary>
    /// <param name="root">Root of the repository.</param>
    /// <param name="target">What is mutated.</param>
    public Tree(string root, Target target)
    {
        ArgumentNullException.ThrowIfNull(target);
        this.root = root;
        this.target = target;
        copy = Path.Combine(root, "artifacts", "mutants", "tree");
    }

    /// <summary>The folder that the test program runs from.</summary>
    public string Output => Path.Combine(copy, target.Tests, "bin", "Debug", "net10.0");

    /// <summary>The test program.</summary>
    public string Program => Path.Combine(Output, Path.GetFileName(target.Tests) + ".dll");

    private string Intermediate => Path.Combine(copy, target.Project, "obj", "Debug", "net10.0");

    /// <summary>Copies what has changed and builds the tests without mutants.</summary>
    /// <exception cref="InvalidOperationException">The tests do not build.</exception>
    public void Build()
    {
        string[] files = Run(root, "git", "ls-files", "-co", "--exclude-standard").Split('\n', StringSplitOptions.RemoveEmptyEntries);
        foreach (string file in files.Where(f => File.Exists(Path.Combine(root, f))))
            Copy(file, File.ReadAllBytes(Path.Combine(root, file)));
        string setup = Path.Combine("artifacts", "setup", "Packages.found.props");
        if (File.Exists(Path.Combine(root, setup)))
            Copy(setup, File.ReadAllBytes(Path.Combine(root, setup)));
        Copy($"{target.Tests}/MutantHost.cs", Resource("Host.cs"));
        Copy($"{target.Tests}/MutantMain.cs", System.Text.Encoding.UTF8.GetBytes($$"""
            [assembly: FsCheck.Xunit.Properties(Replay = "{{Seed}}")]

            namespace Sg3x.Mutants;

            internal static class MutantMain
            {
                public static int Main() => Host.Run(typeof(MutantMain).Assembly);
            }
            """));
        Run(copy, "dotnet", "build", target.Tests, "-v", "q", "-nologo", "-p:GenerateProgramFile=false", "-p:RunAnalyzers=false",
            "-p:TreatWarningsAsErrors=false", "-p:EnforceCodeStyleInBuild=false", "-p:GenerateDocumentationFile=false",
            "-p:EmitCompilerGeneratedFiles=true");
    }

    /// <summary>Compiles the project with every mutant in it, in the place of the one without.</summary>
    /// <returns>The mutants.</returns>
    /// <exception cref="InvalidOperationException">It does not compile.</exception>
    public IReadOnlyList<Mutant> Mutate()
    {
        CSharpCompilation original = Compilation();
        ResourceDescription[] resources = Resources();
        var banned = new Dictionary<string, HashSet<(int, string)>>(StringComparer.Ordinal);
        while (true)
        {
            var mutants = new List<Mutant>();
            CSharpCompilation mutated = original;
            foreach (SyntaxTree tree in original.SyntaxTrees.Where(t => target.Mutates(t.FilePath)))
            {
                if (!banned.TryGetValue(tree.FilePath, out HashSet<(int, string)>? out_))
                    banned[tree.FilePath] = out_ = [];
                var mutator = new Mutator(original.GetSemanticModel(tree), tree.FilePath, mutants.Count, out_);
                SyntaxNode changed = mutator.Visit(tree.GetRoot())!;
                mutants.AddRange(mutator.Mutants);
                mutated = mutated.ReplaceSyntaxTree(tree, CSharpSyntaxTree.Create((CSharpSyntaxNode)changed, Language, tree.FilePath));
            }
            using var assembly = new MemoryStream();
            Diagnostic[] errors = [.. mutated.Emit(assembly, manifestResources: resources).Diagnostics.Where(d => d.Severity == DiagnosticSeverity.Error)];
            if (errors.Length == 0)
            {
                string name = target.Assembly + ".dll";
                File.Delete(Path.Combine(Output, name));
                File.WriteAllBytes(Path.Combine(Output, name), assembly.ToArray());
                return mutants;
            }
            foreach (Diagnostic error in errors)
                Ban(error, banned);
        }
    }

    // What the project carries beside its code, as it was built.
    private ResourceDescription[] Resources()
    {
        var context = new AssemblyLoadContext(null, isCollectible: true);
        using FileStream built = File.OpenRead(Path.Combine(Intermediate, target.Assembly + ".dll"));
        Assembly assembly = context.LoadFromStream(built);
        return [.. assembly.GetManifestResourceNames().Select(name =>
        {
            using Stream stream = assembly.GetManifestResourceStream(name)!;
            byte[] content = Content(stream);
            return new ResourceDescription(name, () => new MemoryStream(content), isPublic: true);
        })];
    }

    // What is left out from now on: a changed constant among the operands of what is wrong, else the smallest mutated place around
    // it, else every one within.
    private static void Ban(Diagnostic error, Dictionary<string, HashSet<(int, string)>> banned)
    {
        string file = error.Location.SourceTree?.FilePath ?? "";
        SyntaxNode? node = error.Location.SourceTree?.GetRoot().FindNode(error.Location.SourceSpan, getInnermostNodeForTie: true);
        if (node is not null && banned.TryGetValue(file, out HashSet<(int, string)>? places))
        {
            if (node.ChildNodes().Any(n => Add(places, n, "constant")) || node.AncestorsAndSelf().Any(n => Add(places, n, "")))
                return;
            bool added = false;
            foreach (SyntaxNode within in node.DescendantNodes())
                added |= Add(places, within, "");
            if (added)
                return;
        }
        throw new InvalidOperationException($"The mutated source does not compile: {error}");
    }

    private static bool Add(HashSet<(int, string)> banned, SyntaxNode node, string kind)
    {
        bool added = false;
        foreach (SyntaxAnnotation mark in node.GetAnnotations(Mutator.Mark).Where(a => a.Data!.EndsWith(kind, StringComparison.Ordinal)))
        {
            int space = mark.Data!.IndexOf(' ', StringComparison.Ordinal);
            added |= banned.Add((int.Parse(mark.Data[..space], null), mark.Data[(space + 1)..]));
        }
        return added;
    }

    private CSharpCompilation Compilation()
    {
        IEnumerable<string> own = Directory.EnumerateFiles(Path.Combine(copy, target.Project), "*.cs", SearchOption.AllDirectories)
            .Where(f => !Path.GetRelativePath(Path.Combine(copy, target.Project), f).Split('/').Any(p => p is "obj" or "bin"));
        IEnumerable<string> made = Directory.EnumerateFiles(Intermediate, "*.cs", SearchOption.AllDirectories);
        List<SyntaxTree> trees = [.. own.Concat(made).Order(StringComparer.Ordinal).Select(Parse)];
        trees.Add(CSharpSyntaxTree.ParseText(SourceText.From(System.Text.Encoding.UTF8.GetString(Resource("Switch.cs"))), Language, "Switch.cs"));
        IEnumerable<MetadataReference> references = Directory.EnumerateFiles(Output, "*.dll")
            .Concat(Directory.EnumerateFiles(Path.GetDirectoryName(typeof(object).Assembly.Location)!, "*.dll"))
            .Where(f => Path.GetFileNameWithoutExtension(f) != target.Assembly && IsManaged(f))
            .Select(f => MetadataReference.CreateFromFile(f));
        return CSharpCompilation.Create(target.Assembly, trees, references, new CSharpCompilationOptions(
            OutputKind.DynamicallyLinkedLibrary, optimizationLevel: OptimizationLevel.Release, allowUnsafe: true,
            nullableContextOptions: NullableContextOptions.Enable));
    }

    private SyntaxTree Parse(string path) =>
        CSharpSyntaxTree.ParseText(SourceText.From(File.ReadAllText(path)), Language, Path.GetRelativePath(copy, path));

    private static bool IsManaged(string path)
    {
        try
        {
            return AssemblyName.GetAssemblyName(path) is not null;
        }
        catch (BadImageFormatException)
        {
            return false;
        }
    }

    private void Copy(string file, byte[] content)
    {
        string path = Path.Combine(copy, file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        if (File.Exists(path) && File.ReadAllBytes(path).AsSpan().SequenceEqual(content))
            return;
        File.WriteAllBytes(path, content);
        if (!OperatingSystem.IsWindows() && File.Exists(Path.Combine(root, file)))
            File.SetUnixFileMode(path, File.GetUnixFileMode(Path.Combine(root, file)));
    }

    private static byte[] Resource(string name)
    {
        using Stream stream = typeof(Tree).Assembly.GetManifestResourceStream(name)!;
        return Content(stream);
    }

    private static byte[] Content(Stream stream)
    {
        using var memory = new MemoryStream();
        stream.CopyTo(memory);
        return memory.ToArray();
    }

    private static string Run(string folder, string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true };
        start.Environment.Remove("MSBuildSDKsPath");
        using Process process = Process.Start(start)!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0
            ? output
            : throw new InvalidOperationException($"{program} {string.Join(' ', arguments)}: exit code {process.ExitCode}\n{output}");
    }
}
