using System.Text;
using System.Text.Json.Nodes;
using Sg3x.Training;

namespace Sg3x.Tests.Training;

public sealed class RunLogTests
{
    [Fact]
    public void On_a_full_disk_lines_are_kept_until_there_is_room()
    {
        using Disk disk = new();
        List<string> warnings = [];
        using (RunLog log = new("run/log.jsonl", disk, warnings.Add))
        {
            for (int i = 0; i < 6; i++)
            {
                disk.IsFull = i is >= 1 and <= 3;
                log.Append("tick", i, new { i });
                Assert.Equal(i is 0 or 4 or 5 ? i + 1 : 1, disk.Lines);
            }

            disk.IsFull = true;
            log.Append("tick", 6, new { i = 6 });
            disk.IsFull = false;
        }

        Assert.Equal(2, warnings.Count);
        Assert.All(warnings, w => Assert.StartsWith("run/log.jsonl: cannot be written: no room", w, StringComparison.Ordinal));
        Assert.Equal(Enumerable.Range(0, 7), disk.Text.TrimEnd().Split('\n').Select(line => (int)JsonNode.Parse(line)!["i"]!));
    }

    private sealed class Disk : MemoryStream
    {
        public bool IsFull { get; set; }

        public string Text => Encoding.UTF8.GetString(ToArray());

        public int Lines => Text.Count(c => c == '\n');

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            if (IsFull && buffer.Length > 0)
            {
                throw new IOException("no room");
            }

            base.Write(buffer);
        }
    }
}
