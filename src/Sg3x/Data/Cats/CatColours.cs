using System.Numerics;

namespace Sg3x.Data.Cats;

/// <summary>How a coat's colours lie.</summary>
internal enum CatPattern
{
    Solid,
    Tabby,
    Tortoiseshell,
    Point,
}

/// <summary>The colours and markings of a coat.</summary>
internal sealed record CatCoat(
    CatPattern Pattern, Vector3 Base, Vector3 Dark, Vector3 Light, float Stripes, float StripeCount, float White, float Contrast,
    Vector3 Nose, Vector3 Ear, Vector3 Rim)
{
    // Base, dark markings, light parts; the first are likelier.
    private static readonly (Vector3 Base, Vector3 Dark, Vector3 Light)[] Coats =
    [
        (Rgb(150, 124, 96), Rgb(62, 48, 38), Rgb(205, 185, 158)),
        (Rgb(140, 136, 130), Rgb(52, 50, 50), Rgb(205, 203, 198)),
        (Rgb(206, 138, 74), Rgb(158, 86, 36), Rgb(240, 205, 160)),
        (Rgb(34, 31, 31), Rgb(16, 14, 15), Rgb(66, 60, 57)),
        (Rgb(118, 120, 126), Rgb(74, 76, 84), Rgb(158, 160, 164)),
        (Rgb(226, 186, 136), Rgb(196, 138, 84), Rgb(246, 226, 196)),
        (Rgb(98, 78, 60), Rgb(40, 31, 26), Rgb(158, 134, 108)),
        (Rgb(176, 176, 174), Rgb(88, 88, 90), Rgb(228, 227, 224)),
        (Rgb(236, 231, 224), Rgb(206, 198, 186), Rgb(250, 248, 244)),
        (Rgb(182, 100, 48), Rgb(120, 56, 24), Rgb(228, 170, 112)),
        (Rgb(74, 66, 64), Rgb(36, 32, 33), Rgb(120, 112, 106)),
    ];

    public static CatCoat Draw(ref HashRandom random)
    {
        var kind = random.Next();
        var pattern = kind switch
        {
            < 0.5 => CatPattern.Tabby,
            < 0.78 => CatPattern.Solid,
            < 0.89 => CatPattern.Tortoiseshell,
            _ => CatPattern.Point,
        };
        var choice = random.Next();
        var coat = Coats[(int)(choice * Math.Sqrt(choice) * Coats.Length)];
        if (pattern == CatPattern.Tortoiseshell)
        {
            coat = (Coats[3].Base, Coats[2].Base, Coats[5].Light);
        }
        else if (pattern == CatPattern.Point)
        {
            coat = (Rgb(214, 196, 172), random.Chance(0.5) ? Rgb(58, 44, 38) : Rgb(110, 104, 108), Rgb(236, 226, 208));
        }

        var brightness = (float)random.Next(0.82, 1.15);
        var warmth = new Vector3(1 + (0.025f * (float)random.NextBell()), 1, 1 + (0.025f * (float)random.NextBell()));
        var pink = Brush.Mix(Rgb(222, 150, 140), Rgb(178, 100, 84), (float)random.Next());
        var luminance = (coat.Base.X + coat.Base.Y + coat.Base.Z) / 3;
        var darkNose = random.Chance(luminance < 0.3 || pattern == CatPattern.Point ? 0.85 : 0.2);
        var white = random.Chance(0.4) ? (float)random.Next(0.25, 1) : 0;
        return new CatCoat(
            pattern, coat.Base * brightness * warmth, coat.Dark * brightness * warmth, coat.Light * brightness * warmth,
            Stripes: pattern == CatPattern.Tabby ? (float)random.Next(0.45, 1) : (float)random.Next(0, 0.15),
            StripeCount: (float)random.Next(0.8, 1.3),
            White: white,
            Contrast: (float)random.Next(0.7, 1.3),
            Nose: darkNose ? Rgb(48, 40, 40) : pink,
            Ear: Brush.Mix(Rgb(214, 160, 146), coat.Base * 0.7f, (float)random.Next(0.1, 0.6)),
            Rim: luminance > 0.75 ? pink * 0.7f : Rgb(26, 21, 20));
    }

    internal static Vector3 Rgb(int r, int g, int b) => new(r / 255f, g / 255f, b / 255f);
}

/// <summary>Eyes: colours, openness, pupils, gaze, in face coordinates.</summary>
internal sealed record CatEyes(
    Vector3 Inner, Vector3 Outer, float Width, float Above, float Below, float Slant, float Iris, float PupilWidth, float PupilHeight,
    float GazeX, float GazeY, float GlintX, float GlintY, float GlintSize, float GlintStrength)
{
    private static readonly (Vector3 Inner, Vector3 Outer)[] Irises =
    [
        (CatCoat.Rgb(196, 200, 110), CatCoat.Rgb(120, 140, 66)),
        (CatCoat.Rgb(222, 190, 84), CatCoat.Rgb(168, 124, 42)),
        (CatCoat.Rgb(160, 196, 130), CatCoat.Rgb(84, 124, 84)),
        (CatCoat.Rgb(206, 140, 62), CatCoat.Rgb(140, 78, 30)),
        (CatCoat.Rgb(150, 190, 214), CatCoat.Rgb(76, 120, 168)),
        (CatCoat.Rgb(170, 206, 190), CatCoat.Rgb(90, 140, 140)),
    ];

    public static CatEyes Draw(ref HashRandom random, CatPattern pattern)
    {
        var (inner, outer) = Irises[pattern == CatPattern.Point ? 4 : random.NextInt(Irises.Length)];
        var bright = (float)random.Next(0.6, 1.02);
        var open = random.Chance(0.12) ? (float)random.Next(0.12, 0.45) : (float)random.Next(0.72, 1.08);
        var height = (float)random.Next(0.12, 0.17);
        var wide = random.Chance(0.35);
        return new CatEyes(
            inner * bright, outer * bright,
            Width: (float)random.Next(0.17, 0.215),
            Above: height * open,
            Below: height * (float)random.Next(0.75, 1) * (0.5f + (0.5f * open)),
            Slant: (float)random.Next(0.02, 0.28),
            Iris: (float)random.Next(0.14, 0.17),
            PupilWidth: wide ? (float)random.Next(0.07, 0.115) : (float)random.Next(0.02, 0.065),
            PupilHeight: (float)random.Next(0.1, 0.13),
            GazeX: (float)(0.022 * random.NextBell()), GazeY: (float)(0.012 * random.NextBell()),
            GlintX: (float)random.Next(-0.07, 0.07), GlintY: (float)random.Next(-0.08, -0.04),
            GlintSize: (float)random.Next(0.02, 0.04), GlintStrength: (float)random.Next(0.5, 1));
    }
}
