"""Small line and bar plots as SVG, and tables as Markdown, without a plotting library."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping, Sequence
from datetime import date
from html import escape
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "bench" / "results"
_COLOURS = ("#0b5cad", "#c2410c", "#15803d", "#7e22ce", "#b45309", "#475569", "#be185d")
_WIDTH, _HEIGHT, _LEFT, _TOP = 820, 360, 60, 40


def bars(title: str, groups: Sequence[str], series: Mapping[str, Sequence[float | None]]) -> str:
    """Grouped bars of percentages, one group for each name; None leaves a gap."""
    high = _HEIGHT - _TOP - 70
    step = (_WIDTH - _LEFT - 20) / max(1, len(groups))
    width = step * 0.8 / max(1, len(series))
    parts = _frame(title, list(series), high)
    for at, group in enumerate(groups):
        x = _LEFT + at * step
        for number, values in enumerate(series.values()):
            value = values[at]
            if value is None:
                continue
            tall = value / 100 * high
            left = x + step * 0.1 + number * width
            parts.append(
                f'<rect x="{left:.1f}" y="{_TOP + high - tall:.1f}" width="{width:.1f}" height="{tall:.1f}" '
                f'fill="{_COLOURS[number % len(_COLOURS)]}"><title>{escape(group)}: {value:.1f} %</title></rect>'
            )
        parts.append(
            f'<text x="{x + step / 2:.1f}" y="{_TOP + high + 16}" text-anchor="middle" font-size="11">'
            f"{escape(group)}</text>"
        )
    return _whole(parts)


def lines(title: str, x_label: str, y_label: str, series: Mapping[str, Sequence[tuple[float, float]]]) -> str:
    """Lines through points of two percentages."""
    high, wide = _HEIGHT - _TOP - 70, _WIDTH - _LEFT - 20
    parts = _frame(title, list(series), high)
    for number, points in enumerate(series.values()):
        colour = _COLOURS[number % len(_COLOURS)]
        places = [(_LEFT + x / 100 * wide, _TOP + high - y / 100 * high) for x, y in points]
        parts.append(
            f'<polyline fill="none" stroke="{colour}" stroke-width="2" '
            f'points="{" ".join(f"{x:.1f},{y:.1f}" for x, y in places)}"/>'
        )
        parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>' for x, y in places]
    for percent in range(0, 101, 20):
        x = _LEFT + percent / 100 * wide
        parts.append(f'<text x="{x:.1f}" y="{_TOP + high + 16}" text-anchor="middle" font-size="11">{percent}</text>')
    parts.append(
        f'<text x="{_LEFT}" y="{_TOP + high + 34}" font-size="12">→ {escape(x_label)}, ↑ {escape(y_label)}</text>'
    )
    return _whole(parts)


def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """A Markdown table; numbers are taken for percentages, None for not measured."""
    shown = [[_cell(cell) for cell in row] for row in rows]
    return "\n".join(
        ["| " + " | ".join(head) + " |", "|" + "---|" * len(head), *(f"| {' | '.join(r)} |" for r in shown)]
    )


def write(name: str, text: str, command: str, plot: str | None = None) -> None:
    """Write `bench/results/NAME.md` (and `.svg`), headed by the command, the date and the commit."""
    RESULTS.mkdir(parents=True, exist_ok=True)
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False
    ).stdout.strip()
    made = f"Made by `{command}` on {date.today().isoformat()}, after commit {commit or 'unknown'}."
    picture = f"\n\n![{name}]({name}.svg)" if plot else ""
    (RESULTS / f"{name}.md").write_text(f"{text}\n\n{made}{picture}\n", encoding="utf-8")
    if plot:
        (RESULTS / f"{name}.svg").write_text(plot + "\n", encoding="utf-8")
    print(text)


def _cell(cell: object) -> str:
    if cell is None:
        return "–"
    return f"{cell:.1f}" if isinstance(cell, float) else str(cell)


def _frame(title: str, names: Sequence[str], high: float) -> list[str]:
    parts = [f'<text x="{_LEFT}" y="20" font-size="15" font-weight="bold">{escape(title)}</text>']
    for percent in range(0, 101, 20):
        y = _TOP + high - percent / 100 * high
        parts.append(f'<line x1="{_LEFT}" y1="{y:.1f}" x2="{_WIDTH - 20}" y2="{y:.1f}" stroke="#ddd"/>')
        parts.append(f'<text x="{_LEFT - 8}" y="{y + 4:.1f}" text-anchor="end" font-size="11">{percent}</text>')
    x = _LEFT
    for number, name in enumerate(names):
        colour = _COLOURS[number % len(_COLOURS)]
        parts.append(f'<rect x="{x}" y="{_HEIGHT - 22}" width="12" height="12" fill="{colour}"/>')
        parts.append(f'<text x="{x + 17}" y="{_HEIGHT - 12}" font-size="12">{escape(name)}</text>')
        x += 30 + 7 * len(name)
    return parts


def _whole(parts: Sequence[str]) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" font-family="sans-serif">'
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="white"/>{"".join(parts)}</svg>'
    )
