using static TorchSharp.torch;

namespace TorchSharp;

public static partial class torchvision
{
    public static partial class io
    {
        /// <summary>
        /// PNG and JPEG images. The real class of this name works through Skia; this one through libpng and libjpeg-turbo, with
        /// the same results: colours multiplied by alpha, alpha first, of 16 bits the upper 8. It is stricter in one thing: a
        /// truncated file, of which Skia gives what there is, is an error.
        /// </summary>
        /// <param name="quality">Quality of JPEG files that are written, 0 to 100.</param>
        public sealed class SkiaImager(int quality = 75) : Imager
        {
            /// <inheritdoc/>
            /// <exception cref="ArgumentException">Neither PNG nor JPEG, or a JPEG of four components.</exception>
            /// <exception cref="InvalidDataException">libpng or libjpeg refuses the file; the message is theirs.</exception>
            public override Tensor DecodeImage(byte[] data, ImageReadMode mode = ImageReadMode.UNCHANGED)
            {
                ArgumentNullException.ThrowIfNull(data);
                var pixels = NativeImages.Read(data);
                var grey = pixels.Channels == 1;
                return mode switch
                {
                    ImageReadMode.GRAY when grey => ToTensor(pixels, [0]),
                    ImageReadMode.UNCHANGED when grey => ToTensor(pixels, [0]),
                    ImageReadMode.RGB when grey => ToTensor(pixels, [0, 0, 0]),
                    ImageReadMode.RGB or ImageReadMode.UNCHANGED => ToTensor(pixels, [0, 1, 2]),
                    ImageReadMode.RGB_ALPHA when !grey => ToTensor(pixels, [3, 0, 1, 2]),
                    _ => throw new ArgumentException($"Images of {pixels.Channels} channels cannot be read as {mode}."),
                };
            }

            /// <inheritdoc cref="DecodeImage(byte[], ImageReadMode)"/>
            public override Tensor DecodeImage(Stream stream, ImageReadMode mode = ImageReadMode.UNCHANGED)
            {
                ArgumentNullException.ThrowIfNull(stream);
                using var copy = new MemoryStream();
                stream.CopyTo(copy);
                return DecodeImage(copy.ToArray(), mode);
            }

            /// <inheritdoc/>
            /// <exception cref="NotSupportedException">The format is neither PNG nor JPEG.</exception>
            public override byte[] EncodeImage(Tensor image, ImageFormat format)
            {
                ArgumentNullException.ThrowIfNull(image);
                var pixels = FromTensor(image);
                return format switch
                {
                    ImageFormat.Png => NativeImages.WritePng(pixels),
                    ImageFormat.Jpeg => NativeImages.WriteJpeg(pixels, quality),
                    _ => throw new NotSupportedException($"Images cannot be written in the format {format}."),
                };
            }

            /// <inheritdoc cref="EncodeImage(Tensor, ImageFormat)"/>
            public override void EncodeImage(Tensor image, ImageFormat format, Stream stream)
            {
                ArgumentNullException.ThrowIfNull(stream);
                stream.Write(EncodeImage(image, format));
                stream.Flush();
            }

            private static Tensor ToTensor(in Pixels pixels, ReadOnlySpan<int> order)
            {
                var result = empty(order.Length, pixels.Height, pixels.Width, dtype: ScalarType.Byte);
                var planes = result.bytes;
                var area = pixels.Width * pixels.Height;
                for (var k = 0; k < order.Length; k++)
                {
                    var plane = planes.Slice(k * area, area);
                    if (order[k] >= pixels.Channels)
                    {
                        plane.Fill(255);
                        continue;
                    }

                    for (int i = 0, at = order[k]; i < area; i++, at += pixels.Channels)
                    {
                        plane[i] = pixels.Channels == 4 && order[k] < 3
                            ? Multiply(pixels.Data[at], pixels.Data[(4 * i) + 3])
                            : pixels.Data[at];
                    }
                }

                return result;
            }

            private static Pixels FromTensor(Tensor image)
            {
                var shape = image.shape;
                if (shape.Length != 3 || shape[0] is not (1 or 3))
                {
                    throw new ArgumentException(
                        $"An image to be written is [1, H, W] or [3, H, W]; this is [{string.Join(", ", shape)}].");
                }

                int channels = (int)shape[0], height = (int)shape[1], width = (int)shape[2], area = height * width;
                using var local = image.cpu();
                using var host = local.contiguous();
                var planes = host.bytes;
                var data = new byte[channels * area];
                for (var c = 0; c < channels; c++)
                {
                    for (int i = 0, at = c; i < area; i++, at += channels)
                    {
                        data[at] = planes[(c * area) + i];
                    }
                }

                return new Pixels(width, height, channels, data);
            }

            /// <summary>colour·alpha/255, rounded.</summary>
            private static byte Multiply(byte colour, byte alpha)
            {
                var product = (colour * alpha) + 128;
                return (byte)((product + (product >> 8)) >> 8);
            }
        }
    }
}
