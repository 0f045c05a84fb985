// How the report looks: light and dark as the reader's system has it, and on paper. The colours differ in brightness, too.

extension HTMLReport {
    static let style = """

        :root { --back: #ffffff; --ink: #1c2328; --dim: #5b666e; --line: #d9dfe3; --tile: #f4f6f8;
          --useful: #2b7a68; --failed: #c2362f; --interrupted: #c98a00; --lost: #6d4aa0; --idle: #c9d0d5; --slots: #1c2328; }
        @media (prefers-color-scheme: dark) { :root { --back: #14181b; --ink: #e4e9ec; --dim: #9aa6ae; --line: #333c42; --tile: #1e2428;
          --useful: #4fb89f; --failed: #f0736b; --interrupted: #e6b34a; --lost: #a98be0; --idle: #4a545b; --slots: #e4e9ec; } }
        @media print { :root { --back: #ffffff; --ink: #000000; --dim: #333333; --line: #bbbbbb; --tile: #ffffff;
          --useful: #2b7a68; --failed: #c2362f; --interrupted: #c98a00; --lost: #6d4aa0; --idle: #c9d0d5; --slots: #000000; }
          main { max-width: none; padding: 0; } figure, tr { break-inside: avoid; } * { print-color-adjust: exact; -webkit-print-color-adjust: exact; } }
        body { margin: 0; background: var(--back); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
        main { max-width: 1120px; margin: 0 auto; padding: 24px; }
        h1 { font-size: 1.6em; margin: 0; overflow-wrap: anywhere; } .place { color: var(--dim); margin: 0 0 16px; overflow-wrap: anywhere; }
        .tiles { display: flex; flex-wrap: wrap; gap: 10px; margin: 0 0 20px; }
        .tiles div { background: var(--tile); border: 1px solid var(--line); border-radius: 6px; padding: 8px 14px; }
        dt { color: var(--dim); font-size: .85em; } dd { margin: 0; font-size: 1.25em; font-variant-numeric: tabular-nums; }
        figure { margin: 20px 0; } figcaption, caption { font-weight: 600; text-align: left; padding: 4px 0; }
        svg { width: 100%; height: auto; display: block; } #uses svg { height: 26px; }
        .three { display: grid; grid-template-columns: repeat(auto-fit, minmax(300px, 1fr)); gap: 20px; }
        .scroll { overflow-x: auto; margin: 20px 0; } table { border-collapse: collapse; font-size: .9em; }
        th, td { text-align: left; padding: 3px 14px 3px 0; border-bottom: 1px solid var(--line); vertical-align: top; overflow-wrap: anywhere; }
        th { color: var(--dim); font-weight: 500; } .n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
        td { white-space: nowrap; } td:last-child:not(.n) { white-space: normal; min-width: 12em; }
        .legend { margin: 0; color: var(--dim); font-size: .9em; } .key { display: inline-block; width: .8em; height: .8em; margin: 0 .35em 0 1em;
          background: currentColor; border-radius: 2px; } .key:first-child { margin-left: 0; }
        .useful { color: var(--useful); } .failed { color: var(--failed); } .interrupted { color: var(--interrupted); } .lost { color: var(--lost); }
        .idle { color: var(--idle); } .key.slots { background: none; border-top: 2px dashed var(--slots); height: 0; vertical-align: middle; }
        .useful { fill: var(--useful); } .failed { fill: var(--failed); } .interrupted { fill: var(--interrupted); } .lost { fill: var(--lost); }
        .idle { fill: var(--idle); } .slots { fill: none; stroke: var(--slots); stroke-width: 1.2; stroke-dasharray: 4 3; }
        .grid { stroke: var(--line); stroke-width: 1; fill: none; } .tick { fill: var(--dim); font-size: 11px; }
        footer { color: var(--dim); font-size: .85em; margin-top: 28px; border-top: 1px solid var(--line); padding-top: 10px; }

        """
}
