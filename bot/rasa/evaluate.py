"""Measures a trained model on labelled sentences; `./baken evaluate FILE.jsonl` or `./baken evaluate FOLDER` runs it.

A folder holds held-out sentences in Rasa's format, `<language>.yml`, and messages with two needs in
`several.<language>.yml` (see tests/nlu). Each line of a file is
`{"text", "lang", "intent", "also"?: [intent, …], "set"?: name}`; `also` names other intents that are right as well
(further needs in the same message). Accuracy counts the first intent; "any" those in `also` too.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import statistics
import sys
import time
from collections import defaultdict
from pathlib import Path
from typing import Any, Dict, List

import yaml

from bot.intents import URGENT
from bot.rasa import logs

_RANKED = 5


def read_lines(path: Path) -> List[Dict[str, Any]]:
    """The labelled sentences. Raises ValueError with the line's number for one that cannot be used."""
    found = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            found.append({**row, "text": str(row["text"]), "lang": str(row["lang"]), "intent": str(row["intent"])})
        except (ValueError, KeyError, TypeError) as error:
            raise ValueError(f"{path}:{number}: text, lang and intent are needed ({error})") from error
    if not found:
        raise ValueError(f"{path}: no sentences")
    return found


def read_folder(folder: Path) -> List[Dict[str, Any]]:
    """The labelled sentences of a folder; `set` tells single sentences from messages with two needs."""
    found: List[Dict[str, Any]] = []
    for path in sorted(folder.glob("??.yml")):
        for block in yaml.load(path.read_text(encoding="utf-8"), yaml.CSafeLoader)["nlu"]:
            for line in block["examples"].splitlines():
                if line.startswith("- "):
                    said = {"text": line[2:].strip(), "lang": path.stem, "intent": block["intent"], "set": "single"}
                    found.append(said)
    for path in sorted(folder.glob("several.??.yml")):
        for told in yaml.load(path.read_text(encoding="utf-8"), yaml.CSafeLoader):
            first, *also = told["intents"]
            row = {"text": told["text"], "lang": told["language"], "intent": first, "also": also, "set": "two needs"}
            found.append(row)
    if not found:
        raise ValueError(f"{folder}: no sentences")
    return found


async def predict(model: Path, rows: List[Dict[str, Any]]) -> List[Dict[str, Any]]:
    """What the model makes of each text, through Rasa's own loading and parsing; `ms` is one message's time."""
    from rasa.core.agent import Agent

    agent = Agent.load(str(model))
    await agent.parse_message("warm up")
    predictions = []
    for number, row in enumerate(rows, start=1):
        started = time.perf_counter()
        parsed = await agent.parse_message(row["text"])
        elapsed_ms = (time.perf_counter() - started) * 1000
        ranking = [{"name": r["name"], "confidence": r["confidence"]} for r in parsed.get("intent_ranking") or []]
        predictions.append(
            {
                "intent": parsed["intent"]["name"],
                "confidence": parsed["intent"]["confidence"],
                "ranking": ranking[:_RANKED],
                "language": (parsed.get("language") or {}).get("code"),
                "needs": parsed.get("needs") or [],
                "maybe_urgent": bool(parsed.get("maybe_urgent")),
                "ms": elapsed_ms,
            }
        )
        if sys.stderr.isatty() and number % 50 == 0:
            print(f"\r{number} of {len(rows)}", end="", file=sys.stderr)
    return predictions


