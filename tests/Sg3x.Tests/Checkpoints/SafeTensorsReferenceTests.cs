using Sg3x.Checkpoints;
using static TorchSharp.torch;

namespace Sg3x.Tests.Checkpoints;

public sealed class SafeTensorsReferenceTests
{
    [Theory]
    [InlineData("generator-t-32", "io.image", 4)]
    [InlineData("discriminator-32", "io.logits", 2)]
    [InlineData("ops-basic", "flrelu0.x", 4)]
    public void Files_of_another_program_are_read(string name, string tensorName, int rank)
    {
        using SafeTensorsFile file = SafeTensors.Read(RepositoryFiles.Reference($"{name}.safetensors"));
        file.VerifyChecksum();
        Assert.NotEmpty(file.Metadata);
        foreach (string key in file.Entries.Keys)
        {
            using Tensor tensor = file.Load(key);
            Assert.Equal(file.Entries[key].Shape, tensor.shape);
            Assert.True(tensor.isfinite().all().item<bool>(), key);
        }

        Assert.Equal(rank, file.Entries[tensorName].Shape.Count);
    }
}
