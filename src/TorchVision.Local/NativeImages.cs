using System.Runtime.InteropServices;

namespace TorchSharp;

/// <summary>Interleaved 8-bit pixels, rows from the top.</summary>
internal readonly record struct Pixels(int Width, int Height, int Channels, byte[] Data);

/// <summary>The functions of Native/images.c. Their errors become exceptions here.</summary>
internal static partial class NativeImages
{
    private const string Library = "TorchVisionLocal";
    private const int MessageBytes = 256, Unsupported = 2;

    [StructLayout(LayoutKind.Sequential)]
    private unsafe struct Image
    {
        public long Width, Height, Channels, Length;
        public byte* Data;
        public fixed byte Message[MessageBytes];
    }

    public static unsafe Pixels Read(byte[] file)
    {
        Image image;
        fixed (byte* data = file)
        {
            var png = file.Length > 8 && file[0] == 0x89 && file[1] == 'P';
            if (!png && !(file.Length > 2 && file[0] == 0xFF && file[1] == 0xD8))
            {
                throw new ArgumentException("The data is neither a PNG nor a JPEG image.");
            }

            var bytes = Take(png ? tvl_png_read(data, file.Length, &image) : tvl_jpeg_read(data, file.Length, &image), &image);
            return new Pixels((int)image.Width, (int)image.Height, (int)image.Channels, bytes);
        }
    }

    public static unsafe byte[] WritePng(in Pixels pixels)
    {
        Image image;
        fixed (byte* data = pixels.Data)
        {
            return Take(tvl_png_write(data, pixels.Width, pixels.Height, pixels.Channels, &image), &image);
        }
    }

    public static unsafe byte[] WriteJpeg(in Pixels pixels, int quality)
    {
        Image image;
        fixed (byte* data = pixels.Data)
        {
            return Take(tvl_jpeg_write(data, pixels.Width, pixels.Height, pixels.Channels, quality, &image), &image);
        }
    }

    private static unsafe byte[] Take(int result, Image* image)
    {
        if (result != 0)
        {
            var message = Marshal.PtrToStringUTF8((nint)image->Message)!;
            throw result == Unsupported
                ? new ArgumentException($"Only grey and colour images are supported: this is a {message}.")
                : new InvalidDataException(message);
        }

        try
        {
            return new ReadOnlySpan<byte>(image->Data, checked((int)image->Length)).ToArray();
        }
        finally
        {
            tvl_free(image->Data);
        }
    }

    [LibraryImport(Library)]
    private static unsafe partial int tvl_png_read(byte* data, long length, Image* image);

    [LibraryImport(Library)]
    private static unsafe partial int tvl_png_write(byte* pixels, long width, long height, long channels, Image* result);

    [LibraryImport(Library)]
    private static unsafe partial int tvl_jpeg_read(byte* data, long length, Image* image);

    [LibraryImport(Library)]
    private static unsafe partial int tvl_jpeg_write(byte* pixels, long width, long height, long channels, int quality, Image* result);

    [LibraryImport(Library)]
    private static unsafe partial void tvl_free(void* data);
}
