using System.Text;
using FsCheck.Xunit;
using Sg3x.Checkpoints;
using static TorchSharp.torch;

namespace Sg3x.Tests.Checkpoints;

public sealed class SafeTensorsTests : IDisposable
{
    private static readonly ScalarType[] Dtypes =
    [
        ScalarType.Float64, ScalarType.Float32, ScalarType.Float16, ScalarType.BFloat16,
        ScalarType.Int64, ScalarType.Int32, ScalarType.Byte, ScalarType.Bool,
    ];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Property(MaxTest = 60)]
    public void What_is_written_is_read(int seed)
    {
        using IDisposable scope = NewDisposeScope();
        string path = _folder.File($"{Guid.NewGuid()}.safetensors");
        List<(string Name, Tensor Tensor)> written = Draw(new Random(seed));
        Dictionary<string, string> metadata = new() { ["seed"] = $"{seed}", ["text"] = "\"quotes\", naïve, 猫, \n" };

        SafeTensors.Write(path, written, metadata);

        using SafeTensorsFile file = SafeTensors.Read(path);
        file.VerifyChecksum();
        Assert.Equal(metadata["text"], file.Metadata["text"]);
        Assert.Equal(written.Select(w => w.Name).Order(), file.Entries.Keys.Order());
        foreach ((string name, Tensor tensor) in written)
        {
            using Tensor read = file.Load(name);
            Assert.Equal(tensor.dtype, read.dtype);
            Assert.Equal(tensor.shape, read.shape);
            Assert.Equal(tensor.contiguous().bytes.ToArray(), read.bytes.ToArray());
        }
    }

    [Fact]
    public void Views_and_scalars_are_written_as_they_look()
    {
        using IDisposable scope = NewDisposeScope();
        Tensor whole = arange(24, dtype: ScalarType.Float32).reshape(4, 6);
        string path = _folder.File("views.safetensors");
        SafeTensors.Write(path, [("turned", whole.transpose(0, 1)), ("part", whole.narrow(0, 1, 2)), ("scalar", tensor(3L)), ("none", zeros(0, 3))]);

        using SafeTensorsFile file = SafeTensors.Read(path);
        Assert.Equal([6L, 4L], file.Load("turned").shape);
        Assert.True(file.Load("turned").equal(whole.transpose(0, 1)).all().item<bool>());
        Assert.True(file.Load("part").equal(whole.narrow(0, 1, 2)).all().item<bool>());
        Assert.Equal(3L, file.Load("scalar").item<long>());
        Assert.Equal([0L, 3L], file.Load("none").shape);
    }

    [Fact]
    public void The_layout_is_the_published_one()
    {
        using IDisposable scope = NewDisposeScope();
        string path = _folder.File("layout.safetensors");
        SafeTensors.Write(path, [("b", tensor(new byte[] { 7, 8, 9 })), ("a", tensor(new[] { 1f, 2f }))]);

        byte[] bytes = File.ReadAllBytes(path);
        int headerLength = (int)BitConverter.ToUInt64(bytes);
        string header = Encoding.UTF8.GetString(bytes, 8, headerLength);
        Assert.Equal(0, headerLength % 8);
        Assert.StartsWith("{\"__metadata__\":{", header, StringComparison.Ordinal);
        Assert.Contains("\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}", header, StringComparison.Ordinal);
        Assert.Contains("\"b\":{\"dtype\":\"U8\",\"shape\":[3],\"data_offsets\":[8,11]}", header, StringComparison.Ordinal);
        Assert.Equal([0, 0, 0x80, 0x3f, 0, 0, 0, 0x40, 7, 8, 9], bytes[(8 + headerLength)..]);
    }

    [Fact]
    public void Every_truncation_is_a_user_error()
    {
        using IDisposable scope = NewDisposeScope();
        string path = _folder.File("whole.safetensors");
        SafeTensors.Write(path, Draw(new Random(5)).Append(("last", ones(3))));
        byte[] whole = File.ReadAllBytes(path);
        string cut = _folder.File("cut.safetensors");
        for (int length = 0; length < whole.Length; length++)
        {
            File.WriteAllBytes(cut, whole[..length]);
            UserException error = Assert.Throws<UserException>(() => SafeTensors.Read(cut).Dispose());
            Assert.Contains("cut.safetensors", error.Message, StringComparison.Ordinal);
        }
    }

    [Property(MaxTest = 300)]
    public void Random_corruption_is_a_user_error_or_is_seen_by_the_checksum(int seed)
    {
        using IDisposable scope = NewDisposeScope();
        Random random = new(seed);
        string path = _folder.File("corrupt.safetensors");
        SafeTensors.Write(path, Draw(random).Append(("last", ones(3))));
        byte[] bytes = File.ReadAllBytes(path);
        byte[] before = [.. bytes];
        int faults = random.Next(1, 6);
        int header = 8 + (int)BitConverter.ToUInt64(bytes);
        for (int i = 0; i < faults; i++)
        {
            // Half of the faults hit the header, which is what a reader trips over.
            int at = random.Next(2) == 0 ? random.Next(header) : random.Next(bytes.Length);
            bytes[at] = (byte)random.Next(256);
        }

        File.WriteAllBytes(path, bytes);
        try
        {
            using SafeTensorsFile file = SafeTensors.Read(path);
            file.VerifyChecksum();
            foreach (string name in file.Entries.Keys)
            {
                file.Load(name).Dispose();
            }

            // What still reads as sound is: at most the JSON is written otherwise.
            Assert.Equal(before[header..], bytes[header..]);
        }
        catch (UserException)
        {
        }
    }

    [Fact]
    public void A_changed_byte_of_data_fails_the_checksum()
    {
        string path = _folder.File("changed.safetensors");
        using (Tensor tensor = ones(8))
        {
            SafeTensors.Write(path, [("t", tensor)]);
        }

        byte[] bytes = File.ReadAllBytes(path);
        bytes[^1] ^= 1;
        File.WriteAllBytes(path, bytes);
        using SafeTensorsFile file = SafeTensors.Read(path);
        Assert.Contains("SHA-256", Assert.Throws<UserException>(file.VerifyChecksum).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_tensor_is_named()
    {
        string path = _folder.File("one.safetensors");
        using (Tensor tensor = ones(8))
        {
            SafeTensors.Write(path, [("t", tensor)]);
        }

        using SafeTensorsFile file = SafeTensors.Read(path);
        Assert.Contains("\"other\"", Assert.Throws<UserException>(() => file.Load("other")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Names_are_written_once()
    {
        using IDisposable scope = NewDisposeScope();
        string path = _folder.File("twice.safetensors");
        Assert.Throws<ArgumentException>(() => SafeTensors.Write(path, [("t", ones(8)), ("t", ones(8, dtype: ScalarType.Int32))]));
        Assert.Throws<ArgumentException>(() => SafeTensors.Write(path, [("__metadata__", ones(8))]));
        Assert.False(File.Exists(path));
    }

    private static List<(string Name, Tensor Tensor)> Draw(Random random)
    {
        List<(string, Tensor)> tensors = [];
        int count = random.Next(6);
        for (int i = 0; i < count; i++)
        {
            long[] shape = [.. Enumerable.Range(0, random.Next(4)).Select(_ => (long)random.Next(5))];
            using Tensor values = randn(shape, dtype: ScalarType.Float32).mul(50);
            tensors.Add(($"net.L{i}_é\"/", values.to_type(Dtypes[random.Next(Dtypes.Length)])));
        }

        return tensors;
    }
}
