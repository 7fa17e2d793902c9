using System.Numerics;
using static Sg3x.Data.Cats.Brush;

namespace Sg3x.Data.Cats;

/// <summary>What is in a face: the relief of muzzle and brow, eyes, nose and mouth, whiskers. All in face coordinates.</summary>
internal sealed class CatFace(CatShape shape, CatCoat coat, CatEyes eyes, uint seed)
{
    private readonly Texture detail = new(seed);
    private readonly Whisker[] whiskers = DrawWhiskers(shape, seed);

    private readonly record struct Whisker(float Side, float X, float Y, float Slope, float Bend, float Length);

    /// <summary>Brightness of the relief: eye sockets, bridge of the nose, whisker pads, chin.</summary>
    public float Relief(float u, float v)
    {
        var side = Math.Abs(u);
        float ex = (side - shape.EyeX + 0.03f) / 0.34f, ey = (v - shape.EyeY) / 0.3f;
        var socket = Bump(MathF.Sqrt((ex * ex) + (ey * ey)));
        var bridge = Ramp(0.17f, 0.02f, side) * Ramp(-0.5f, 0, v) * Ramp(shape.NoseY + 0.02f, shape.NoseY - 0.1f, v);
        var flank = Bump((side - 0.2f) / 0.12f) * Ramp(-0.05f, 0.1f, v) * Ramp(shape.NoseY + 0.1f, shape.NoseY - 0.1f, v);
        var pad = Pad(side, v);
        var under = Bump((v - shape.NoseY - 0.36f) / 0.12f) * Ramp(0.4f, 0.15f, side);
        return 1 - (0.16f * socket) + (0.1f * bridge) - (0.13f * flank) + (0.13f * pad) - (0.16f * under);
    }

    /// <summary>Nose, mouth and chin over the fur.</summary>
    public Vector3 Muzzle(Vector3 fur, float u, float v, float pixel)
    {
        var side = Math.Abs(u);
        if (side > 0.55f || v < shape.NoseY - 0.2f || v > shape.NoseY + 0.55f)
        {
            return fur;
        }

        var colour = fur;
        float y = v - shape.NoseY, width = shape.NoseWidth;

        // Rows of dark spots where the whiskers grow.
        float sx = (side - 0.12f) / 0.062f, sy = (y - 0.12f) / 0.05f;
        var spot = Length((sx - MathF.Floor(sx) - 0.5f) * 0.062f, (sy - MathF.Floor(sy) - 0.5f) * 0.05f);
        var rows = Ramp(0, 0.5f, Pad(side, v)) * Ramp(0.08f, 0.12f, side);
        colour = Mix(colour, colour * 0.5f, 0.5f * rows * Cover(spot - 0.009f, pixel + 0.008f));

        // The mouth: a line down from the nose and an arc to each side, or open with a tongue.
        var line = y > 0 && y < 0.16f ? side - 0.004f : 1;
        float ax = side - shape.MuzzleWidth * 0.62f, ay = y - 0.1f, arcRadius = shape.MuzzleWidth * 0.62f;
        var arc = ay > 0 ? Math.Abs(Length(ax, ay * 1.9f) - arcRadius) - 0.008f : 1;
        var smile = 0.9f * Cover(arc, pixel + 0.016f) * Ramp(2.1f * arcRadius, 1.3f * arcRadius, side);
        var mouth = Math.Max(Cover(line, pixel + 0.012f), smile);
        colour = Mix(colour, new Vector3(0.13f, 0.09f, 0.085f), 0.75f * mouth);
        if (shape.MouthOpen > 0)
        {
            float ox = u / 0.13f, oy = (y - 0.25f - (0.05f * shape.MouthOpen)) / (0.13f * shape.MouthOpen);
            var inside = (MathF.Sqrt((ox * ox) + (oy * oy)) - 1) * 0.1f;
            var tongue = Mix(new Vector3(0.24f, 0.08f, 0.08f), new Vector3(0.85f, 0.45f, 0.45f), Ramp(-0.3f, 0.4f, oy));
            colour = Mix(colour, tongue, Cover(inside, pixel + 0.01f));
        }

        return Nose(colour, side, y, width, pixel);
    }

    /// <summary>Both eyes over the fur.</summary>
    public Vector3 Eyes(Vector3 fur, float u, float v, float pixel)
    {
        var sign = u < 0 ? -1f : 1f;
        float x = (u * sign) - shape.EyeX, y = v - shape.EyeY;
        if (Math.Abs(x) > 0.36f || Math.Abs(y) > 0.34f)
        {
            return fur;
        }

        // Local coordinates of the eye, x outwards, the outer corner raised.
        float lx = x - (y * eyes.Slant), ly = y + (x * eyes.Slant);
        var q = lx / eyes.Width;
        var arch = 1 - (q * q);
        float steepAbove = 2 * eyes.Above * q / eyes.Width, steepBelow = 2 * eyes.Below * q / eyes.Width;
        var above = (-ly - (eyes.Above * arch)) / MathF.Sqrt(1 + (steepAbove * steepAbove));
        var below = (ly - (eyes.Below * arch)) / MathF.Sqrt(1 + (steepBelow * steepBelow));
        var edge = Math.Max(above, below);
        if (edge > 0.2f)
        {
            return fur;
        }

        // Dark skin around the eye, drawn out into the inner corner; a light ring of fur outside of it.
        var along = Clamp((-lx - eyes.Width) / 0.07f);
        var corner = Length(lx + eyes.Width + (0.07f * along), ly - (0.055f * along)) - Mix(0.03f, 0.008f, along);
        var colour = fur * (1 + (0.22f * Bump((edge - 0.085f) / 0.06f)));
        colour = Mix(colour, coat.Rim, 0.95f * Cover(Math.Min(edge - 0.022f, corner), pixel + 0.02f));
        var open = Cover(edge, pixel);
        return open > 0 ? Mix(colour, Ball(lx, ly, above, sign, pixel), open) : colour;
    }

