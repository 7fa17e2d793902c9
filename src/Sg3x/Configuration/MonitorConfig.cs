namespace Sg3x.Configuration;

/// <summary>What a run watches itself for.</summary>
public sealed record MonitorConfig
{
    /// <summary>Thousands of images for which D's loss under 0.1 with G's over 3 is a collapse; 0: not watched.</summary>
    public double CollapseKimg { get; init; } = 10;

    /// <summary>Stops the run on a collapse.</summary>
    public bool StopOnCollapse { get; init; }

    /// <summary>Thousands of images over which r_t is looked at for memorisation; 0: not watched.</summary>
    public double MemorisationKimg { get; init; } = 40;

    /// <summary>Mean r_t over that time from which on it is memorisation.</summary>
    public double MemorisationSign { get; init; } = 0.9;

    /// <summary>Thousands of images for which a layer is dead, saturated or drifting before that is reported; 0: not
    /// measured.</summary>
    public double LayersKimg { get; init; } = 8;
}
