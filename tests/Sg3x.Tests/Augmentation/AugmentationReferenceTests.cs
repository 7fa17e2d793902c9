using System.Globalization;
using Sg3x.Augmentation;
using Sg3x.Checkpoints;
using static TorchSharp.torch;

namespace Sg3x.Tests.Augmentation;

/// <summary>Each augmentation alone, and all together, against the official release at fixed quantiles of the draws.</summary>
public sealed class AugmentationReferenceTests
{
    private static readonly string Reference = RepositoryFiles.Reference("augment-public.safetensors");

    public static TheoryData<string> Names()
    {
        using SafeTensorsFile file = SafeTensors.Read(Reference);
        return [.. file.Entries.Keys.Where(name => name.Contains('@', StringComparison.Ordinal))];
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Agrees_with_the_official_release(string name)
    {
        using IDisposable scope = NewDisposeScope();
        using SafeTensorsFile file = SafeTensors.Read(Reference);
        Tensor x = file.Load("x"), expected = file.Load(name);
        string[] parts = name.Split('@');
        double quantile = double.Parse(parts[1], CultureInfo.InvariantCulture);
        using AugmentationPipeline pipeline = new(Kinds(parts[0]), (int)x.shape[3], CPU);
        AugmentationDraws draws = AugmentationDraws.FromQuantile(quantile, x.shape[0], CPU);
        Tensor p = ones([], dtype: ScalarType.Float64);

        // The limit is that of the file: what it holds was computed in float32, matrices and positions included.
        foreach (ScalarType dtype in (ScalarType[])[ScalarType.Float32, ScalarType.Float64])
        {
            Tensor y = pipeline.Apply(x.to_type(dtype), p, draws);
            Assert.Equal(dtype, y.dtype);
            Assert.InRange((y - expected).abs().max().to_type(ScalarType.Float64).item<double>(), 0, 5e-5);
        }
    }

    private static AugmentationKinds Kinds(string name) => name switch
    {
        "xflip" => new() { XFlip = 1 },
        "rotate90" => new() { Rotate90 = 1 },
        "xint" => new() { XInt = 1 },
        "scale" => new() { Scale = 1 },
        "rotate" => new() { Rotate = 1 },
        "aniso" => new() { Aniso = 1 },
        "xfrac" => new() { XFrac = 1 },
        "brightness" => new() { Brightness = 1 },
        "contrast" => new() { Contrast = 1 },
        "lumaflip" => new() { LumaFlip = 1 },
        "hue" => new() { Hue = 1 },
        "saturation" => new() { Saturation = 1 },
        "all" => AugmentationKinds.Bgc,
        _ => throw new ArgumentException(name),
    };
}
