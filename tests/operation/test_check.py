"""What an editor is told by `./baken check`: file, line and fault, for everything that can be broken."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.settings import ROOT

_PARTS = ("bot", "actions", "knowledge", "locale", "data", "tests/nlu", "domain.yml", "babel.cfg")
_CARD = "Ik kan nu niet antwoorden. In gevaar? Bel nu {phone_112}"


@dataclass(frozen=True)
class Copy:
    """A copy of the repository, to be broken."""

    folder: Path

    def change(self, name: str, old: str, new: str) -> int:
        """Replace the first `old` in a file; the line on which it begins."""
        path = self.folder / name
        text = path.read_text(encoding="utf-8")
        before, found, after = text.partition(old)
        assert found, f"{old!r} does not stand in {name}"
        path.write_text(before + new + after, encoding="utf-8")
        return before.count("\n") + 1

    def check(self) -> tuple[int, list[str]]:
        """Exit status and lines of `baken check`."""
        done = subprocess.run(
            [sys.executable, "-m", "bot.cli", "check"],
            cwd=self.folder,
            env={**os.environ, "PYTHONPATH": str(self.folder)},
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert done.stderr == ""
        return done.returncode, done.stdout.splitlines()


@pytest.fixture
def copy(tmp_path: Path) -> Copy:
    for part in _PARTS:
        source, target = ROOT / part, tmp_path / part
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, target)
    return Copy(tmp_path)


def test_the_repository_has_no_errors() -> None:
    code, lines = Copy(ROOT).check()

    assert [line for line in lines if ": error: " in line] == []
    assert code == 0
    assert lines[-1].startswith("0 errors, ")


def _yaml(copy: Copy) -> tuple[str, int, str]:
    line = copy.change("knowledge/services/work.yml", "services:\n", "services:\n  - id: [broken\n")
    return "knowledge/services/work.yml", line + 2, "is not YAML"


def _number(copy: Copy) -> tuple[str, int, str]:
    line = copy.change("knowledge/services/centres.yml", "local: 02 511 64 64", "local: 02 511 64")
    return "knowledge/services/centres.yml", line, "02 511 64 is not a valid phone number of BE"


def _placeholder(copy: Copy) -> tuple[str, int, str]:
    line = copy.change("knowledge/answers.yml", "- |-\n    Hello.", "- |-\n    {phone_be_113}")
    return "knowledge/answers.yml", line, "phone_be_113 is no phone, name or address that is ready to be shown"


def _digits(copy: Copy) -> tuple[str, int, str]:
    line = copy.change("knowledge/answers.yml", "- |-\n    Hello.", "- |-\n    Hello. Call 02 511 64 64.")
    return "knowledge/answers.yml", line, "greet: 02 511 64 64 stands in digits"


def _emergency_card(copy: Copy) -> tuple[str, int, str]:
    line = copy.change("bot/conversations/wording.py", '"phone_centre": "02 511 64 64"', '"phone_centre": "02 511"')
    return "bot/conversations/wording.py", line, "phone_centre is 02 511, and the number of pag-asa is 02 511 64 64"


def _confirmed_by_nobody(copy: Copy) -> tuple[str, int, str]:
    ready = "    assured_date: 2022-01-01\n"
    line = copy.change("knowledge/services/centres.yml", ready, ready + "    confirmed: {on: 2026-11-20}\n")
    return "knowledge/services/centres.yml", line + 1, "pag-asa: confirmed: needs `by` (a role or an organisation)"


def _nobody_to_ask(copy: Copy) -> tuple[str, int, str]:
    line = copy.change("knowledge/to_confirm.yml", "be-101: [centres-112]", "be-101: [nobody]")
    return "knowledge/to_confirm.yml", line, "no authority or service has the id nobody"


def _way(copy: Copy) -> tuple[str, int, str]:
    old = "next: [ask_working_rights, ask_shelter, ask_privacy, change_language]"
    line = copy.change("knowledge/answers.yml", old, "next: [ask_weather]")
    return "knowledge/answers.yml", line, "greet: next leads to ask_weather, which has no answer"


def _intent_of_sentences(copy: Copy) -> tuple[str, int, str]:
    line = copy.change("data/nlu/en.yml", "  - intent: greet\n    examples: |\n", "  - intent: gret\n    examples: |\n")
    return "data/nlu/en.yml", line + 2, "gret is no intent of domain.yml"


def _brackets(copy: Copy) -> tuple[str, int, str]:
    line = copy.change("data/nlu/en.yml", "      - hiya\n", "      - hiya [there](place)\n")
    return "data/nlu/en.yml", line, "brackets and braces mean entities to Rasa; leave them out"


def _seen_in_training(copy: Copy) -> tuple[str, int, str]:
    sentence = "- a sentence that stands on both sides\n"
    copy.change("data/nlu/fr.yml", "examples: |\n      ", f"examples: |\n      {sentence}      ")
    line = copy.change("tests/nlu/fr.yml", "examples: |\n    ", f"examples: |\n    {sentence}    ")
    return "tests/nlu/fr.yml", line + 1, "test and training meet"


def _nearly_seen_in_training(copy: Copy) -> tuple[str, int, str]:
    taught = "- zij zeggen dat ik nog drie maanden gratis moet werken voor de reis\n"
    asked = "- ze zeggen dat ik nog drie maanden gratis moet werken voor de reis!!\n"
    copy.change("data/nlu/nl.yml", "examples: |\n      ", f"examples: |\n      {taught}      ")
    line = copy.change("tests/nlu/nl.yml", "examples: |\n    ", f"examples: |\n    {asked}    ")
    return "tests/nlu/nl.yml", line + 1, "is a near copy of"


def _too_few_sentences(copy: Copy) -> tuple[str, int, str]:
    (copy.folder / "data" / "nlu" / "so.yml").write_text('version: "3.1"\nnlu: []\n', encoding="utf-8")
    return "data/nlu/so.yml", 1, "in_danger has 0 sentences, 22 are needed"


def _no_sentences(copy: Copy) -> tuple[str, int, str]:
    (copy.folder / "data" / "nlu" / "ti.yml").unlink()
    return "data/nlu/ti.yml", 1, "the language has no training sentences"


def _age_without_number(copy: Copy) -> tuple[str, int, str]:
    line = copy.change("data/expressions/ro.yml", "  own:\n", '  own:\n    - "am ani"\n')
    return "data/expressions/ro.yml", line + 1, "N must stand where the number stands"


def _no_urgent_intent(copy: Copy) -> tuple[str, int, str]:
    line = copy.change("data/expressions/ro.yml", "  being_watched:\n", "  being_wached:\n")
    return "data/expressions/ro.yml", line, "being_wached is no urgent intent"


def _rule(copy: Copy) -> tuple[str, int, str]:
    line = copy.change("data/rules/safety.yml", "      - intent: in_danger\n", "      - intent: in_dangr\n")
    return "data/rules/safety.yml", line - 2, "in_dangr is no intent of domain.yml"


def _no_rule(copy: Copy) -> tuple[str, int, str]:
    copy.change("data/rules/safety.yml", "      - intent: in_danger\n", "      - intent: being_watched\n")
    return "domain.yml", 1, "the intent in_danger has no rule in data/rules/"


def _rules_yaml(copy: Copy) -> tuple[str, int, str]:
    line = copy.change("data/rules/safety.yml", "rules:\n", "rules:\n  - rule: [broken\n")
    return "data/rules/safety.yml", line + 2, "is not YAML"


def _domain_yaml(copy: Copy) -> tuple[str, int, str]:
    line = copy.change("domain.yml", "intents:\n", "intents:\n  - [broken\n")
    return "domain.yml", line + 3, "is not YAML"


def _translation(copy: Copy) -> tuple[str, int, str]:
    line = copy.change("locale/nl/LC_MESSAGES/baken.po", _CARD, _CARD.replace("{phone_112}", "112"))
    return "locale/nl/LC_MESSAGES/baken.po", line - 1, "the placeholders differ"


def _no_translation(copy: Copy) -> tuple[str, int, str]:
    old = 'msgid "Your question for a counsellor still stands."\nmsgstr "Je vraag voor een hulpverlener blijft staan."'
    line = copy.change("locale/nl/LC_MESSAGES/baken.po", old, old.partition("\n")[0] + '\nmsgstr ""')
    return "locale/nl/LC_MESSAGES/baken.po", line, "is not translated"


def _new_text(copy: Copy) -> tuple[str, int, str]:
    copy.change("actions/compose.py", 'N_("All topics")', 'N_("All the topics")')
    return "locale/baken.pot", 1, '"All the topics": run ./baken translations'


def _link(copy: Copy) -> tuple[str, int, str]:
    line = copy.change("knowledge/links.yml", "work: ask_working_rights", "work: ask_weather")
    return "knowledge/links.yml", line, "work: ask_weather is no topic of the menu in answers.yml"


def _link_named_like_a_language(copy: Copy) -> tuple[str, int, str]:
    line = copy.change("knowledge/links.yml", "work: ", "ro: ")
    return "knowledge/links.yml", line, "ro: this is the code of a language"


def _link_that_cannot_be_typed(copy: Copy) -> tuple[str, int, str]:
    line = copy.change("knowledge/links.yml", "work: ", "my_work: ")
    return "knowledge/links.yml", line, "my_work: a name has small letters and hyphens only"


def _sheet_to_nowhere(copy: Copy) -> tuple[str, int, str]:
    line = copy.change("knowledge/sheets.yml", "nail-bar: {topic: work}", "nail-bar: {topic: nails}")
    return "knowledge/sheets.yml", line, "nail-bar: nails is no name of links.yml"


def _sheet_without_place(copy: Copy) -> tuple[str, int, str]:
    line = copy.change("knowledge/sheets.yml", "      nail-bar: Vragen over werk, papieren of wonen?\n", "")
    return "knowledge/sheets.yml", line - 3, "nl: nail-bar has no text"


def _sheet_with_empty_text(copy: Copy) -> tuple[str, int, str]:
    line = copy.change("knowledge/sheets.yml", "free: Gratis en in je eigen taal", 'free: "  "')
    return "knowledge/sheets.yml", line, "languages.nl.free: String should have at least 1 character"


def _sheet_too_long(copy: Copy) -> tuple[str, int, str]:
    line = copy.change("knowledge/sheets.yml", "no_app: Geen app nodig", f"no_app: {'app ' * 9}")
    return "knowledge/sheets.yml", line, "languages.nl.no_app: String should have at most 32 characters"


def _sheet_that_tells(copy: Copy) -> tuple[str, int, str]:
    line = copy.change("knowledge/sheets.yml", "free: Gratis en in je eigen taal", "free: Gratis voor Slachtoffers")
    return "knowledge/sheets.yml", line, "nl: slachtoffer would tell others what the sheet is about"


def _sheet_in_no_language(copy: Copy) -> tuple[str, int, str]:
    line = copy.change("knowledge/sheets.yml", "\n  so:\n", "\n  eo:\n")
    return "knowledge/sheets.yml", line + 1, "eo is no supported language"


@pytest.mark.parametrize(
    "break_something",
    [
        _link,
        _link_named_like_a_language,
        _link_that_cannot_be_typed,
        _sheet_to_nowhere,
        _sheet_without_place,
        _sheet_with_empty_text,
        _sheet_too_long,
        _sheet_that_tells,
        _sheet_in_no_language,
        _yaml,
        _number,
        _placeholder,
        _digits,
        _emergency_card,
        _confirmed_by_nobody,
        _nobody_to_ask,
        _way,
        _intent_of_sentences,
        _brackets,
        _seen_in_training,
        _nearly_seen_in_training,
        _too_few_sentences,
        _no_sentences,
        _age_without_number,
        _no_urgent_intent,
        _rule,
        _no_rule,
        _rules_yaml,
        _domain_yaml,
        _translation,
        _no_translation,
        _new_text,
    ],
)
def test_what_is_broken_is_named_with_file_and_line(
    copy: Copy, break_something: Callable[[Copy], tuple[str, int, str]]
) -> None:
    file, line, words = break_something(copy)

    code, lines = copy.check()

    assert code == 1
    errors = [text for text in lines if ": error: " in text]
    assert any(text.startswith(f"{file}:{line}: error: ") and words in text for text in errors), errors


def test_several_broken_files_are_all_named_in_one_go(copy: Copy) -> None:
    broken = [break_it(copy)[0] for break_it in (_yaml, _number, _brackets, _rule)]

    _, lines = copy.check()

    assert all(any(line.startswith(f"{file}:") and ": error: " in line for line in lines) for file in broken)
