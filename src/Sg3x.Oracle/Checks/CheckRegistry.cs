namespace Sg3x.Oracle.Checks;

/// <summary>Every check there is, cheapest first.</summary>
public static class CheckRegistry
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<ICheck> All { get; } =
    [
        new AliasFreeConfigCheck(),
        new LayerValuesCheck(),
        new ResamplingCheck(),
        new InputPlanCheck(),
        new FilterTapsCheck(),
        new FilterSymmetryCheck(),
        new FilterDeltaCheck(),
        new FilterResponseCheck(),
        new NonlinearityForwardCheck(),
        new NonlinearityGradientCheck(),
        new NonlinearitySecondCheck(),
        new NonlinearityDeviceCheck(),
        new ModulatedConvolutionCheck(),
        new ResampleCheck(),
        new OptimiserCheck(),
        new GeneratorAverageCheck(),
        new LossCheck(),
        new R1WeightCheck(),
        new IterationCheck(),
        new ClassLabelsCheck(),
        new BlurCheck(),
        new FiniteCheck(),
        new InitialCheck(),
        new InputCheck(),
        new LayerCheck(),
        new GeneratorCheck(),
        new AveragesCheck(),
        new GeneratorGradientCheck(),
        new PositionCheck(),
        new EquivarianceCheck(),
        new BorderCheck(),
        new DiscriminatorCheck(),
        new ClassMappingCheck(),
        new ClassProjectionCheck(),
        new AugmentationGeometryCheck(),
        new AugmentationColourCheck(),
        new AugmentationImagesCheck(),
        new AugmentationGradientCheck(),
        new AugmentationDrawsCheck(),
        new AugmentationControllerCheck(),
        new PrecisionSumsCheck(),
        new PrecisionTypesCheck(),
        new PrecisionOperationsCheck(),
        new PrecisionDriftCheck(),
        new EquivarianceMetricCheck(),
        new PresetEquivarianceCheck(),
        new TrainedFiltersCheck(),
        new TrainedInputCheck(),
        new TrainedMagnitudesCheck(),
        new TrainedLayerCheck(),
        new TrainedEquivarianceCheck(),
    ];

    /// <summary>Those that <c>sg3x verify --quick</c> runs, and every training before its first step.</summary>
    public static IReadOnlyList<ICheck> Quick { get; } = [.. All.Where(check => check.Quick)];

    /// <summary>The check of that name.</summary>
    /// <exception cref="UserException">There is none.</exception>
    public static ICheck Find(string id) =>
        All.FirstOrDefault(check => check.Id == id) ?? throw UserException.Mismatch(
            "check", $"one of {string.Join(", ", All.Select(c => c.Id))}", id);
}
