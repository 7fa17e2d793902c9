using System.Runtime.CompilerServices;

namespace Sg3x.Data.Cats;

/// <summary>
/// Value noise in the plane and around a point, with as many octaves as the picture can carry: an octave fades out as its cells
/// come near the size of a pixel, which is what keeps it from aliasing.
/// </summary>
internal readonly struct Texture(uint seed)
{
    private readonly uint seed = unchecked(seed * 2246822519u);

    /// <summary>Smooth noise in about [−1, 1] with cells of size 1.</summary>
    public float Noise(float x, float y)
    {
        float fx = MathF.Floor(x), fy = MathF.Floor(y);
        int ix = (int)fx, iy = (int)fy;
        float tx = x - fx, ty = y - fy;
        tx = tx * tx * (3 - (2 * tx));
        ty = ty * ty * (3 - (2 * ty));
        var low = Brush.Mix(Value(ix, iy), Value(ix + 1, iy), tx);
        var high = Brush.Mix(Value(ix, iy + 1), Value(ix + 1, iy + 1), tx);
        return Brush.Mix(low, high, ty);
    }

    /// <summary>A sum of octaves, each twice as fine as the one before.</summary>
    /// <param name="x">Place.</param>
    /// <param name="y">Place.</param>
    /// <param name="frequency">Cells per unit of the first octave.</param>
    /// <param name="octaves">Octaves at most.</param>
    /// <param name="gain">Height of an octave, compared to the one before.</param>
    /// <param name="pixel">Size of a pixel in the same units.</param>
    public float Octaves(float x, float y, float frequency, int octaves, float gain, float pixel)
    {
        float sum = 0, height = 1;
        for (var k = 0; k < octaves; k++)
        {
            var fade = Fade(frequency * pixel);
            if (fade <= 0)
            {
                break;
            }

            sum += height * fade * Noise((x * frequency) + (17.3f * k), (y * frequency) - (9.1f * k));
            frequency *= 2;
            height *= gain;
        }

        return sum;
    }

    /// <summary>Streaks that run away from a point: fine across, long along.</summary>
    /// <param name="turns">Direction from the point, in turns.</param>
    /// <param name="radius">Distance from the point.</param>
    /// <param name="around">Streaks around the whole circle in the first octave; it grows with the radius by doubling.</param>
    /// <param name="along">Cells per unit of radius in the first octave.</param>
    /// <param name="octaves">Octaves at most.</param>
    /// <param name="gain">Height of an octave, compared to the one before.</param>
    /// <param name="pixel">Size of a pixel in units of the radius.</param>
    public float Streaks(float turns, float radius, int around, float along, int octaves, float gain, float pixel)
    {
        float sum = 0, height = 1;
        for (var k = 0; k < octaves; k++)
        {
            var fade = Fade(around * pixel / (6.2832f * (radius + 0.05f)));
            if (fade <= 0)
            {
                break;
            }

            sum += height * fade * Ring(turns * around, (radius * along) + (3.7f * k), around);
            around *= 2;
            along *= 1.6f;
            height *= gain;
        }

        return sum;
    }

    private float Ring(float x, float y, int period)
    {
        float fx = MathF.Floor(x), fy = MathF.Floor(y);
        int iy = (int)fy, left = Wrap((int)fx, period), right = Wrap(left + 1, period);
        float tx = x - fx, ty = y - fy;
        tx = tx * tx * (3 - (2 * tx));
        ty = ty * ty * (3 - (2 * ty));
        var low = Brush.Mix(Value(left, iy), Value(right, iy), tx);
        var high = Brush.Mix(Value(left, iy + 1), Value(right, iy + 1), tx);
        return Brush.Mix(low, high, ty);
    }

    // Directions are given within a turn of zero.
    private static int Wrap(int x, int period) => x < 0 ? x + period : x >= period ? x - period : x;

    private static float Fade(float cellsPerPixel) => Brush.Ramp(1f, 0.45f, cellsPerPixel);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private float Value(int x, int y)
    {
        unchecked
        {
            var h = ((uint)x * 374761393u) + ((uint)y * 668265263u) + seed;
            h = (h ^ (h >> 15)) * 2246822519u;
            h = (h ^ (h >> 13)) * 3266489917u;
            return (int)h * (1f / (1u << 31));
        }
    }
}
