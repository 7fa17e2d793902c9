using Google.Protobuf;

namespace Sg3x.Training.TensorBoard;

/// <summary>
/// TensorBoard's <c>Event</c> messages, the fields that are used (event.proto and summary.proto of TensorFlow):
/// <code>
/// message Event { double wall_time = 1; int64 step = 2; string file_version = 3; Summary summary = 5; SessionLog session_log = 7; }
/// message Summary { repeated Value value = 1; }
/// message Value { string tag = 1; float simple_value = 2; Image image = 4; }
/// message Image { int32 height = 1; int32 width = 2; int32 colorspace = 3; bytes encoded_image_string = 4; }
/// message SessionLog { enum { START = 1; } status = 1; }
/// </code>
/// </summary>
internal static class EventMessage
{
    private const int RgbColours = 3;
    private const int Start = 1;

    /// <summary>What a file begins with.</summary>
    internal static byte[] Version(double wallTime) => Make(wallTime, 0, output =>
    {
        output.WriteTag(3, WireFormat.WireType.LengthDelimited);
        output.WriteString("brain.Event:2");
    });

    /// <summary>A run goes on from an earlier step: readers drop what an earlier file has from this one on.</summary>
    internal static byte[] Restart(double wallTime, long step) => Make(wallTime, step, output => Nested(output, 7, log =>
    {
        log.WriteTag(1, WireFormat.WireType.Varint);
        log.WriteEnum(Start);
    }));

    /// <summary>Numbers.</summary>
    internal static byte[] Scalars(double wallTime, long step, IEnumerable<(string Tag, double Value)> values) =>
        Make(wallTime, step, output => Nested(output, 5, summary =>
        {
            foreach ((string tag, double value) in values)
            {
                Nested(summary, 1, item =>
                {
                    item.WriteTag(1, WireFormat.WireType.LengthDelimited);
                    item.WriteString(tag);
                    item.WriteTag(2, WireFormat.WireType.Fixed32);
                    item.WriteFloat((float)value);
                });
            }
        }));

    /// <summary>A picture.</summary>
    internal static byte[] Image(double wallTime, long step, string tag, byte[] png, int width, int height) =>
        Make(wallTime, step, output => Nested(output, 5, summary => Nested(summary, 1, item =>
        {
            item.WriteTag(1, WireFormat.WireType.LengthDelimited);
            item.WriteString(tag);
            Nested(item, 4, image =>
            {
                foreach ((int field, int value) in new[] { (1, height), (2, width), (3, RgbColours) })
                {
                    image.WriteTag(field, WireFormat.WireType.Varint);
                    image.WriteInt32(value);
                }

                image.WriteTag(4, WireFormat.WireType.LengthDelimited);
                image.WriteBytes(ByteString.CopyFrom(png));
            });
        })));

    private static byte[] Make(double wallTime, long step, Action<CodedOutputStream> write) => Bytes(output =>
    {
        output.WriteTag(1, WireFormat.WireType.Fixed64);
        output.WriteDouble(wallTime);
        output.WriteTag(2, WireFormat.WireType.Varint);
        output.WriteInt64(step);
        write(output);
    });

    private static void Nested(CodedOutputStream output, int field, Action<CodedOutputStream> write)
    {
        output.WriteTag(field, WireFormat.WireType.LengthDelimited);
        output.WriteBytes(ByteString.CopyFrom(Bytes(write)));
    }

    private static byte[] Bytes(Action<CodedOutputStream> write)
    {
        using MemoryStream memory = new();
        using (CodedOutputStream output = new(memory, leaveOpen: true))
        {
            write(output);
        }

        return memory.ToArray();
    }
}
