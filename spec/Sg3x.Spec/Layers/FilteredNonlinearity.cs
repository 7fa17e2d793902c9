using Sg3x.Spec.Signals;

namespace Sg3x.Spec.Layers;

/// <summary>What one filtered nonlinearity is made of; a null clamp is none.</summary>
public readonly record struct NonlinearityShape(
    int Up, int Down, Schedule.Padding Padding, double Gain, double Slope, double? Clamp)
{
    /// <summary>That of a layer of the generator: slope 0.2 and gain √2, or 1 and 1 for ToRGB; clamp 256.</summary>
    public static NonlinearityShape Of(Schedule.Layer layer) => new(
        layer.Up, layer.Down, layer.Padding, layer.IsToRgb ? 1 : Math.Sqrt(2), layer.IsToRgb ? 1 : 0.2, 256);
}

/// <summary>
/// The filtered nonlinearity by its definition (AFG section 3.1 and appendix D), per plane:
/// <code>
///   a = insert_up(x + b) padded by [lo, hi]
///   u = up²·(a ∗ f_u)                              valid
///   v = clamp(g·(u ≥ 0 ? u : α·u), ±c)
///   y = keep_down(v ∗ f_d)                         valid
/// </code>
/// and its gradient, each step's adjoint in the opposite order:
/// <code>
///   ∂v/∂u = g·(u ≥ 0 ? 1 : α) where |v| &lt; c, else 0
///   dx    = insertᵀ padᵀ (up²·f_uᵀ (∂v/∂u · f_dᵀ keepᵀ dy)),   db = Σ dx
/// </code>
/// The slope ∂v/∂u is constant almost everywhere, so the second derivative is this same linear map and its adjoint.
/// </summary>
public static class FilteredNonlinearity
{
    public static double[,] Forward(double[,] x, double b, Filter fu, Filter fd, in NonlinearityShape shape)
    {
        NonlinearityShape s = shape;
        double[,] v = Plane.Map(Upsampled(x, b, fu, s), u => Activate(u, s));
        return Kept(fd.Convolve(v), s.Down);
    }

    /// <summary>dx for a gradient dy of the output; db is the sum of it.</summary>
    public static double[,] Gradient(double[,] x, double b, Filter fu, Filter fd, in NonlinearityShape shape, double[,] dy)
    {
        NonlinearityShape s = shape;
        double[,] u = Upsampled(x, b, fu, s);
        (int height, int width) = (u.Height() - fd.Count + 1, u.Width() - fd.Count + 1);
        double[,] dv = fd.ConvolveAdjoint(Plane.Columns(
            Plane.Rows(dy, row => Signal.KeepAdjoint(row, s.Down, width)),
            column => Signal.KeepAdjoint(column, s.Down, height)));
        double[,] du = Plane.Map(dv, u, (d, ui) => d * Slope(ui, s));
        double[,] da = Plane.Map(fu.ConvolveAdjoint(du), d => d * s.Up * s.Up);
        double[,] inserted = Plane.Columns(
            Plane.Rows(da, row => Signal.PadAdjoint(row, s.Padding.X0, x.Width() * s.Up)),
            column => Signal.PadAdjoint(column, s.Padding.Y0, x.Height() * s.Up));
        return Plane.Both(inserted, row => Signal.InsertAdjoint(row, s.Up));
    }

    /// <summary>
    /// The change of y for a change dx of x, db of b: J·dx, the slopes held at (x, b). It is the gradient with respect to dy
    /// of ⟨dx, Gradient(dy)⟩, that is, the second derivative.
    /// </summary>
    public static double[,] Tangent(
        double[,] x, double b, Filter fu, Filter fd, in NonlinearityShape shape, double[,] dx, double db)
    {
        NonlinearityShape s = shape;
        double[,] u = Upsampled(x, b, fu, s), du = Upsampled(dx, db, fu, s);
        return Kept(fd.Convolve(Plane.Map(du, u, (d, ui) => d * Slope(ui, s))), s.Down);
    }

    /// <summary>u: the biased input, upsampled.</summary>
    public static double[,] Upsampled(double[,] x, double b, Filter fu, in NonlinearityShape shape)
    {
        NonlinearityShape s = shape;
        double[,] inserted = Plane.Both(Plane.Map(x, value => value + b), row => Signal.Insert(row, s.Up));
        double[,] a = Plane.Columns(
            Plane.Rows(inserted, row => Signal.Pad(row, s.Padding.X0, s.Padding.X1)),
            column => Signal.Pad(column, s.Padding.Y0, s.Padding.Y1));
        return Plane.Map(fu.Convolve(a), value => value * s.Up * s.Up);
    }

    /// <summary>v of one sample.</summary>
    public static double Activate(double u, in NonlinearityShape shape)
    {
        double v = shape.Gain * (u >= 0 ? u : shape.Slope * u);
        return shape.Clamp is double c ? Math.Clamp(v, -c, c) : v;
    }

    /// <summary>∂v/∂u of one sample.</summary>
    public static double Slope(double u, in NonlinearityShape shape)
    {
        double slope = shape.Gain * (u >= 0 ? 1 : shape.Slope);
        return shape.Clamp is double c && Math.Abs(slope * u) > c ? 0 : slope;
    }

    private static double[,] Kept(double[,] x, int down) => Plane.Both(x, row => Signal.Keep(row, down));
}
