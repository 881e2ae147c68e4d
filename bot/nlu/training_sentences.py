"""Reads the sentences that the model learns from. Without Rasa.

data/nlu/<language>.yml holds those that every training learns. What the adapted encoder (bench/adapt/) has learnt once
and for all, and a training does not need again, stands in data/encoder/sentences/<language>.yml: leaving these out
costs 0.3 % of the held-back sentences and saves a first training more than a minute.
"""

from __future__ import annotations

from pathlib import Path
from typing import List, Tuple

import yaml

_DATA = Path(__file__).resolve().parent.parent.parent / "data"
FOLDER = _DATA / "nlu"
ADAPTED_TO = _DATA / "encoder" / "sentences"


def files(code: str) -> List[Path]:
    """All files with sentences of a language, those of every training first; fewer, or none, when they are missing."""
    return [path for folder in (FOLDER, ADAPTED_TO) for path in [folder / f"{code}.yml"] if path.is_file()]


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
