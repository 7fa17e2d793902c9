namespace Sg3x.Data;

/// <summary>Opens data sets by what the user calls them.</summary>
public static class ImageDatasets
{
    /// <summary>A data set's name that means the same from any folder.</summary>
    /// <param name="spec">As for <see cref="Open"/>, or empty.</param>
    /// <returns>The absolute path of a folder or file; anything else as it is.</returns>
    public static string FullName(string spec) =>
        spec.Length == 0 || spec.StartsWith(CatDataset.Prefix, StringComparison.Ordinal) ? spec : Path.GetFullPath(spec);

    /// <summary>Opens a data set.</summary>
    /// <param name="spec">
    /// A folder (searched recursively for PNG and JPEG files), a zip file of such, <c>cats:</c>, or <c>cats:COUNT</c>.
    /// </param>
    /// <param name="resolution">Width and height to bring the images to, in pixels.</param>
    /// <param name="options">How; the defaults where null.</param>
    /// <exception cref="UserException">
    /// There is no such place, it has no images, or one of them is bad; names file, entry and cause.
    /// </exception>
    /// <exception cref="OperationCanceledException">It was asked to stop while it checked the images.</exception>
    public static IImageDataset Open(string spec, int resolution, ImageDatasetOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(spec);
        if (resolution is < 1 or > 16384)
        {
            throw new UserException($"The resolution of a data set is {resolution}; expected 1 to 16384 pixels.");
        }

        options ??= new ImageDatasetOptions();
        if (spec.StartsWith(CatDataset.Prefix, StringComparison.Ordinal))
        {
            return CatDataset.Open(spec, resolution, options);
        }

        return new FileImageDataset(ImageSource.Open(spec, options.Limits, ", or cats:"), resolution, options);
    }
}
