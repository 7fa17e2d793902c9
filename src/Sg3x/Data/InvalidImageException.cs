namespace Sg3x.Data;

/// <summary>
/// What is wrong with the bytes of an image; whoever knows the file's name adds it (see <see cref="ImageDecoding"/>).
/// </summary>
internal sealed class InvalidImageException(string message) : Exception(message);
