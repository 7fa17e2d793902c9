using System.Diagnostics;
using System.Globalization;
using Sg3x.Oracle.Reports;
using Sg3x.Training;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Sg3x.Cli.Output;

/// <summary>A table of the latest ticks and a progress bar that stay in place on a terminal.</summary>
internal sealed class LiveTrainingDisplay(Terminal terminal) : TrainingDisplay(terminal)
{
    private const int MostRows = 16;
    private const int WidthOfAllColumns = 90;
    private static readonly TimeSpan Redraw = TimeSpan.FromMilliseconds(200);

    private readonly List<TrainingTick> _ticks = [];
    private readonly List<string> _notes = [];
    private readonly Stopwatch _sinceRedraw = Stopwatch.StartNew();
    private readonly Lock _lock = new();
    private LiveDisplayContext? _live;
    private string _title = "";
    private double _kimg;
    private double _totalKimg;
    private string? _stopping;
    private bool _begun;

    /// <inheritdoc/>
    public override TrainingSummary Around(Func<TrainingSummary> train) => Terminal.Console
        .Live(new Text("Getting ready …"))
        .AutoClear(false)
        .Overflow(VerticalOverflow.Crop)
        .Cropping(VerticalOverflowCropping.Top)
        .Start(live =>
        {
            _live = live;
            try
            {
                return train();
            }
            finally
            {
                lock (_lock)
                {
                    (_stopping, _begun) = (null, true);
                    Update();
                    _live = null;
                }
            }
        });

    /// <inheritdoc/>
    public override void Stopping()
    {
        lock (_lock)
        {
            _stopping = OnStop(_title.Length > 0, "Ctrl-C again");
            Update();
        }
    }

    /// <inheritdoc/>
    public override void Report((int Done, int Of) value)
    {
        lock (_lock)
        {
            if (_title.Length == 0 && _sinceRedraw.Elapsed >= Redraw)
            {
                Prepare(string.Create(CultureInfo.InvariantCulture, $"Checking the images: {value.Done} of {value.Of}"));
                _sinceRedraw.Restart();
            }
        }
    }

    /// <inheritdoc/>
    public override void Preparing(string what)
    {
        lock (_lock)
        {
            Prepare($"{what} …");
        }
    }

    // What is done before there is a run to show.
    private void Prepare(string what)
    {
        if (_stopping is null)
        {
            _live?.UpdateTarget(new Text(what));
        }
    }

    /// <inheritdoc/>
    public override void Verifying(string check, int done, int of) => Preparing(string.Create(
        CultureInfo.InvariantCulture, $"Checking this build against the papers: {done} of {of} done; {check}"));

    /// <inheritdoc/>
    public override void Verified(VerificationReport report) => Note(Outcome(report));

    /// <inheritdoc/>
    public override void Started(string folder, double kimg, double totalKimg, string dataset)
    {
        lock (_lock)
        {
            (_title, _kimg, _totalKimg) = ($"{folder}: {dataset}", kimg, totalKimg);
            Update();
        }
    }

    /// <inheritdoc/>
    public override void Iterated(double kimg)
    {
        (_kimg, _begun) = (kimg, true);
        if (_sinceRedraw.Elapsed >= Redraw)
        {
            Update();
        }
    }

    /// <inheritdoc/>
    public override void Ticked(TrainingTick tick)
    {
        // A stop is asked for on another thread, and draws what is here.
        lock (_lock)
        {
            _ticks.Add(tick);
            if (_ticks.Count > MostRows)
            {
                _ticks.RemoveAt(0);
            }
        }

        Update();
    }

    /// <inheritdoc/>
    public override void Wrote(string what, string path) => Note($"{what}: {path}");

    /// <inheritdoc/>
    public override void Measured(TrainingDistance distance) => Note(string.Create(CultureInfo.InvariantCulture,
        $"sliced Wasserstein distance after {distance.Kimg:0.##} kimg: {distance.Mean:0.0}"));

    /// <inheritdoc/>
    public override void Rated(TrainingQuality quality) => Note(Line(quality));

    /// <inheritdoc/>
    public override void Noted(string message) => Note(message);

    /// <inheritdoc/>
    public override void Warned(string message) => Note($"warning: {message}");

    private void Note(string text)
    {
        // One line for each kind of note: the latest.
        string kind = text.Split(':', 2)[0];
        lock (_lock)
        {
            _notes.RemoveAll(n => n.Split(':', 2)[0] == kind);
            _notes.Add(text);
        }

        Update();
    }

    private void Update()
    {
        lock (_lock)
        {
            _live?.UpdateTarget(Render());
            _sinceRedraw.Restart();
        }
    }

    private Rows Render()
    {
        // A narrow terminal does without the two parts of D's loss.
        (string Title, Func<TrainingTick, string> Cell)[] columns = [.. Columns.Where(
            c => Terminal.Console.Profile.Width >= WidthOfAllColumns || c.Title is not ("fake" or "real"))];
        var table = new Table { Border = TableBorder.Rounded };
        foreach ((string title, _) in columns)
        {
            table.AddColumn(new TableColumn(title).RightAligned().NoWrap());
        }

        foreach (TrainingTick tick in _ticks)
        {
            table.AddRow([.. columns.Select(c => new Text(c.Cell(tick)))]);
        }

        // Before there is a run to show, only what is said of it.
        bool isRun = _title.Length > 0;
        List<IRenderable> rows = isRun ? [new Text(_title, new Style(decoration: Decoration.Bold)), table, Bar()] : [];
        rows.AddRange(_notes.Select(n => new Text(
            n, new Style(n.StartsWith("warning", StringComparison.Ordinal) ? Color.Yellow : Color.Grey))));
        if (isRun && !_begun)
        {
            rows.Add(new Text("Before the first iteration: sample grids, and the distance to the real images …"));
        }

        if (_stopping is string stopping)
        {
            rows.Add(new Text(stopping, new Style(Color.Yellow)));
        }

        return new Rows(rows);
    }

    private Columns Bar()
    {
        int width = Math.Clamp(Terminal.Console.Profile.Width - 44, 10, 60);
        double share = _totalKimg > 0 ? Math.Clamp(_kimg / _totalKimg, 0, 1) : 0;
        int done = (int)(share * width);
        string left = _ticks.Count > 0 ? $", {Duration(_ticks[^1].SecondsLeft)} left" : "";
        return new Columns(
            new Markup($"[green]{new string('━', done)}[/][grey]{new string('━', width - done)}[/]"),
            new Text(string.Create(
                CultureInfo.InvariantCulture, $"{share:P0}  {Kimg(_kimg, _totalKimg)} / {_totalKimg:0.##} kimg{left}")))
        { Expand = false };
    }
}
