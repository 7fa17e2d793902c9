using Sg3x.Checkpoints;
using static TorchSharp.torch;

namespace Sg3x.Tests.Checkpoints;

public sealed class NetworkFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("mapping_layers", "64", "mapping.fc2.weight")]
    [InlineData("z_dim", "65536", "mapping.fc0.weight")]
    [InlineData("w_dim", "65536", "mapping.fc0.weight")]
    [InlineData("c_dim", "65536", "mapping.embed.weight")]
    [InlineData("channel_max", "65536", "synthesis.")]
    public void A_configuration_larger_than_the_file_is_refused(string argument, string value, string expected)
    {
        using IDisposable scope = NewDisposeScope();
        using SafeTensorsFile file = SafeTensors.Read(RepositoryFiles.Reference("generator-t-32.safetensors"));
        Dictionary<string, string> metadata = new(file.Metadata) { [argument] = value };
        string path = _folder.File("large.safetensors");
        SafeTensors.Write(path, file.Entries.Keys.Select(name => (name, file.Load(name))), metadata);

        UserException error = Assert.Throws<UserException>(() => NetworkFile.LoadGenerator(path, CPU));

        Assert.Contains(path, error.Message, StringComparison.Ordinal);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }
}
