namespace Sg3x.Oracle.Reports;

/// <summary>How the page looks.</summary>
internal static class PageStyle
{
    public const string Css = """
        :root { --ink: #1f2937; --soft: #6b7280; --rule: #e5e7eb; --good: #047857; --bad: #b91c1c; --wait: #92400e; }
        * { box-sizing: border-box; }
        body { margin: 0 auto; max-width: 1180px; padding: 24px; color: var(--ink); background: #fff;
          font: 15px/1.5 system-ui, "Segoe UI", "DejaVu Sans", sans-serif; }
        h1 { margin: 0; font-size: 26px; overflow-wrap: anywhere; } h2 { margin: 36px 0 8px; font-size: 20px; }
        p { max-width: 80ch; } .what { color: var(--soft); margin: 4px 0 12px; max-width: none; }
        code { font: 13px/1.4 ui-monospace, "DejaVu Sans Mono", monospace; }
        .scroll { overflow-x: auto; } table { border-collapse: collapse; width: 100%; font-size: 13px; }
        th, td { text-align: left; vertical-align: top; padding: 5px 10px 5px 0; border-bottom: 1px solid var(--rule); }
        th { color: var(--soft); font-weight: 600; }
        .checks td:nth-child(2) { min-width: 300px; } .checks td:nth-child(1), .checks td:nth-child(5) { white-space: nowrap; }
        .checks :is(th, td):is(:nth-child(5), :nth-child(6), :nth-child(n+8)), .equivariance :is(th, td):nth-child(n+2) { text-align: right; }
        .schedule td { white-space: nowrap; } .basis { color: var(--soft); font-size: 12px; }
        .equivariance { max-width: 860px; } tr.own td { background: #eff6ff; } tr.failed td { background: #fef2f2; }
        tr.notApplicable td { color: var(--soft); } tr.detail > td { text-align: left !important; white-space: normal !important; font-size: 12px; }
        .badge { display: inline-block; padding: 1px 8px; border-radius: 9px; font-size: 12px; white-space: nowrap; border: 1px solid; }
        .badge.passed { color: var(--good); background: #ecfdf5; } .badge.failed { color: #fff; background: var(--bad); font-weight: 600; }
        .badge.waived { color: var(--wait); background: #fffbeb; } .badge.notApplicable { color: var(--soft); background: #f9fafb; }
        :is(.failures, .departures) { padding-left: 20px; } :is(.failures, .departures) li { margin: 4px 0; }
        .wrong { color: var(--bad); }
        figure { margin: 0; } figcaption { font-size: 12.5px; margin: 0 0 2px 2px; } svg { display: block; width: 100%; height: auto; }
        .plots { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(440px, 100%), 1fr)); gap: 22px 28px; margin-top: 14px; }
        .keys { display: flex; flex-wrap: wrap; gap: 4px 22px; font-size: 13px; max-width: none; }
        .key::before { content: ""; display: inline-block; width: 26px; margin-right: 7px; vertical-align: middle; border-top: 2px solid; }
        .key.designed::before { border-top: 7px solid #bfdbfe; } .key.predicted::before { border-color: #1d4ed8; }
        .key.diagonal::before { border-color: #c2410c; } .key.kaiser::before { border-top: 2px dashed #6b7280; }
        svg text { font: 10.5px system-ui, "Segoe UI", "DejaVu Sans", sans-serif; fill: var(--soft); text-anchor: middle; }
        svg text.left { text-anchor: end; } svg text.mark { font-weight: 600; }
        svg text.cutoff { fill: #047857; } svg text.stopband { fill: #b91c1c; } svg text.nyquist { fill: #6d28d9; }
        line.grid { stroke: #e5e7eb; stroke-width: 1; } line.kaiser { stroke: #6b7280; stroke-width: 1; stroke-dasharray: 4 3; }
        line.cutoff { stroke: #047857; } line.stopband { stroke: #b91c1c; stroke-dasharray: 5 2; } line.nyquist { stroke: #6d28d9; stroke-dasharray: 2 2; }
        rect.pass { fill: #f0fdf4; } rect.transition { fill: #fffbeb; } rect.stop { fill: #fafafa; }
        polyline { fill: none; stroke-linejoin: round; } polyline.designed { stroke: #bfdbfe; stroke-width: 6; }
        polyline.predicted { stroke: #1d4ed8; stroke-width: 1.4; }
        polyline.designed.diagonal { stroke: #fed7aa; stroke-width: 5; } polyline.predicted.diagonal { stroke: #c2410c; }
        polyline.series { stroke-width: 2; } polyline.cutoff { stroke: #047857; } polyline.stopband { stroke: #b91c1c; stroke-dasharray: 6 3; }
        polyline.nyquist { stroke: #6d28d9; stroke-dasharray: 2 3; } circle.dot.cutoff { fill: #047857; } circle.dot.stopband { fill: #b91c1c; }
        circle.dot.nyquist { fill: #6d28d9; } circle.critical { fill: none; stroke: #6b7280; }
        .series-keys .key.cutoff::before { border-color: #047857; } .series-keys .key.stopband::before { border-top: 2px dashed #b91c1c; }
        .series-keys .key.nyquist::before { border-top: 2px dotted #6d28d9; }
        footer { margin-top: 40px; color: var(--soft); font-size: 12px; border-top: 1px solid var(--rule); padding-top: 10px; }
        @media print { details { display: block; } .plots figure { break-inside: avoid; } }

        """;
}
