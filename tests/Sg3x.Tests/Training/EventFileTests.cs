using System.Buffers.Binary;
using FsCheck.Xunit;
using Google.Protobuf;
using Sg3x.Configuration;
using Sg3x.Tests.Checkpoints;
using Sg3x.Training;
using Sg3x.Training.TensorBoard;

namespace Sg3x.Tests.Training;

/// <summary>TensorBoard's files, decoded again: framing, checksums, messages.</summary>
public sealed class EventFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>The test vectors of RFC 3720, appendix B.4, and the check value of the algorithm.</summary>
    [Fact]
    public void The_checksum_is_castagnolis()
    {
        Assert.Equal(0xe3069283u, Crc32C.Of("123456789"u8));
        Assert.Equal(0x8a9136aau, Crc32C.Of(new byte[32]));
        Assert.Equal(0x62a8ab43u, Crc32C.Of([.. Enumerable.Repeat((byte)0xff, 32)]));
        Assert.Equal(0x46dd794eu, Crc32C.Of([.. Enumerable.Range(0, 32).Select(i => (byte)i)]));
    }

    [Property]
    public void The_checksum_is_that_of_its_definition(byte[] bytes) => Assert.Equal(Slow(bytes), Crc32C.Of(bytes));

    [Property]
    public void What_is_written_is_read_again(long images, double[] values, byte[] png)
    {
        images &= long.MaxValue;
        string folder = Directory.CreateDirectory(_folder.File(Guid.NewGuid().ToString("N"))).FullName;
        using (EventFile file = EventFile.Create(folder, null))
        {
            file.Scalars(images, values.Select((v, i) => ($"group/{i}", v)));
            file.Image(images, "samples", png, 3, 2);
        }

        Event[] events = Read(Assert.Single(Directory.GetFiles(folder)));
        Assert.Equal(3, events.Length);
        Assert.Equal("brain.Event:2", events[0].Version);
        Assert.Equal((images, values.Length), (events[1].Step, events[1].Values.Count));
        Assert.All(events[1].Values.Zip(values), pair => Assert.Equal((float)pair.Second, pair.First.Scalar));
        Value image = Assert.Single(events[2].Values);
        Assert.Equal(("samples", 2, 3, 3), (image.Tag, image.Height, image.Width, image.Colours));
        Assert.Equal(png, image.Png);
        Assert.All(events, e => Assert.InRange(e.WallTime, 1e9, 1e11));
    }

    [Fact]
    public void A_run_shows_its_statistics_and_pictures_and_where_it_was_resumed()
    {
        RunConfig config = TinyRun.Config with
        {
            Snapshots = TinyRun.Config.Snapshots with { SamplesKimg = 0.016, CheckpointKimg = 0.016, DistanceImages = 8, TensorBoard = true },
        };
        SilentProgress progress = new();
        TrainingRun.Start(config, _folder.File("run"), new TrainingRunOptions { Progress = progress });
        RunFolder run = new(_folder.File("run"));
        Event[] events = Read(Assert.Single(Directory.GetFiles(run.TensorBoard)));
        Assert.DoesNotContain(events, e => e.Restarts);
        Value[] losses = [.. events.SelectMany(e => e.Values).Where(v => v.Tag == "loss/G")];
        Assert.Equal(progress.Ticks.Select(t => (float)t.GeneratorLoss), losses.Select(v => v.Scalar));
        Event[] grids = [.. events.Where(e => e.Values.Any(v => v.Tag == "samples"))];
        Assert.Equal([0L, 16, 32, 44], grids.Select(e => e.Step));
        Assert.Equal(File.ReadAllBytes(run.Samples(44)), grids[^1].Values[0].Png);
        Assert.Equal(File.ReadAllBytes(run.Reals), events.SelectMany(e => e.Values).Single(v => v.Tag == "reals").Png);
        Assert.Equal(
            progress.Distances.Select(d => (float)d.Mean),
            events.SelectMany(e => e.Values).Where(v => v.Tag == "sliced_wasserstein/mean").Select(v => v.Scalar));

        File.Delete(run.Checkpoint(44));
        TrainingRun.Resume(run.Root, new TrainingRunOptions { Progress = new SilentProgress() });
        string[] files = [.. Directory.GetFiles(run.TensorBoard).Order(StringComparer.Ordinal)];
        Assert.Equal(2, files.Length);
        Event restart = Assert.Single(Read(files[1]), e => e.Restarts);
        Assert.Equal(33, restart.Step);
    }

    [Fact]
    public void A_run_can_do_without()
    {
        RunConfig config = TinyRun.Config with { Snapshots = TinyRun.Config.Snapshots with { TensorBoard = false } };
        TrainingRun.Start(config, _folder.File("run"), new TrainingRunOptions { Progress = new SilentProgress() });
        Assert.False(Directory.Exists(new RunFolder(_folder.File("run")).TensorBoard));
    }

    /// <summary>Reads the records of a file, each checksum held against its definition.</summary>
    private static Event[] Read(string path)
    {
        byte[] bytes = File.ReadAllBytes(path);
        List<Event> events = [];
        for (int at = 0; at < bytes.Length;)
        {
            Assert.Equal(Masked(bytes[at..(at + 8)]), BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(at + 8)));
            int length = checked((int)BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(at)));
            byte[] message = bytes[(at + 12)..(at + 12 + length)];
            Assert.Equal(Masked(message), BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(at + 12 + length)));
            events.Add(Event.Read(message));
            at += length + 16;
        }

        return [.. events];
    }

    private static uint Masked(byte[] bytes)
    {
        uint crc = Slow(bytes);
        return unchecked(((crc >> 15) | (crc << 17)) + 0xa282ead8u);
    }

    /// <summary>Bit by bit, the reflected polynomial 0x1EDC6F41.</summary>
    private static uint Slow(byte[] bytes)
    {
        uint crc = uint.MaxValue;
        foreach (byte b in bytes)
        {
            crc ^= b;
            for (int k = 0; k < 8; k++)
            {
                crc = (crc & 1) != 0 ? 0x82F63B78 ^ (crc >> 1) : crc >> 1;
            }
        }

        return ~crc;
    }

    private sealed class Value
    {
        public string Tag { get; set; } = "";

        public float Scalar { get; set; }

        public int Height { get; set; }

        public int Width { get; set; }

        public int Colours { get; set; }

        public byte[] Png { get; set; } = [];
    }

    private sealed class Event
    {
        public double WallTime { get; private set; }

        public long Step { get; private set; }

        public string Version { get; private set; } = "";

        public bool Restarts { get; private set; }

        public List<Value> Values { get; } = [];

        public static Event Read(byte[] message)
        {
            Event result = new();
            Fields(message, (field, input) =>
            {
                switch (field)
                {
                    case 1: result.WallTime = input.ReadDouble(); break;
                    case 2: result.Step = input.ReadInt64(); break;
                    case 3: result.Version = input.ReadString(); break;
                    case 5: Fields(Bytes(input), (_, summary) => result.Values.Add(ReadValue(Bytes(summary)))); break;
                    case 7: Fields(Bytes(input), (_, log) => result.Restarts = log.ReadEnum() == 1); break;
                    default: Assert.Fail($"Event has no field {field} that is used."); break;
                }
            });
            return result;
        }

        private static Value ReadValue(byte[] message)
        {
            Value result = new();
            Fields(message, (field, input) =>
            {
                switch (field)
                {
                    case 1: result.Tag = input.ReadString(); break;
                    case 2: result.Scalar = input.ReadFloat(); break;
                    case 4: Fields(Bytes(input), (part, image) => ReadImage(result, part, image)); break;
                    default: Assert.Fail($"Value has no field {field} that is used."); break;
                }
            });
            return result;
        }

        private static void ReadImage(Value result, int field, CodedInputStream input)
        {
            switch (field)
            {
                case 1: result.Height = input.ReadInt32(); break;
                case 2: result.Width = input.ReadInt32(); break;
                case 3: result.Colours = input.ReadInt32(); break;
                case 4: result.Png = Bytes(input); break;
                default: Assert.Fail($"Image has no field {field} that is used."); break;
            }
        }

        private static byte[] Bytes(CodedInputStream input) => input.ReadBytes().ToByteArray();

        private static void Fields(byte[] message, Action<int, CodedInputStream> read)
        {
            using CodedInputStream input = new(message);
            for (uint tag; (tag = input.ReadTag()) != 0;)
            {
                read(WireFormat.GetTagFieldNumber(tag), input);
            }
        }
    }
}
