namespace Sg3x.Data.Cats;

/// <summary>
/// Where the face is: its centre, and half the width of the head, in halves of the image; how it is tilted; how far it looks
/// aside. Face coordinates have the middle of the head at 0 and its sides at about ±1, y down.
/// </summary>
internal sealed record CatPose(float X, float Y, float Scale, float Sin, float Cos, float Yaw, float Pitch)
{
    public static CatPose Draw(ref HashRandom random)
    {
        var scale = random.Chance(0.1) ? random.Next(0.48, 0.68) : random.Next(0.68, 1.08);
        var room = 1.1 - (0.75 * scale);
        var (sin, cos) = Brush.SinCos(0.16 * random.NextBell());
        return new CatPose(
            (float)(room * 0.32 * random.NextBell()), (float)(0.1 + (room * 0.22 * random.NextBell())), (float)scale, sin, cos,
            (float)(0.17 * random.NextBell()), (float)(0.09 * random.NextBell()));
    }
}

/// <summary>The shapes of head, ears and features, in face coordinates.</summary>
internal sealed record CatShape(
    float Height, float Cheeks, float Chin, float FurLength, float EarHeight, float EarOut, float EarInner, float EarLean,
    float EyeX, float EyeY, float MuzzleWidth, float NoseY, float NoseWidth, float MouthOpen, float WhiskerLength, int Whiskers)
{
    public static CatShape Draw(ref HashRandom random)
    {
        float Between(ref HashRandom r, double low, double high) => (float)r.Next(low, high);
        var kitten = random.Chance(0.3);
        return new CatShape(
            Height: Between(ref random, 0.78, 0.93),
            Cheeks: Between(ref random, 0, 0.16),
            Chin: Between(ref random, 0.12, 0.34),
            FurLength: random.Chance(0.3) ? Between(ref random, 0.6, 1) : Between(ref random, 0.1, 0.5),
            EarHeight: kitten ? Between(ref random, 0.6, 0.85) : Between(ref random, 0.42, 0.72),
            EarOut: Between(ref random, 0.72, 0.95),
            EarInner: Between(ref random, 0.16, 0.32),
            EarLean: Between(ref random, -0.12, 0.16),
            EyeX: Between(ref random, 0.37, 0.44),
            EyeY: Between(ref random, -0.12, 0.02) + (kitten ? 0.05f : 0),
            MuzzleWidth: Between(ref random, 0.2, 0.27),
            NoseY: Between(ref random, 0.27, 0.36) + (kitten ? 0.02f : 0),
            NoseWidth: Between(ref random, 0.09, 0.13),
            MouthOpen: random.Chance(0.08) ? Between(ref random, 0.5, 1) : 0,
            WhiskerLength: Between(ref random, 0.6, 1.3),
            Whiskers: 3 + random.NextInt(4));
    }
}
