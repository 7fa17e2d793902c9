using Sg3x.Augmentation;
using Sg3x.Ops;
using Sg3x.Spec.Augmentation;
using Sg3x.Spec.Signals;
using static TorchSharp.torch;

namespace Sg3x.Oracle.Checks;

/// <summary>
/// The derivatives of augmented images, in float64. An augmentation is affine, A(x) = J·x + A(0), so that the definition has J·v
/// = A(v) − A(0) for any v: G is trained through Jᵀ, and R1 through both.
/// </summary>
internal sealed class AugmentationGradientCheck : ICheck
{
    private const string Explanation = "gradients reach G, and R1 the image before augmentation, through the whole pipeline";

    public string Id => "augment.gradient";

    public string Equation => "ADA 2: A(x) = J·x + A(0); ⟨∇ₓ⟨u, A(x)⟩, v⟩ = ⟨u, J·v⟩, and ∂⟨Jᵀu, v⟩/∂u = J·v";

    public string ToleranceBasis => "J·v as the images of augment.images, times Σ|u| where it is summed";

    public IEnumerable<Finding> Run(Subject subject)
    {
        var draws = new SameDraws(subject);
        var draw = new Draw(subject.Seed + 1);
        foreach (double p in new[] { 0.45, 1 })
        {
            double[][][,] u = draw.Batch(SameDraws.Images, 3, SameDraws.Size, SameDraws.Size),
                v = draw.Batch(SameDraws.Images, 3, SameDraws.Size, SameDraws.Size);
            double[][][,] moved = [.. v.Zip(draws.Spec, draws.Spec).Select(t => Moved(t.First, t.Second, t.Third, p))];

            Tensor x = draws.Tensor.detach().requires_grad_(true);
            Tensor probe = subject.Tensor(u, ScalarType.Float64).requires_grad_(true), by = subject.Tensor(v, ScalarType.Float64);
            Tensor y = subject.Augmentation.Apply(AugmentationKinds.Bgc, p, draws.Production, x);
            Tensor gradient = autograd.grad([(y * probe).sum()], [x], retain_graph: true, create_graph: true)[0];
            double[] along = Bridge.Values((gradient * by).sum(1, 2, 3));
            for (int n = 0; n < SameDraws.Images; n++)
            {
                double expected = Plane.Dot(u[n], moved[n]), largest = Largest(moved[n]);
                double error = Math.Abs(along[n] - expected);
                double tolerance = AugmentationImagesCheck.Position * largest
                    * u[n].Sum(plane => plane.Cast<double>().Sum(Math.Abs));
                yield return new Finding($"p = {p}, image {n}, gradient along v", $"{expected:G9}", $"{along[n]:G9}", error,
                    tolerance, error <= tolerance ? null : Explanation);
            }

            Tensor second = autograd.grad([(gradient * by).sum()], [probe])[0];
            CustomBackward.ThrowIfFailed();
            double[] jv = [.. moved.SelectMany(image => image).SelectMany(plane => plane.Cast<double>())];
            yield return Differences.Array($"p = {p}, second derivative", second.shape, jv, Bridge.Values(second),
                AugmentationImagesCheck.Position, Explanation);
        }
    }

    // Two draws of the same numbers: each is used up.
    private static double[][,] Moved(double[][,] v, IDraw draw, IDraw again, double p)
    {
        double[][,] nothing = [.. v.Select(plane => Plane.Map(plane, _ => 0.0))];
        return [.. Pipeline.Apply(v, Kinds.Bgc, p, draw).Zip(
            Pipeline.Apply(nothing, Kinds.Bgc, p, again), (a, b) => Plane.Map(a, b, (s, t) => s - t))];
    }

    private static double Largest(double[][,] image) => image.Max(plane => plane.Cast<double>().Max(Math.Abs));
}
