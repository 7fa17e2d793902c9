namespace TorchSharp;

public static partial class torchvision
{
    /// <summary>File format of an image. This stand-in writes <see cref="Png"/> and <see cref="Jpeg"/>.</summary>
    public enum ImageFormat
    {
        Unknown,
        Png,
        Jpeg,
        Bmp,
        Gif,
        Tiff,
        Emf,
        Exif,
        Wmf,
        Pbm,
        Tga,
        Webp,
    }
}
