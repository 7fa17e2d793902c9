namespace Sg3x.Spec.Training;

/// <summary>
/// The labels of generated images, in G's step and in D's, are those of images drawn from the data (ADA, the official release):
/// <code>
///   P(c = k) = (images of class k) / (images)
/// </code>
/// A class that is rare in the data is as rare among them; D sees real images with their own labels.
/// </summary>
public static class ClassLabels
{
    /// <summary>P(c ≤ k) for every class k.</summary>
    public static double[] Cumulative(IReadOnlyList<int> ofImages, int classes) =>
        [.. Enumerable.Range(0, classes).Select(k => ofImages.Count(label => label <= k) / (double)ofImages.Count)];
}
