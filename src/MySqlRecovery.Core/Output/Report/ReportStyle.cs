namespace MySqlRecovery.Output.Report;

/// <summary>How a report looks: light and dark, on a screen and on paper.</summary>
internal static class ReportStyle
{
    public const string Css = """
        :root { color-scheme: light dark; --back: #fff; --text: #1b1f24; --dim: #5b6470; --line: #d5dae1; --soft: #f4f6f9;
          --insert: #2d7d46; --update: #9a6700; --delete: #c0392b; --mark: #c0392b22; }
        @media (prefers-color-scheme: dark) { :root { --back: #14171b; --text: #e4e8ee; --dim: #98a2b0; --line: #343b45; --soft: #1d2127;
          --insert: #58c27d; --update: #e0b252; --delete: #ff7b6b; --mark: #ff7b6b2e; } }
        body { font: 15px/1.5 system-ui, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; background: var(--back); color: var(--text);
          max-width: 70rem; margin: 2rem auto; padding: 0 1.5rem; }
        h1 { font-size: 1.7rem; margin: 0 0 .2rem; }
        h2 { font-size: 1.2rem; margin: 2.2rem 0 .6rem; border-bottom: 1px solid var(--line); }
        p.dim, .dim { color: var(--dim); } code, pre { font: 13px/1.45 ui-monospace, "DejaVu Sans Mono", monospace; }
        pre { background: var(--soft); border: 1px solid var(--line); padding: .6rem .8rem; white-space: pre-wrap; }
        pre { overflow-wrap: anywhere; }
        .wide { overflow-x: auto; } table { border-collapse: collapse; width: 100%; margin: .5rem 0; }
        th, td { text-align: left; vertical-align: top; padding: .3rem .6rem; border-bottom: 1px solid var(--line); }
        td { overflow-wrap: anywhere; }
        th { color: var(--dim); font-weight: 600; white-space: nowrap; } td.n { text-align: right; font-variant-numeric: tabular-nums; }
        td.t { white-space: nowrap; }
        svg { width: 100%; height: auto; display: block; } svg text { fill: var(--text); font: 12px system-ui, sans-serif; }
        svg .dim { fill: var(--dim); } .bad { color: var(--delete); font-weight: 600; } .good { color: var(--insert); font-weight: 600; }
        i.key { display: inline-block; width: .8em; height: .8em; margin: 0 .3em 0 1em; }
        @media print { body { max-width: none; margin: 0; font-size: 11px; } h2, tr, svg { break-inside: avoid; } }
        """;
}
