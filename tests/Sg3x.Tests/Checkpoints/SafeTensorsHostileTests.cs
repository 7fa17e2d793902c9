using System.Buffers.Binary;
using System.Text;
using Sg3x.Checkpoints;

namespace Sg3x.Tests.Checkpoints;

public sealed class SafeTensorsHostileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("", 0, "header")]
    [InlineData("null", 0, "an object")]
    [InlineData("[]", 0, "an object")]
    [InlineData("{} {}", 0, "header")]
    [InlineData("{", 0, "header")]
    [InlineData("{}", 4, "0 bytes of data")]
    [InlineData("{\"a\":3}", 0, "\"a\"")]
    [InlineData("{\"a\":{}}", 0, "no dtype")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[1]}}", 4, "no data_offsets")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4],\"more\":1}}", 4, "\"more\"")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"dtype\":\"F64\",\"shape\":[1],\"data_offsets\":[0,4]}}", 4, "each once")]
    [InlineData("{\"a\":{\"dtype\":\"F31\",\"shape\":[1],\"data_offsets\":[0,4]}}", 4, "\"F31\"")]
    [InlineData("{\"a\":{\"dtype\":32,\"shape\":[1],\"data_offsets\":[0,4]}}", 4, "a text")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,4]}}", 4, "8 bytes of data")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[-1],\"data_offsets\":[0,4]}}", 4, "\"a.shape\"")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[1.5],\"data_offsets\":[0,4]}}", 4, "\"a.shape\"")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[1e3],\"data_offsets\":[0,4]}}", 4, "\"a.shape\"")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[99999999999999999999],\"data_offsets\":[0,4]}}", 4, "\"a.shape\"")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[4611686018427387904],\"data_offsets\":[0,0]}}", 0, "fits in memory")]
    [InlineData("{\"a\":{\"dtype\":\"U8\",\"shape\":[4294967296,4294967297],\"data_offsets\":[0,4]}}", 4, "fits in memory")]
    [InlineData("{\"a\":{\"dtype\":\"U8\",\"shape\":[1099511627776],\"data_offsets\":[0,1099511627776]}}", 4, "4, the bytes after")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,0]}}", 4, "begin ≤ end")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4,8]}}", 4, "at most 2")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[],\"data_offsets\":[4,8]}}", 8, "a gap after the header")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[],\"data_offsets\":[0,4]}}", 8, "4 bytes of data")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[],\"data_offsets\":[0,4]},\"b\":{\"dtype\":\"F32\",\"shape\":[],\"data_offsets\":[2,6]}}", 6, "an overlap with \"a\"")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[],\"data_offsets\":[0,4]},\"a\":{\"dtype\":\"F32\",\"shape\":[],\"data_offsets\":[4,8]}}", 8, "a second time")]
    [InlineData("{\"__metadata__\":{\"k\":1}}", 0, "__metadata__.k")]
    [InlineData("{\"__metadata__\":{\"k\":\"1\",\"k\":\"2\"}}", 0, "a second time")]
    [InlineData("{\"__metadata__\":[]}", 0, "__metadata__")]
    [InlineData("{\"\\ud800\":{}}", 0, "header")]
    [InlineData("{\"a\":{\"dtype\":\"U8\",\"shape\":[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1],\"data_offsets\":[0,1]}}", 1, "at most 32")]
    [InlineData("[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[", 0, "header")]
    public void A_bad_header_is_named(string json, int dataBytes, string expected)
    {
        string path = Write(Encoding.UTF8.GetBytes(json), dataBytes);
        UserException error = Assert.Throws<UserException>(() => SafeTensors.Read(path).Dispose());
        Assert.Contains("hostile.safetensors", error.Message, StringComparison.Ordinal);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Bytes_that_are_no_text_are_an_error()
    {
        string path = Write([(byte)'{', (byte)'"', 0xff, (byte)'"', (byte)':', (byte)'{', (byte)'}', (byte)'}'], 0);
        Assert.Contains("UTF-8", Assert.Throws<UserException>(() => SafeTensors.Read(path).Dispose()).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(3UL)]
    [InlineData(100_000_001UL)]
    [InlineData(ulong.MaxValue)]
    [InlineData(1UL << 63)]
    public void A_header_longer_than_the_file_is_an_error_before_anything_is_allocated(ulong length)
    {
        string path = _folder.File("long.safetensors");
        byte[] bytes = [0, 0, 0, 0, 0, 0, 0, 0, (byte)'{', (byte)'}'];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, length);
        File.WriteAllBytes(path, bytes);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Throws<UserException>(() => SafeTensors.Read(path).Dispose());
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
    }

    [Fact]
    public void What_is_no_file_is_an_error()
    {
        Assert.Contains("absent", Assert.Throws<UserException>(() => SafeTensors.Read(_folder.File("absent"))).Message, StringComparison.Ordinal);
        Assert.Throws<UserException>(() => SafeTensors.Read(_folder.Root));
        Assert.Throws<UserException>(() => SafeTensors.Read("/dev/full"));
    }

    private string Write(byte[] header, int dataBytes)
    {
        string path = _folder.File("hostile.safetensors");
        byte[] length = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, header.Length);
        File.WriteAllBytes(path, [.. length, .. header, .. new byte[dataBytes]]);
        return path;
    }
}
