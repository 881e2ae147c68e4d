"""Reads the sentences that the model learns from: data/nlu/<language>.yml. Without Rasa."""

from __future__ import annotations

from pathlib import Path
from typing import List, Tuple

import yaml

FOLDER = Path(__file__).resolve().parent.parent.parent / "data" / "nlu"


def sentences(path: Path) -> List[Tuple[str, str]]:
    """Intent and text of every sentence in a file, in order. Raises ValueError naming the file and what is wrong."""
    try:
        blocks = yaml.load(path.read_text(encoding="utf-8"), yaml.CSafeLoader)["nlu"]
        found = []
        for block in blocks:
            if block.keys() != {"intent", "examples"}:
                raise ValueError(f"expected an intent with examples, found {', '.join(block)}")
            for line in block["examples"].splitlines():
                if not line.startswith("- ") or not line[2:].strip():
                    raise ValueError(f"{block['intent']}: a line does not begin with '- ' and a sentence")
                found.append((block["intent"], line[2:].strip()))
        return found
    except (yaml.YAMLError, AttributeError, KeyError, TypeError, ValueError) as error:
        raise ValueError(f"{path.name}: {error}") from error
