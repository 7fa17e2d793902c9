using Sg3x.Checkpoints;

namespace Sg3x.Tests.Checkpoints;

public sealed class AtomicFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_file_and_its_folder_appear()
    {
        string path = Path.Combine(_folder.Root, "new", "folder", "file.txt");
        AtomicFile.WriteText(path, "first");
        AtomicFile.WriteText(path, "second, in its place");
        Assert.Equal("second, in its place", File.ReadAllText(path));
        Assert.Single(Directory.GetFiles(Path.GetDirectoryName(path)!));
    }

    [Fact]
    public void What_a_killed_writer_left_is_removed_and_nothing_else()
    {
        // No process has the largest number there is.
        string[] kept = [$"a.{Environment.ProcessId}.partial", "b.partial", "c.txt.partial", $"d.{int.MaxValue}.txt"];
        foreach (string name in kept.Append($"old.safetensors.{int.MaxValue}.partial"))
        {
            File.WriteAllText(_folder.File(name), "");
        }

        AtomicFile.RemoveLeftovers(_folder.Root);
        AtomicFile.RemoveLeftovers(_folder.File("not there"));
        Assert.Equal(kept.Order(StringComparer.Ordinal), Directory.GetFiles(_folder.Root).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_full_disk_is_a_user_error_that_leaves_the_old_file_and_nothing_else()
    {
        string path = _folder.File("file.bin");
        AtomicFile.WriteText(path, "old");
        UserException error = Assert.Throws<UserException>(() => AtomicFile.Write(path, stream =>
        {
            stream.Write(new byte[100_000]);
            using FileStream full = new("/dev/full", FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
            full.Write(new byte[100_000]);
        }));
        Assert.Contains("file.bin", error.Message, StringComparison.Ordinal);
        Assert.Contains("No space left", error.Message, StringComparison.OrdinalIgnoreCase);
        Assert.Equal("old", File.ReadAllText(path));
        Assert.Single(Directory.GetFiles(_folder.Root));
    }

    [Fact]
    public void Any_other_failure_passes_through_and_leaves_nothing()
    {
        string path = _folder.File("file.bin");
        Assert.Throws<InvalidTimeZoneException>(() => AtomicFile.Write(path, stream =>
        {
            stream.WriteByte(1);
            throw new InvalidTimeZoneException();
        }));
        Assert.Empty(Directory.GetFiles(_folder.Root));
    }

    [Fact]
    public void A_place_where_no_file_can_be_is_a_user_error()
    {
        string file = _folder.File("file");
        File.WriteAllText(file, "");
        Assert.Throws<UserException>(() => AtomicFile.WriteText(Path.Combine(file, "below"), "text"));
        Assert.Throws<UserException>(() => AtomicFile.WriteText(_folder.Root, "text"));
        Assert.Empty(Directory.GetFiles(Path.GetDirectoryName(_folder.Root)!, $"{Path.GetFileName(_folder.Root)}.*"));
    }
}
