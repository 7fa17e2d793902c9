using Sg3x.Checkpoints;
using Sg3x.Networks;
using Sg3x.Schedule;
using TorchSharp;
using Xunit.Abstractions;
using static TorchSharp.torch;

namespace Sg3x.Tests.Networks;

/// <summary>Generators and discriminator against the official release's, with its random weights, in float32.</summary>
public class NetworkReferenceTests(ITestOutputHelper output)
{
    // Of the largest value; an independent implementation is known to reach these.
    private const double ValueTolerance = 1e-5;
    private const double GradientTolerance = 5e-5;

    [Theory]
    [InlineData("generator-t-32.safetensors")]
    [InlineData("generator-r-32.safetensors")]
    public void GeneratorAgrees(string name)
    {
        using DisposeScope scope = NewDisposeScope();
        using SafeTensorsFile file = SafeTensors.Read(RepositoryFiles.Reference(name));
        using Sg3x.Networks.Generator generator = LoadGenerator(file);
        Tensor z = file.Load("io.z");
        using (no_grad())
        {
            Compare(file, "io.ws", generator.Map(z), ValueTolerance);
            Compare(file, "io.ws_psi0.7", generator.Map(z, 0.7), ValueTolerance);
            Compare(file, "io.image", generator.forward(z), ValueTolerance);
            foreach (string translation in (string[])["0", "1"])
            {
                Tensor transform = eye(3);
                transform.narrow(0, 0, 2).narrow(1, 2, 1).copy_(-file.Load($"io.translation{translation}").unsqueeze(1));
                generator.Synthesis.Input.SetTransform(transform);
                Compare(file, $"io.image_translated{translation}", generator.forward(z), ValueTolerance);
            }
            generator.Synthesis.Input.SetTransform(eye(3));
        }
    }

    [Theory]
    [InlineData("generator-t-32.safetensors")]
    [InlineData("generator-r-32.safetensors")]
    public void GeneratorsGradientsAndAveragesAgree(string name)
    {
        using DisposeScope scope = NewDisposeScope();
        using SafeTensorsFile file = SafeTensors.Read(RepositoryFiles.Reference(name));
        using Sg3x.Networks.Generator generator = LoadGenerator(file);
        string[] names = [.. file.Entries.Keys.Where(key => key.StartsWith("grad.", StringComparison.Ordinal))];
        Assert.Equal(5, names.Length);
        Dictionary<string, Tensor> state = generator.state_dict();
        Tensor loss = (generator.forward(file.Load("io.z")) * file.Load("io.probe")).sum();
        IList<Tensor> gradients = autograd.grad([loss], [.. names.Select(key => state[key["grad.".Length..]])]);
        for (int i = 0; i < names.Length; i++)
            Compare(file, names[i], gradients[i], GradientTolerance);

        generator.Synthesis.MagnitudeBeta = 0.999;
        generator.Synthesize(generator.Map(file.Load("io.z"), updateAverages: true), updateAverages: true);
        foreach (string key in file.Entries.Keys.Where(key => key.StartsWith("after_update.", StringComparison.Ordinal)))
            Compare(file, key, state[key["after_update.".Length..]], ValueTolerance);
    }

    [Fact]
    public void DiscriminatorAgrees()
    {
        using DisposeScope scope = NewDisposeScope();
        using SafeTensorsFile file = SafeTensors.Read(RepositoryFiles.Reference("discriminator-32.safetensors"));
        using Discriminator discriminator = LoadDiscriminator(file);
        Tensor image = file.Load("io.image").requires_grad_();
        Tensor logits = discriminator.forward(image);
        Compare(file, "io.logits", logits, ValueTolerance);
        Tensor gradient = autograd.grad([logits.sum()], [image], null, true, true)[0];
        Tensor penalty = gradient.square().sum([1, 2, 3]);
        Compare(file, "io.r1_penalty", penalty, ValueTolerance);
        string[] names = [.. file.Entries.Keys.Where(key => key.StartsWith("r1grad.", StringComparison.Ordinal))];
        Assert.Equal(3, names.Length);
        Dictionary<string, Tensor> state = discriminator.state_dict();
        IList<Tensor> gradients = autograd.grad([penalty.mean()], [.. names.Select(key => state[key["r1grad.".Length..]])]);
        for (int i = 0; i < names.Length; i++)
            Compare(file, names[i], gradients[i], GradientTolerance);
    }

    [Theory]
    [InlineData("generator-t-32.safetensors")]
    [InlineData("generator-r-32.safetensors")]
    public void AFreshGeneratorHasTheOfficialFilters(string name)
    {
        using DisposeScope scope = NewDisposeScope();
        using SafeTensorsFile file = SafeTensors.Read(RepositoryFiles.Reference(name));
        using var generator = new Sg3x.Networks.Generator(OfficialArguments.Generator(file.Metadata), seed: 1);
        foreach ((string key, Tensor value) in generator.state_dict().Where(entry => entry.Key.EndsWith("_filter", StringComparison.Ordinal)))
            TensorAssert.Close(file.Load(key), value, 2e-7, key);
    }

    private static Sg3x.Networks.Generator LoadGenerator(SafeTensorsFile file)
    {
        var generator = new Sg3x.Networks.Generator(OfficialArguments.Generator(file.Metadata), seed: 1);
        generator.LoadState(State(file, "mapping.", "synthesis."), file.FilePath);
        return generator;
    }

    private static Discriminator LoadDiscriminator(SafeTensorsFile file)
    {
        var discriminator = new Discriminator(OfficialArguments.Discriminator(file.Metadata), seed: 1);
        discriminator.LoadState(State(file, "b"), file.FilePath);
        return discriminator;
    }

    private static Dictionary<string, Tensor> State(SafeTensorsFile file, params string[] prefixes)
    {
        return file.Entries.Keys.Where(key => Array.Exists(prefixes, prefix => key.StartsWith(prefix, StringComparison.Ordinal)))
            .ToDictionary(key => key, file.Load);
    }

    private void Compare(SafeTensorsFile file, string key, Tensor found, double tolerance)
    {
        Tensor expected = file.Load(key);
        output.WriteLine($"{key}: {TensorAssert.RelativeError(expected, found):g3}");
        TensorAssert.Close(expected, found, tolerance, key);
    }
}
