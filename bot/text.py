"""Cleaning and cutting of what people write, before anything else looks at it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

# Longer texts are cut in pieces and the first and the last are read: a cry for help often stands at the end.
PIECE_LENGTH = 200
MAX_PIECES = 8
# What a person may send in one message, in characters. Telegram's own limit is 4096.
MESSAGE_LENGTH = 4096

# Letters of scripts that put no blanks between words: Chinese and Thai.
_DENSE = re.compile(r"[\u3400-\u9fff\u0e01-\u0e3a\u0e40-\u0e4e]")
_BLANKS = re.compile(r"\s+")
_REPEATED = re.compile(r"(.)\1{3,}", re.DOTALL)
_SENTENCE_END = re.compile(r"(?<=[.!?;:\n؟۔।。！？…])\s*|\n+")


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


def clauses(text: str, links: Sequence[str] = ()) -> list[str]:
    """Cut a cleaned text where one need may end and another begin: at sentence ends, commas and linking words.

    `links` are the linking words of the text's language. Parts of fewer than three words say too little alone and stay
    with the part before them. Of more than `MAX_PIECES` the first and the last are kept: a cry for help often stands at
    the end of a story.
    """
    link = _link(tuple(links))
    found: list[str] = []
    for piece in pieces(text):
        start = 0
        cuts = [m.span() for m in link.finditer(piece)]
        for begin, end in [*cuts, (len(piece), len(piece))]:
            part = piece[start:begin].strip()
            if (_says_enough(part) and _says_enough(piece[end:])) or end == len(piece):
                if part:
                    found.append(part)
                start = end
    return found if len(found) <= MAX_PIECES else found[: MAX_PIECES // 2] + found[-MAX_PIECES // 2 :]


@lru_cache(maxsize=64)
def _link(links: tuple[str, ...]) -> re.Pattern[str]:
    """Commas of any script, and linking words; in scripts without blanks a linking word needs none around it."""
    spaced = sorted((re.escape(link) for link in links if link.isascii() or not _DENSE.search(link)), key=len)
    dense = sorted((re.escape(link) for link in links if not link.isascii() and _DENSE.search(link)), key=len)
    ways = [r"[,،、]\s+|[،、]|(?<=[^\W\d]),(?=[^\W\d])"]
    if spaced:
        ways.insert(0, rf"(?:[,،]\s*|\s+)(?:{'|'.join(reversed(spaced))})\s+")
    ways += [f"(?:{'|'.join(reversed(dense))})"] if dense else []
    return re.compile("|".join(ways), re.IGNORECASE)


def _says_enough(part: str) -> bool:
    return len(part.split()) >= 3 or len(_DENSE.findall(part)) >= 5
