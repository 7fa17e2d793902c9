using System.Numerics;
using static Sg3x.Data.Cats.Brush;

namespace Sg3x.Data.Cats;

/// <summary>
/// The coat: where its colours lie on the face, and its hairs, which run away from the bridge of the nose in all directions.
/// </summary>
internal sealed class CatFur(CatCoat coat, CatShape shape, uint seed)
{
    private readonly Texture hairs = new(seed), patches = new(seed + 1), bends = new(seed + 2), whites = new(seed + 3);

    /// <summary>Colour of the coat on the head, hairs included.</summary>
    /// <param name="u">Face coordinates.</param>
    /// <param name="v">Face coordinates.</param>
    /// <param name="pixel">Size of a pixel in the same.</param>
    public Vector3 Head(float u, float v, float pixel)
    {
        float x = u, y = v + 0.02f;
        float radius = Length(x, y), turns = Turns(x, -y);
        var bend = bends.Octaves(u, v, 2.5f, 2, 0.5f, pixel);
        var colour = Markings(u, v, radius, turns, bend, pixel);
        colour = WithWhite(colour, u, v, bend);

        // Hairs grow longer away from the nose.
        var length = 0.6f + (0.8f * shape.FurLength);
        var streaks = hairs.Streaks(turns + (0.02f * bend), radius, 28, 4.2f / length, 5, 0.72f, pixel);
        var strength = 0.11f * coat.Contrast * Ramp(0.05f, 0.45f, radius);
        var clumps = patches.Octaves(u, v, 5, 2, 0.6f, pixel);
        return colour * (1 + (strength * streaks) + (0.05f * clumps)) + (new Vector3(0.016f) * streaks * coat.Contrast);
    }

    /// <summary>Colour of the coat below the head: hairs that hang down.</summary>
    public Vector3 Body(float u, float v, float pixel)
    {
        var bend = bends.Octaves(u, v, 1.7f, 2, 0.5f, pixel);
        var stripes = coat.Stripes * Ramp(0.1f, 0.8f, Wave((v * 1.6f * coat.StripeCount) + (0.35f * bend) + (0.2f * u * u)));
        var colour = Mix(Mix(coat.Base, coat.Dark, 0.25f), coat.Dark, 0.8f * stripes);
        if (coat.Pattern == CatPattern.Tortoiseshell)
        {
            colour = Mix(coat.Base, coat.Dark, Ramp(-0.1f, 0.2f, patches.Noise(u * 1.9f, v * 1.9f)));
        }

        var chest = coat.White * Ramp(0.75f, 0.35f, Math.Abs(u) - (0.2f * bend));
        colour = Mix(colour, White, Ramp(0.15f, 0.4f, chest));
        var streaks = hairs.Octaves(u * 2.2f, v * 0.7f, 6, 5, 0.72f, pixel);
        return colour * (1 + (0.13f * coat.Contrast * streaks)) + (new Vector3(0.015f) * streaks);
    }

    /// <summary>Colour of the back of an ear, hairs running to its tip.</summary>
    public Vector3 Ear(float u, float v, float pixel)
    {
        var colour = coat.Pattern switch
        {
            CatPattern.Point => coat.Dark,
            CatPattern.Tortoiseshell => Mix(coat.Base, coat.Dark, Ramp(-0.1f, 0.1f, patches.Noise((u * 1.9f) + 4, v * 1.9f))),
            _ => Mix(coat.Base, coat.Dark, 0.25f * coat.Stripes),
        };
        var streaks = hairs.Octaves((u * 2) - 5, v, 6, 4, 0.7f, pixel);
        return colour * (0.95f + (0.1f * coat.Contrast * streaks));
    }

    private static Vector3 White => new(0.94f, 0.92f, 0.89f);

    private Vector3 Markings(float u, float v, float radius, float turns, float bend, float pixel)
    {
        var colour = coat.Base;
        if (coat.Pattern == CatPattern.Tortoiseshell)
        {
            var patch = patches.Octaves(u + 3, v, 1.6f, 3, 0.5f, pixel);
            colour = Mix(colour, coat.Dark, Ramp(-0.08f, 0.12f, patch + (0.3f * u)));
        }
        else if (coat.Pattern == CatPattern.Point)
        {
            return Mix(coat.Dark, colour, Ramp(0.3f, 0.85f, radius + (0.14f * bend) + (0.15f * Ramp(0.2f, -0.6f, v))));
        }

        if (coat.Stripes > 0.02f)
        {
            var side = Math.Abs(u);

            // Forehead: stripes away from the nose, the bars of an M. Cheeks: from the corner of the eye backwards.
            var brow = Wave((Math.Abs(turns) * 15 * coat.StripeCount) + 0.25f + (0.16f * bend))
                * Ramp(-0.12f, -0.32f, v + (0.15f * side));
            var cheek = Wave((((v * 2.3f) - (0.8f * side)) * coat.StripeCount) + (0.22f * bend))
                * Ramp(0.42f, 0.62f, side) * Ramp(-0.5f, -0.2f, v);
            var stripe = Ramp(0.05f, 0.75f, Math.Max(brow, cheek) + (0.25f * bend));
            colour = Mix(colour, coat.Dark, coat.Stripes * stripe);

            // The bridge of the nose is warm and plain, the fur about the eyes and muzzle light.
            colour = Mix(colour, coat.Light, 0.55f * coat.Stripes * LightParts(u, v));
        }
        else
        {
            colour = Mix(colour, coat.Light, 0.25f * LightParts(u, v));
        }

        return colour;
    }

    private float LightParts(float u, float v)
    {
        float side = Math.Abs(u), ex = (side - shape.EyeX) / 0.33f, ey = (v - shape.EyeY) / 0.25f;
        var eyes = Bump(MathF.Sqrt((ex * ex) + (ey * ey)));
        float mx = side / 0.45f, my = (v - shape.NoseY - 0.18f) / 0.28f;
        var muzzle = Ramp(1, 0.6f, MathF.Sqrt((mx * mx) + (my * my)));
        return Math.Max(0.8f * eyes, muzzle);
    }

    /// <summary>White from the muzzle upwards, as far as this cat has it, with an edge of its own.</summary>
    private Vector3 WithWhite(Vector3 colour, float u, float v, float bend)
    {
        if (coat.White <= 0)
        {
            return colour;
        }

        var edge = 0.12f * bend + (0.16f * whites.Noise(u * 2.1f, v * 2.1f));
        var skew = 0.1f * whites.Noise(0.3f, 7.7f);
        var spread = Mix(0.02f, 0.55f, Ramp(-0.75f + (0.5f * (1 - coat.White)), 0.55f, v));
        var blaze = Math.Abs(u - skew) - (spread * (0.45f + (0.75f * coat.White)));
        return Mix(colour, White, Ramp(0.05f, -0.05f, blaze + edge));
    }
}
