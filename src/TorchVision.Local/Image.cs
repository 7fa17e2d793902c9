using static TorchSharp.torch;

namespace TorchSharp;

/// <summary>The part of TorchVision that this project uses, under its names.</summary>
public static partial class torchvision
{
    /// <summary>Image files.</summary>
    public static partial class io
    {
        /// <summary>Reads an image file into a uint8 tensor [channels, H, W].</summary>
        public static Tensor read_image(string filename, ImageReadMode mode = ImageReadMode.UNCHANGED, Imager? imager = null)
        {
            using var stream = File.OpenRead(filename);
            return (imager ?? DefaultImager).DecodeImage(stream, mode);
        }

        /// <summary>Reads an image from a stream into a uint8 tensor [channels, H, W].</summary>
        public static Tensor read_image(Stream stream, ImageReadMode mode = ImageReadMode.UNCHANGED, Imager? imager = null) =>
            (imager ?? DefaultImager).DecodeImage(stream, mode);

        /// <summary>
        /// Writes a uint8 tensor [channels, H, W] into a file. As in the real package an existing longer file keeps its tail.
        /// </summary>
        public static void write_image(Tensor image, string filename, ImageFormat format, Imager? imager = null)
        {
            CheckBytes(image);
            using var stream = File.Open(filename, FileMode.OpenOrCreate);
            (imager ?? DefaultImager).EncodeImage(image, format, stream);
        }

        /// <summary>Writes a uint8 tensor [channels, H, W] into a stream.</summary>
        public static void write_image(Tensor image, Stream stream, ImageFormat format, Imager? imager = null)
        {
            CheckBytes(image);
            (imager ?? DefaultImager).EncodeImage(image, format, stream);
        }

        /// <summary>Writes a PNG file.</summary>
        public static void write_png(Tensor image, string filename, Imager? imager = null) =>
            write_image(image, filename, ImageFormat.Png, imager);

        /// <summary>Writes a PNG into a stream.</summary>
        public static void write_png(Tensor image, Stream stream, Imager? imager = null) =>
            write_image(image, stream, ImageFormat.Png, imager);

        /// <summary>Writes a JPEG file.</summary>
        public static void write_jpeg(Tensor image, string filename, Imager? imager = null) =>
            write_image(image, filename, ImageFormat.Jpeg, imager);

        /// <summary>Writes a JPEG into a stream.</summary>
        public static void write_jpeg(Tensor image, Stream stream, Imager? imager = null) =>
            write_image(image, stream, ImageFormat.Jpeg, imager);

        private static void CheckBytes(Tensor image)
        {
            if (image.dtype != ScalarType.Byte)
            {
                throw new ArgumentException("Image tensors must be of type 'byte' to be written.");
            }
        }
    }
}