def measure(rows: List[Dict[str, Any]], predictions: List[Dict[str, Any]]) -> Dict[str, Any]:
    """All figures; shares are between 0 and 1, times in milliseconds."""
    groups: Dict[str, List[int]] = defaultdict(list)
    for index, row in enumerate(rows):
        groups["all"].append(index)
        groups[f"lang {row['lang']}"].append(index)
        if row.get("set"):
            groups[f"set {row['set']}"].append(index)
    figures: Dict[str, Any] = {}
    for name, indices in groups.items():
        pairs = [(rows[i], predictions[i]) for i in indices]
        urgent = [(r, p) for r, p in pairs if r["intent"] in URGENT]
        others = [(r, p) for r, p in pairs if r["intent"] not in URGENT and not set(r.get("also") or ()) & set(URGENT)]
        outside = [(r, p) for r, p in pairs if r["intent"] == "out_of_scope"]
        inside = [(r, p) for r, p in pairs if r["intent"] != "out_of_scope"]
        several = [(r, p) for r, p in pairs if r.get("also")]
        figures[name] = {
            "sentences": len(pairs),
            "accuracy": _share(pairs, lambda r, p: p["intent"] == r["intent"]),
            "accuracy_any": _share(pairs, lambda r, p: p["intent"] in (r["intent"], *(r.get("also") or ()))),
            "urgent_recall": _share(urgent, lambda r, p: p["intent"] in URGENT),
            "urgent_exact": _share(urgent, lambda r, p: p["intent"] == r["intent"]),
            "urgent_found_or_asked": _share(urgent, lambda r, p: p["intent"] in URGENT or p["maybe_urgent"]),
            "false_alarms": _share(others, lambda r, p: p["intent"] in URGENT),
            "out_of_scope_recall": _share(outside, lambda r, p: p["intent"] in ("out_of_scope", "nlu_fallback")),
            "needs_rejected": _share(inside, lambda r, p: p["intent"] in ("out_of_scope", "nlu_fallback")),
            "all_needs_found": _share(several, lambda r, p: {r["intent"], *r["also"]} <= set(p["needs"])),
            "language_right": _share(pairs, lambda r, p: p["language"] == r["lang"]),
        }
    times = sorted(p["ms"] for p in predictions)
    figures["latency_ms"] = {
        "p50": statistics.median(times),
        "p95": times[min(len(times) - 1, int(len(times) * 0.95))],
        "max": times[-1],
    }
    return figures


def _share(pairs: List[Any], holds: Any) -> Any:
    return sum(bool(holds(row, prediction)) for row, prediction in pairs) / len(pairs) if pairs else None


def table(figures: Dict[str, Any]) -> str:
    """The figures as people read them; shares in percent."""
    columns = {
        "n": "sentences", "right": "accuracy", "any": "accuracy_any", "urgent": "urgent_recall",
        "or asked": "urgent_found_or_asked", "alarms": "false_alarms", "oos": "out_of_scope_recall",
        "rejected": "needs_rejected", "needs": "all_needs_found", "language": "language_right",
    }  # fmt: skip
    lines = [f"{'':<14}" + "".join(f"{head:>10}" for head in columns)]
    for name, row in figures.items():
        if name == "latency_ms":
            continue
        cells = [row[key] for key in columns.values()]
        shown = [str(c) if isinstance(c, int) else "-" if c is None else f"{100 * c:.1f} %" for c in cells]
        lines.append(f"{name:<14}" + "".join(f"{cell:>10}" for cell in shown))
    times = figures["latency_ms"]
    lines.append(f"one message: p50 {times['p50']:.1f} ms, p95 {times['p95']:.1f} ms, max {times['max']:.1f} ms")
    return "\n".join(lines)


def main() -> int:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", type=Path)
    parser.add_argument("file", type=Path)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--predictions", type=Path)
    given = parser.parse_args()
    # Loading an agent outside of Rasa's own commands would print every text at debug level.
    logs.install()
    logging.disable(logging.WARNING)
    import structlog

    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    try:
        rows = read_folder(given.file) if given.file.is_dir() else read_lines(given.file)
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    predictions = asyncio.run(predict(given.model, rows))
    figures = measure(rows, predictions)
    print(table(figures))
    if given.json:
        given.json.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    if given.predictions:
        with given.predictions.open("w", encoding="utf-8") as out:
            for prediction in predictions:
                kept = {key: prediction[key] for key in ("intent", "confidence", "ranking", "language", "needs")}
                out.write(json.dumps(kept, ensure_ascii=False) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
