using TorchSharp;

namespace TorchSharpTests;

/// <summary>
/// Surface.txt lists every public and protected member of the stand-in, with names and defaults. The stand-in has no other, and
/// the real TorchSharp has all of them, as they stand.
/// </summary>
public class SurfaceTests
{
    [Fact]
    public void Every_member_is_one_of_the_real_package()
    {
        var listed = File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "Surface.txt"));
        var present = SurfaceText.Of(typeof(torch).Assembly);
        if (typeof(torch).Assembly.GetName().Name != "TorchSharp")
        {
            var received = Path.Combine(AppContext.BaseDirectory, "Surface.received.txt");
            File.WriteAllLines(received, present);
            Assert.True(listed.SequenceEqual(present), $"Surface.txt is not what the stand-in has: see {received}. Not listed: "
                + string.Join("; ", present.Except(listed).Take(10)) + ". Not there: "
                + string.Join("; ", listed.Except(present).Take(10)));
        }
        Assert.Empty(listed.Except(present));
    }
}
