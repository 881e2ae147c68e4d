"""The groups of intents that several parts have to agree on. Names are the contract's; domain.yml lists them all."""

from __future__ import annotations

# Danger to somebody now, in the order in which they win (contract, rule 1).
URGENT = ("in_danger", "medical_emergency", "suicidal_thoughts", "being_watched")

# Of the dialogue's own making, mostly tapped: they answer nothing by themselves.
MACHINERY = frozenset({"ask_source", "skip", "inform_person"})
