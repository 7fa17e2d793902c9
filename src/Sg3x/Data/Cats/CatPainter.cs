using System.Numerics;
using static Sg3x.Data.Cats.Brush;

namespace Sg3x.Data.Cats;

/// <summary>
/// Paints one cat: a function from a place in the image to a colour, evaluated at the middle of every pixel. Edges are blended
/// over a pixel by their distance and textures leave out what a pixel cannot carry, so that a cat is the same cat at any
/// resolution.
/// </summary>
internal sealed class CatPainter
{
    private const int Version = 1;

    private readonly CatPose pose;
    private readonly CatShape shape;
    private readonly CatCoat coat;
    private readonly CatScene scene;
    private readonly CatFur fur;
    private readonly CatFace face;
    private readonly Texture ground, rim;
    private readonly float bodyX, bodyWidth;

    /// <param name="index">Which cat.</param>
    public CatPainter(long index)
    {
        var random = new HashRandom((ulong)index, Version);
        pose = CatPose.Draw(ref random);
        shape = CatShape.Draw(ref random);
        coat = CatCoat.Draw(ref random);
        var eyes = CatEyes.Draw(ref random, coat.Pattern);
        scene = CatScene.Draw(ref random);
        fur = new CatFur(coat, shape, (uint)random.NextBits());
        face = new CatFace(shape, coat, eyes, (uint)random.NextBits());
        ground = new Texture((uint)random.NextBits());
        rim = new Texture((uint)random.NextBits());
        bodyX = (float)(0.35 * random.NextBell());
        bodyWidth = (float)random.Next(0.85, 1.25);
    }

    /// <summary>Writes [3, resolution, resolution], 8 bits.</summary>
    public void Paint(int resolution, Span<byte> rgbChw)
    {
        var area = resolution * resolution;
        float step = 2f / resolution, pixel = MathF.Sqrt((step * step) + (scene.Blur * scene.Blur));
        for (var i = 0; i < area; i++)
        {
            float x = (((i % resolution) + 0.5f) * step) - 1, y = (((i / resolution) + 0.5f) * step) - 1;
            var colour = Photograph(Scene(x, y, pixel), x, y);
            rgbChw[i] = ToByte(colour.X);
            rgbChw[area + i] = ToByte(colour.Y);
            rgbChw[(2 * area) + i] = ToByte(colour.Z);
        }
    }

    private static byte ToByte(float value) => (byte)((Clamp(value) * 255) + 0.5f);

    private Vector3 Scene(float x, float y, float pixel)
    {
        float dx = x - pose.X, dy = y - pose.Y, size = 1 / pose.Scale;
        float u = ((pose.Cos * dx) + (pose.Sin * dy)) * size, v = ((pose.Cos * dy) - (pose.Sin * dx)) * size;
        var grain = pixel * size;
        var colour = Vector3.Zero;
        var cover = HeadCover(u, v, grain);
        if (cover < 1)
        {
            colour = Background(x, y, pixel);
            colour = Body(colour, u, v, grain);
            colour = Ear(colour, u, v, grain, -1);
            colour = Ear(colour, u, v, grain, 1);
        }

        colour = cover > 0 ? Mix(colour, Head(u, v, grain), cover) : colour;
        var whisker = u is > -2.2f and < 2.2f ? face.Whiskers(u - pose.Yaw * 0.5f, v - pose.Pitch * 0.5f, grain) : 0;
        return whisker > 0 ? Mix(colour, new Vector3(0.95f, 0.94f, 0.92f), 0.75f * whisker) : colour;
    }

    private Vector3 Background(float x, float y, float pixel)
    {
        var rough = ground.Octaves(x * scene.Stretch, y / scene.Stretch, scene.Detail, 6, scene.Roughness, pixel);
        var line = y - scene.Horizon - (scene.HorizonSlope * x) - (0.08f * rough);
        var colour = Mix(scene.Top, scene.Bottom, Ramp(-scene.HorizonSoftness - pixel, scene.HorizonSoftness + pixel, line));
        var blobs = ground.Octaves(x + 11, y - 3, 1.4f, 3, 0.45f, pixel);
        colour = Mix(colour, scene.Accent, 0.7f * Ramp(0.15f, 0.65f, blobs));
        if (scene.Bands > 0)
        {
            colour *= 1 + (scene.Bands * Wave((x * scene.BandsX) + (y * scene.BandsY) + (0.15f * rough)));
        }

        return colour * (1 + (0.3f * rough)) * (1 - (0.25f * Ramp(-0.2f, 0.7f, -blobs)));
    }

    private Vector3 Body(Vector3 behind, float u, float v, float pixel)
    {
        float x = (u - bodyX) / bodyWidth, y = (v - 1.75f) / 1.35f;
        if (v < 0)
        {
            return behind;
        }

        var radius = MathF.Sqrt((x * x) + (y * y));
        if (radius > 1.3f)
        {
            return behind;
        }

        var fringe = radius < 0.8f ? 0 : 0.05f * rim.Octaves(u * 2, v, 7, 3, 0.6f, pixel);
        var cover = CatFace.Cover(radius - 1 + fringe, pixel + 0.03f);
        if (cover <= 0)
        {
            return behind;
        }

        // The head throws its shadow on the chest.
        var shade = (0.62f + (0.38f * Ramp(0.85f, 1.6f, Length(u, v)))) * (1 - (0.35f * Ramp(0.4f, 1, radius)));
        return Mix(behind, fur.Body(u, v, pixel) * shade, cover);
    }