    /// <summary>How much a whisker covers a place, 0 to 1.</summary>
    public float Whiskers(float u, float v, float pixel)
    {
        float cover = 0;
        foreach (var whisker in whiskers)
        {
            var t = ((u * whisker.Side) - whisker.X) / whisker.Length;
            if (t is <= 0 or >= 1)
            {
                continue;
            }

            var slope = whisker.Slope + (2 * whisker.Bend * t);
            var height = whisker.Y + (whisker.Length * t * (whisker.Slope + (whisker.Bend * t)));
            var away = Math.Abs(v - height) / MathF.Sqrt(1 + (slope * slope));
            var half = 0.0075f * (1.15f - t);

            // A hair thinner than a pixel covers a part of it.
            var part = Math.Min(1, 2 * half / pixel);
            cover = Math.Max(cover, part * Ramp(0, 0.1f, t) * Clamp(0.5f + ((Math.Max(half, pixel / 2) - away) / pixel)));
        }

        return cover;
    }

    /// <summary>Share of a pixel within an edge at a signed distance.</summary>
    public static float Cover(float distance, float pixel) => Clamp(0.5f - (distance / pixel));

    private float Pad(float side, float v)
    {
        float x = (side - (0.78f * shape.MuzzleWidth)) / (0.95f * shape.MuzzleWidth), y = (v - shape.NoseY - 0.13f) / 0.19f;
        return Bump(MathF.Sqrt((x * x) + (y * y)));
    }

    private Vector3 Nose(Vector3 colour, float side, float y, float width, float pixel)
    {
        // Wide above, pointed below, rounded.
        var slant = (side - (width * Ramp(0.1f, -0.075f, y))) * 0.75f;
        var top = -y - 0.055f - (0.02f * Ramp(0.8f * width, 0, side));
        var nose = Math.Max(Math.Max(slant, top), y - 0.085f);
        var skin = coat.Nose * (1 + (0.3f * Ramp(0.02f, -0.06f, y)) + (0.1f * detail.Noise(side * 30, y * 30)));
        float nx = (side - (0.6f * width)) / 0.034f, ny = (y - 0.008f) / 0.022f;
        var nostril = (MathF.Sqrt((nx * nx) + (ny * ny)) - 1) * 0.022f;
        skin = Mix(skin, new Vector3(0.1f, 0.06f, 0.06f), 0.85f * Cover(nostril, pixel + 0.01f));
        colour = Mix(colour, colour * 0.72f, 0.7f * Cover(nose - 0.018f, pixel + 0.03f));
        return Mix(colour, skin, Cover(nose, pixel + 0.008f));
    }

    private Vector3 Ball(float x, float y, float above, float sign, float pixel)
    {
        float ix = x - (eyes.GazeX * sign), iy = y - eyes.GazeY;
        var radius = Length(ix, iy);
        var part = radius / eyes.Iris;
        var rays = detail.Streaks(Turns(ix, iy), radius * 4, 24, 2, 2, 0.6f, pixel * 4);
        var colour = Mix(eyes.Inner, eyes.Outer, Ramp(0.3f, 1, part)) * (1 + (0.12f * rays) + (0.25f * Ramp(-0.1f, 0.1f, iy)));
        colour = Mix(colour, new Vector3(0.07f, 0.06f, 0.05f), Ramp(0.86f, 1.06f, part));
        float px = ix / eyes.PupilWidth, py = iy / eyes.PupilHeight;
        var pupil = (MathF.Sqrt((px * px) + (py * py)) - 1) * eyes.PupilWidth;
        colour = Mix(colour, new Vector3(0.02f, 0.02f, 0.025f), Cover(pupil, pixel + 0.012f));

        // The lid throws a shadow; a window or a lamp is mirrored, on the same side in both eyes.
        colour *= 1 - (0.55f * Ramp(-0.09f, 0, above));
        var glint = Length(ix - (eyes.GlintX * sign), iy - eyes.GlintY) - eyes.GlintSize;
        return Mix(colour, new Vector3(0.97f, 0.98f, 1), eyes.GlintStrength * Cover(glint, pixel + 0.01f));
    }

    private static Whisker[] DrawWhiskers(CatShape shape, uint seed)
    {
        var random = new HashRandom(seed, 5);
        var whiskers = new Whisker[(2 * shape.Whiskers) + 4];
        for (var i = 0; i < whiskers.Length; i++)
        {
            var side = i % 2 == 0 ? -1f : 1f;
            var brow = i >= 2 * shape.Whiskers;
            var level = (i / 2) / (float)shape.Whiskers;
            whiskers[i] = brow
                ? new Whisker(
                    side, shape.EyeX + (float)random.Next(-0.12, 0.08), shape.EyeY - 0.22f, (float)random.Next(-2.2, -0.9),
                    (float)random.Next(0.2, 0.7), (float)random.Next(0.2, 0.4))
                : new Whisker(
                    side, 0.2f + (float)random.Next(0, 0.12), shape.NoseY + 0.06f + (0.13f * level) + (float)random.Next(-0.01, 0.01),
                    -0.3f + (0.6f * level) + (float)random.Next(-0.12, 0.12), (float)random.Next(-0.06, 0.28),
                    shape.WhiskerLength * (float)random.Next(0.7, 1.1));
        }

        return whiskers;
    }
}
