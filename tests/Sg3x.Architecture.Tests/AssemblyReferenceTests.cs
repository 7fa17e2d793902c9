using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace Sg3x.Architecture.Tests;

/// <summary>Who knows whom, read from the built assemblies: Cli → Oracle → {Spec, Sg3x}, and Spec and Sg3x never meet.</summary>
public class AssemblyReferenceTests
{
    private static readonly string[] Torch = ["TorchSharp", "TorchSharp.Local", "TorchVision", "TorchVision.Local"];

    [Fact]
    public void TheSpecKnowsNeitherProductionNorTorch() =>
        Assert.DoesNotContain(ReferencesOf("Sg3x.Spec"), r => r.StartsWith("Sg3x", StringComparison.Ordinal) || Torch.Contains(r));

    [Fact]
    public void ProductionKnowsNothingElseOfTheTree() =>
        Assert.DoesNotContain(ReferencesOf("Sg3x"), r => r.StartsWith("Sg3x", StringComparison.Ordinal));

    [Fact]
    public void ProductionDoesWithoutTheSpecsMathematics() => Assert.DoesNotContain("MathNet.Numerics", ReferencesOf("Sg3x"));

    [Fact]
    public void TheOracleKnowsNothingOfTheCommand() => Assert.DoesNotContain("Sg3x.Cli", ReferencesOf("Sg3x.Oracle"));

    [Fact]
    public void TheCommandDoesNotKnowTheSpec() => Assert.DoesNotContain("Sg3x.Spec", ReferencesOf("Sg3x.Cli"));

    [Theory]
    [InlineData("TorchSharp.Local")]
    [InlineData("TorchVision.Local")]
    public void AStandInKnowsNothingOfTheProject(string assembly)
    {
        if (File.Exists(PathOf(assembly)))
        {
            Assert.DoesNotContain(ReferencesOf(assembly), r => r.StartsWith("Sg3x", StringComparison.Ordinal));
        }
    }

    private static string PathOf(string assembly) => Path.Combine(AppContext.BaseDirectory, assembly + ".dll");

    private static List<string> ReferencesOf(string assembly)
    {
        using PEReader file = new(File.OpenRead(PathOf(assembly)));
        MetadataReader metadata = file.GetMetadataReader();
        return [.. metadata.AssemblyReferences.Select(r => metadata.GetString(metadata.GetAssemblyReference(r).Name))];
    }
}
