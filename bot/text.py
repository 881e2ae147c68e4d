"""Cleaning and cutting of what people write, before anything else looks at it."""

from __future__ import annotations

import re
import unicodedata

# Longer texts are cut in pieces and the first and the last are read: a cry for help often stands at the end.
PIECE_LENGTH = 200
MAX_PIECES = 8
# What a person may send in one message, in characters. Telegram's own limit is 4096.
MESSAGE_LENGTH = 4096

_BLANKS = re.compile(r"\s+")
_REPEATED = re.compile(r"(.)\1{3,}", re.DOTALL)
_SENTENCE_END = re.compile(r"(?<=[.!?;:\n؟۔।。！？…])\s*|\n+")
# Words between two things that a person tells in one breath. Lower case; per language: en, fr, nl.
_LINKS = re.compile(
    r"(?:,\s*|\s+)(?:and also|and|but|also|plus|et aussi|et en plus|et|mais|aussi|en plus|en ook|en|maar|ook)\s+|,\s+",
    re.IGNORECASE,
)


def clean(text: str, *, limit: int = MESSAGE_LENGTH) -> str:
    """Make any string safe for native code, and regular: NFKC, one space for blanks, no control characters.

    NFKC comes first because the encoder's tokenizer reserves four code points an input byte, and U+FDFA alone becomes
    eighteen; after NFKC no code point grows any more. Lone surrogates, NUL and other control characters are dropped;
    letters repeated more than three times are cut to three ("heeeeeelp").
    """
    text = text[: 4 * limit].encode("utf-8", "ignore").decode("utf-8")
    text = unicodedata.normalize("NFKC", text)
    text = "".join(c if c in "\n\u200c\u200d" or unicodedata.category(c)[0] != "C" else " " for c in text)
    text = _REPEATED.sub(r"\1\1\1", text)
    lines = (_BLANKS.sub(" ", line).strip() for line in text.split("\n"))
    return "\n".join(line for line in lines if line)[:limit]


def pieces(text: str) -> list[str]:
    """Cut a cleaned text into sentences of at most `PIECE_LENGTH` characters; at most `MAX_PIECES`, first and last."""
    found: list[str] = []
    for sentence in _SENTENCE_END.split(text):
        rest = sentence.strip()
        while len(rest) > PIECE_LENGTH:
            cut = rest.rfind(" ", PIECE_LENGTH // 2, PIECE_LENGTH)
            cut = cut if cut > 0 else PIECE_LENGTH
            found.append(rest[:cut].strip())
            rest = rest[cut:].strip()
        if rest:
            found.append(rest)
    if len(found) > MAX_PIECES:
        half = MAX_PIECES // 2
        found = found[:half] + found[-half:]
    return found


def clauses(text: str) -> list[str]:
    """Cut a cleaned text where one need may end and another begin: at sentence ends, commas and linking words.

    Parts of fewer than three words say too little alone and stay with the part before them. Of more than `MAX_PIECES`
    the first and the last are kept: a cry for help often stands at the end of a story.
    """
    found: list[str] = []
    for piece in pieces(text):
        start = 0
        cuts = [m.span() for m in _LINKS.finditer(piece)]
        for begin, end in [*cuts, (len(piece), len(piece))]:
            part = piece[start:begin].strip()
            if (len(part.split()) >= 3 and len(piece[end:].split()) >= 3) or end == len(piece):
                if part:
                    found.append(part)
                start = end
    return found if len(found) <= MAX_PIECES else found[: MAX_PIECES // 2] + found[-MAX_PIECES // 2 :]
