"""One thing that is wrong in the knowledge files, said so that an editor can find it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """Where and what; prints as `path:line: error: message`, which editors turn into a link."""

    path: Path
    line: int  # Counted from 1.
    message: str
    severity: Severity = "error"

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.severity}: {self.message}"
