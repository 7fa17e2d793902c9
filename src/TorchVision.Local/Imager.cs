using static TorchSharp.torch;

namespace TorchSharp;

public static partial class torchvision
{
    public static partial class io
    {
        /// <summary>
        /// The imager of every call that names none. As in the real package it has to be set before it is of use.
        /// </summary>
        public static Imager DefaultImager { get; set; } = new NotImplementedImager();

        /// <summary>Channels of an image that is read.</summary>
        public enum ImageReadMode
        {
            /// <summary>One channel for a grey image, three for any other.</summary>
            UNCHANGED,

            /// <summary>[1, H, W].</summary>
            GRAY,

            /// <summary>[2, H, W].</summary>
            GRAY_ALPHA,

            /// <summary>[3, H, W]; colours are multiplied by alpha.</summary>
            RGB,

            /// <summary>[4, H, W], alpha first; colours are multiplied by it.</summary>
            RGB_ALPHA,
        }

        /// <summary>Turns image files into uint8 tensors [channels, H, W] and back.</summary>
        public abstract class Imager
        {
            /// <summary>Decodes an image from a stream; its format is found from its contents.</summary>
            public abstract Tensor DecodeImage(Stream stream, ImageReadMode mode = ImageReadMode.UNCHANGED);

            /// <summary>Decodes an image from its bytes; its format is found from them.</summary>
            public abstract Tensor DecodeImage(byte[] data, ImageReadMode mode = ImageReadMode.UNCHANGED);

            /// <summary>As <see cref="DecodeImage(Stream, ImageReadMode)"/>; synchronous unless overridden.</summary>
            public virtual Task<Tensor> DecodeImageAsync(
                Stream stream, ImageReadMode mode = ImageReadMode.UNCHANGED, CancellationToken cancellationToken = default) =>
                Task.FromResult(DecodeImage(stream, mode));

            /// <summary>Encodes an image [channels, H, W] into a stream.</summary>
            public abstract void EncodeImage(Tensor image, ImageFormat format, Stream stream);

            /// <summary>Encodes an image [channels, H, W].</summary>
            public abstract byte[] EncodeImage(Tensor image, ImageFormat format);

            /// <summary>As <see cref="EncodeImage(Tensor, ImageFormat, Stream)"/>; synchronous unless overridden.</summary>
            public virtual Task EncodeImageAsync(
                Tensor image, ImageFormat format, Stream stream, CancellationToken cancellationToken = default)
            {
                EncodeImage(image, format, stream);
                return Task.CompletedTask;
            }
        }

        /// <summary>The imager that is there until another is set: every call is an error.</summary>
        public class NotImplementedImager : Imager
        {
            private const string Message = "Set torchvision.io.DefaultImager, or give the call an imager.";

            public override Tensor DecodeImage(Stream stream, ImageReadMode mode = ImageReadMode.UNCHANGED) =>
                throw new NotImplementedException(Message);

            public override Tensor DecodeImage(byte[] data, ImageReadMode mode = ImageReadMode.UNCHANGED) =>
                throw new NotImplementedException(Message);

            public override void EncodeImage(Tensor image, ImageFormat format, Stream stream) =>
                throw new NotImplementedException(Message);

            public override byte[] EncodeImage(Tensor image, ImageFormat format) => throw new NotImplementedException(Message);
        }
    }
}
