"""Measures the trained model on the held-out sentences and writes the figures into docs/quality.md.

.venv/bin/python -m bench.quality
"""

from __future__ import annotations

import json
import subprocess
import tempfile
from datetime import date
from pathlib import Path
from typing import Any

from bench.drawing import RESULTS, ROOT, bars, table
from bot.languages import CODES, language

PAGE = ROOT / "docs" / "quality.md"
_BEGIN, _END = "<!-- figures: made by bench/quality.py -->", "<!-- end of figures -->"
_COLUMNS = {
    "sentences": "sentences",
    "understood": "accuracy",
    "urgent found": "urgent_recall",
    "found or asked": "urgent_found_or_asked",
    "false alarms": "false_alarms",
    "out of scope found": "out_of_scope_recall",
    "needs rejected": "needs_rejected",
    "language right": "language_right",
}


def row(name: str, figures: dict[str, Any]) -> list[object]:
    """One line of the table; shares become percentages."""
    cells = [figures[key] for key in _COLUMNS.values()]
    return [name, *(cell if isinstance(cell, int) or cell is None else 100 * cell for cell in cells)]


def main() -> None:
    """Measure, write, print."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "figures.json"
        subprocess.run([ROOT / "baken", "evaluate", ROOT / "tests" / "nlu", "--json", out], cwd=ROOT, check=True)
        figures: dict[str, dict[str, Any]] = json.loads(out.read_text(encoding="utf-8"))
    (RESULTS / "quality.json").write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    languages = {code: figures[f"lang {code}"] for code in CODES if f"lang {code}" in figures}
    rows = [row(f"{language(code).own_name} ({code})", found) for code, found in languages.items()]
    means: list[object] = ["mean of the languages", sum(int(found["sentences"]) for found in languages.values())]
    for key in list(_COLUMNS.values())[1:]:
        values = [found[key] for found in languages.values() if found[key] is not None]
        means.append(100 * sum(values) / len(values) if values else None)
    rows += [means, row("all", figures["all"]), row("single sentences", figures["set single"])]
    rows.append(row("two needs", figures["set two needs"]))
    latency = figures["latency_ms"]
    needs = figures["set two needs"]["all_needs_found"]
    text = (
        f"{table(['', *_COLUMNS], rows)}\n\nBoth needs of a message that tells two are found in {100 * needs:.0f} %. "
        f"One message takes {latency['p50']:.1f} ms (median) and {latency['p95']:.1f} ms (95 of 100) inside Rasa.\n\n"
        f"Made by `.venv/bin/python -m bench.quality` on {date.today().isoformat()}.\n\n"
        "![Understood, and urgent found, per language](../bench/results/quality.svg)"
    )
    series = {
        "understood": [100 * found["accuracy"] for found in languages.values()],
        "urgent found": [100 * found["urgent_recall"] for found in languages.values()],
    }
    plot = bars("Held-out sentences: understood, and urgent ones found (percent)", list(languages), series)
    (RESULTS / "quality.svg").write_text(plot + "\n", encoding="utf-8")
    page = PAGE.read_text(encoding="utf-8")
    before, _, rest = page.partition(_BEGIN)
    _, _, after = rest.partition(_END)
    PAGE.write_text(f"{before}{_BEGIN}\n\n{text}\n\n{_END}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
