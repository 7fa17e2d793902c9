using System.Numerics;

namespace Sg3x.Data.Cats;

/// <summary>
/// The few functions that cats are drawn with, made of additions, multiplications, divisions and square roots alone: those are
/// rounded alike everywhere, so that a cat is the same bits on any machine, which no mathematical library promises for its sines.
/// </summary>
internal static class Brush
{
    public static float Clamp(float x) => x < 0 ? 0 : x > 1 ? 1 : x;

    public static float Mix(float a, float b, float t) => a + ((b - a) * t);

    public static Vector3 Mix(Vector3 a, Vector3 b, float t) => a + ((b - a) * t);

    /// <summary>
    /// 0 up to <paramref name="from"/>, 1 beyond <paramref name="to"/>, smooth between; either may be the larger.
    /// </summary>
    public static float Ramp(float from, float to, float x)
    {
        var t = Clamp((x - from) / (to - from));
        return t * t * (3 - (2 * t));
    }

    /// <summary>1 at 0, falling smoothly to 0 at ±1.</summary>
    public static float Bump(float x)
    {
        var t = Math.Max(0, 1 - (x * x));
        return t * t;
    }

    /// <summary>A sine of period 1, to 0.001.</summary>
    public static float Wave(float x)
    {
        var t = x - MathF.Floor(x);
        var s = t < 0.5f ? 16 * t * (0.5f - t) : -16 * (t - 0.5f) * (1 - t);
        return s + (0.225f * ((s * Math.Abs(s)) - s));
    }

    /// <summary>
    /// The angle of a vector in turns, −1/2 to 1/2, from the positive first axis towards the second, to 0.00005.
    /// </summary>
    public static float Turns(float y, float x)
    {
        float ax = Math.Abs(x), ay = Math.Abs(y);
        var a = Math.Min(ax, ay) / (Math.Max(ax, ay) + 1e-12f);
        var s = a * a;
        var turns = (((((((-0.0464964749f * s) + 0.15931422f) * s) - 0.327622764f) * s * a) + a)) * 0.159154943f;
        turns = ay > ax ? 0.25f - turns : turns;
        turns = x < 0 ? 0.5f - turns : turns;
        return y < 0 ? -turns : turns;
    }

    /// <summary>Sine and cosine of an angle of at most about 1, to double precision enough for any picture.</summary>
    public static (float Sin, float Cos) SinCos(double angle)
    {
        double s = angle * angle, sin = 1, cos = 1;
        for (var k = 12; k >= 1; k--)
        {
            sin = 1 - (sin * s / (2 * k * ((2 * k) + 1)));
            cos = 1 - (cos * s / (2 * k * ((2 * k) - 1)));
        }

        return ((float)(sin * angle), (float)cos);
    }

    public static float Length(float x, float y) => MathF.Sqrt((x * x) + (y * y));

    /// <summary>Signed distance to a triangle, negative inside.</summary>
    public static float Triangle(Vector2 p, Vector2 a, Vector2 b, Vector2 c)
    {
        var turn = MathF.Sign(Cross(b - a, c - a));
        float squared = float.MaxValue, inside = float.MaxValue;
        Edge(p, a, b, turn, ref squared, ref inside);
        Edge(p, b, c, turn, ref squared, ref inside);
        Edge(p, c, a, turn, ref squared, ref inside);
        return inside > 0 ? -MathF.Sqrt(squared) : MathF.Sqrt(squared);
    }

    private static void Edge(Vector2 p, Vector2 a, Vector2 b, float turn, ref float squared, ref float inside)
    {
        Vector2 edge = b - a, v = p - a;
        var away = v - (edge * Clamp(Dot(v, edge) / Dot(edge, edge)));
        squared = Math.Min(squared, Dot(away, away));
        inside = Math.Min(inside, turn * Cross(edge, v));
    }

    private static float Dot(Vector2 a, Vector2 b) => (a.X * b.X) + (a.Y * b.Y);

    private static float Cross(Vector2 a, Vector2 b) => (a.X * b.Y) - (a.Y * b.X);
}
