using System.Numerics;

namespace Sg3x.Data.Cats;

/// <summary>What is around the cat, and the light on it.</summary>
internal sealed record CatScene(
    Vector3 Top, Vector3 Bottom, Vector3 Accent, float Detail, float Roughness, float Stretch, float Horizon, float HorizonSlope,
    float HorizonSoftness, Vector3 Light, float Ambient, Vector3 Cast, float Exposure, float Gamma, float Vignette, float Blur,
    float Bands, float BandsX, float BandsY)
{
    // Wall or sky, floor or cloth, spots: indoors, garden, cloth, night, stone.
    private static readonly (Vector3 Top, Vector3 Bottom, Vector3 Accent)[] Places =
    [
        (CatCoat.Rgb(178, 160, 140), CatCoat.Rgb(120, 92, 72), CatCoat.Rgb(220, 205, 185)),
        (CatCoat.Rgb(84, 110, 60), CatCoat.Rgb(104, 124, 66), CatCoat.Rgb(160, 170, 110)),
        (CatCoat.Rgb(150, 60, 56), CatCoat.Rgb(110, 46, 52), CatCoat.Rgb(200, 150, 130)),
        (CatCoat.Rgb(30, 28, 30), CatCoat.Rgb(48, 42, 40), CatCoat.Rgb(90, 80, 70)),
        (CatCoat.Rgb(150, 150, 152), CatCoat.Rgb(116, 112, 108), CatCoat.Rgb(90, 90, 94)),
        (CatCoat.Rgb(84, 104, 140), CatCoat.Rgb(70, 84, 112), CatCoat.Rgb(170, 184, 205)),
        (CatCoat.Rgb(224, 220, 214), CatCoat.Rgb(190, 180, 170), CatCoat.Rgb(250, 248, 244)),
        (CatCoat.Rgb(110, 84, 60), CatCoat.Rgb(70, 52, 40), CatCoat.Rgb(180, 150, 110)),
    ];

    public static CatScene Draw(ref HashRandom random)
    {
        var (top, bottom, accent) = Places[random.NextInt(Places.Length)];
        Vector3 Tint(ref HashRandom r, Vector3 colour) =>
            (colour * (float)r.Next(0.7, 1.25)) + (0.03f * new Vector3((float)r.NextBell(), (float)r.NextBell(), (float)r.NextBell()));
        float lightX = (float)(0.5 * random.NextBell()), lightY = (float)random.Next(-0.9, -0.1);
        var length = MathF.Sqrt((lightX * lightX) + (lightY * lightY) + 1);
        return new CatScene(
            Tint(ref random, top), Tint(ref random, bottom), Tint(ref random, accent),
            Detail: (float)random.Next(1, 3.5),
            Roughness: (float)random.Next(0.32, 0.6),
            Stretch: (float)random.Next(0.5, 2),
            Horizon: (float)random.Next(-0.5, 0.9),
            HorizonSlope: (float)(0.2 * random.NextBell()),
            HorizonSoftness: (float)random.Next(0.02, 0.7),
            Light: new Vector3(lightX, lightY, 1) / length,
            Ambient: (float)random.Next(0.35, 0.7),
            Cast: new Vector3(1 + (0.035f * (float)random.NextBell()), 1, 1 + (0.045f * (float)random.NextBell())),
            Exposure: (float)random.Next(0.72, 1.3),
            Gamma: (float)random.Next(0, 0.45),
            Vignette: (float)random.Next(0, 0.3),
            Blur: (float)random.Next(0, 0.05),
            Bands: random.Chance(0.3) ? (float)random.Next(0.08, 0.3) : 0,
            BandsX: (float)(1.6 * random.NextBell()), BandsY: (float)(1.6 * random.NextBell()));
    }
}
