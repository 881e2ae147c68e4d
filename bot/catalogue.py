"""Look-ups of texts in the gettext catalogues. English is the source text and the fallback."""

from __future__ import annotations

import io
from functools import cache
from gettext import GNUTranslations, NullTranslations

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from bot.languages import DOMAIN, LOCALE_FOLDER


@cache
def translations(language: str) -> NullTranslations:
    """The catalogue of one language, read from its PO file once a process; empty when there is none.

    The PO file is compiled in memory, so that an editor's change is live at the next start and no compiled copy
    can be out of date.
    """
    path = LOCALE_FOLDER / language / "LC_MESSAGES" / f"{DOMAIN}.po"
    if not path.is_file():
        return NullTranslations()
    compiled = io.BytesIO()
    with path.open("rb") as po:
        write_mo(compiled, read_po(po, locale=language))
    compiled.seek(0)
    return GNUTranslations(compiled)


def translate(text: str, language: str) -> str:
    """`text` (English, as in the source) in `language`; the English itself where a translation is missing."""
    return translations(language).gettext(text) if text else ""


def N_(text: str) -> str:
    """Mark a text for extraction where it stands; it is translated later, when the language is known."""
    return text
