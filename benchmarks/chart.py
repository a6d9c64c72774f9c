"""Bars of what a token costs beside the bare relay, as SVG."""

from html import escape

from benchmarks.figures import Row, written

WIDTH, LABEL, BAR, GAP, TITLE = 720, 290, 22, 8, 34
COLOURS = {"bare relay": "#8a94a6", "SDK objects": "#c98a3d"}
OURS = "#2f6fdf"
STYLE = (
    "text{font:13px system-ui,sans-serif;fill:#5b6472}"
    ".title{font-weight:600}"
    "@media (prefers-color-scheme:dark){text{fill:#c4cbd6}}"
)


def cost_chart(rows: list[Row]) -> str:
    """A bar for each row whose ratio is to the relay's CPU a token, as long as that ratio."""
    shown = [(row, row.ratio) for row in rows if row.unit == "µs CPU a token" and row.ratio]
    longest = max((ratio for _, ratio in shown), default=1.0)
    height = TITLE + len(shown) * (BAR + GAP)
    bars = [_bar(row, ratio, longest, number) for number, (row, ratio) in enumerate(shown)]
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img">',
            f"<style>{STYLE}</style>",
            '<text class="title" x="0" y="16">CPU a token, beside the bare relay (1 ×)</text>',
            *bars,
            "</svg>\n",
        ]
    )


def _bar(row: Row, ratio: float, longest: float, number: int) -> str:
    top = TITLE + number * (BAR + GAP)
    room = WIDTH - LABEL - 150
    length = max(2, round(room * ratio / longest))
    colour = next((c for name, c in COLOURS.items() if row.what.endswith(name)), OURS)
    figure = f"{written(ratio)} × · {written(row.value)} µs"
    return (
        f'<text x="0" y="{top + 16}">{escape(row.what)}</text>'
        f'<rect x="{LABEL}" y="{top}" width="{length}" height="{BAR}" rx="3" fill="{colour}"/>'
        f'<text x="{LABEL + length + 8}" y="{top + 16}">{figure}</text>'
    )