    private Vector3 Ear(Vector3 behind, float u, float v, float pixel, float side)
    {
        if (v > 0.1f || u * side < -0.3f)
        {
            return behind;
        }

        // Ears lie behind the face and go the other way when it turns.
        var p = new Vector2((u * side) + (pose.Yaw * side * 0.25f), v + (pose.Pitch * 0.3f));
        var lean = shape.EarLean + (0.1f * pose.Yaw * side);
        var tip = new Vector2(Mix(shape.EarInner, shape.EarOut, 0.62f) + 0.1f + lean, -0.55f - shape.EarHeight);
        var inner = new Vector2(shape.EarInner, -shape.Height * 0.72f);
        var outer = new Vector2(shape.EarOut, -0.2f);
        var edge = Triangle(p, inner, outer, tip) - 0.05f;
        if (edge > 0.1f + pixel)
        {
            return behind;
        }

        edge += 0.02f * shape.FurLength * rim.Octaves(u * 3, v * 2, 5, 3, 0.6f, pixel);
        var cover = CatFace.Cover(edge, pixel + 0.012f);
        if (cover <= 0)
        {
            return behind;
        }

        // The inside: skin, darker in its depth, with hairs across from the inner edge.
        var centre = (inner + outer + tip) / 3;
        var hollow = Triangle(p, Towards(inner), Towards(outer), Towards(tip)) - 0.02f;
        var hairs = rim.Octaves((p.X * 3) + (p.Y * 1.2f), (p.Y * 0.8f) - p.X, 5, 4, 0.65f, pixel);
        var skin = coat.Ear * (0.62f + (0.38f * Ramp(-0.3f, -1f, v)) + (0.1f * hairs));
        skin = Mix(skin, coat.Light, 0.75f * Ramp(0.1f, 0.6f, hairs + (1.1f * Ramp(0.28f, 0, p.X - shape.EarInner - 0.1f))));
        var light = 0.8f + (0.25f * Ramp(-0.8f, 0.8f, scene.Light.X * side));
        var colour = Mix(fur.Ear(u, v, pixel), skin, CatFace.Cover(hollow, pixel + 0.05f));
        return Mix(behind, colour * light, cover);

        Vector2 Towards(Vector2 corner) => centre + ((corner - centre) * 0.7f) + new Vector2(0, 0.05f);
    }

    /// <summary>The place on the head as if it were a unit circle: wider at the cheeks, narrower towards the chin.</summary>
    private (float X, float Y) Round(float u, float v)
    {
        var width = 1 + (shape.Cheeks * Bump((v - 0.22f) / 0.5f)) - (shape.Chin * Ramp(0.2f, 1, v));
        return (u / width, v / shape.Height);
    }

    private float HeadCover(float u, float v, float pixel)
    {
        var (x, y) = Round(u, v);
        var radius = Length(x, y);
        if (radius is < 0.7f or > 1.3f)
        {
            return radius < 1 ? 1 : 0;
        }

        var fringe = (0.018f + (0.045f * shape.FurLength)) * rim.Streaks(Turns(u, v), radius, 36, 1.5f, 4, 0.75f, pixel)
            + (0.04f * shape.FurLength * rim.Noise(u * 3, v * 3));
        return CatFace.Cover((radius - 1 + fringe) * 0.9f, pixel + 0.02f + (0.03f * shape.FurLength));
    }

    private Vector3 Head(float u, float v, float pixel)
    {
        var (x, y) = Round(u, v);
        var squared = (x * x) + (y * y);

        // A turned head shows its features moved across a dome.
        var dome = Math.Max(0, 1 - (0.8f * squared));
        float fu = u - (pose.Yaw * dome), fv = v - (pose.Pitch * dome);
        var colour = fur.Head(fu, fv, pixel) * face.Relief(fu, fv);
        colour = face.Muzzle(colour, fu, fv, pixel);
        colour = Lit(colour, x, y, squared);
        return face.Eyes(colour, fu, fv, pixel);
    }

    private Vector3 Lit(Vector3 colour, float x, float y, float squared)
    {
        var z = MathF.Sqrt(Math.Max(0.05f, 1.15f - squared));
        var facing = Math.Max(0, ((x * scene.Light.X) + (y * scene.Light.Y) + (z * scene.Light.Z)) / MathF.Sqrt(squared + (z * z)));
        return colour * (scene.Ambient + ((1.12f - scene.Ambient) * facing)) * 1.08f;
    }

    /// <summary>Exposure, colour of the light, the curve of the film, darker corners.</summary>
    private Vector3 Photograph(Vector3 colour, float x, float y)
    {
        colour *= scene.Cast * (scene.Exposure * (1 - (scene.Vignette * 0.5f * ((x * x) + (y * y)))));
        return new Vector3(Film(colour.X), Film(colour.Y), Film(colour.Z));
    }

    private float Film(float value)
    {
        value = Clamp(value);
        return Mix(value, value * value * (3 - (2 * value)), scene.Gamma);
    }
}
