"""Babel extraction methods for the YAML files whose texts people see (see babel.cfg)."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any, BinaryIO

import yaml

type Extracted = tuple[int, str, str, list[str]]

# Keys whose strings (or lists of strings) are shown, by the top-level key of the file.
_SHOWN_OF_SERVICES = ("description", "eligibility", "alert", "sms", "hours_note")


def extract_answers(
    file: BinaryIO, keywords: Mapping[str, Any], comment_tags: Collection[str], options: Mapping[str, Any]
) -> Iterator[Extracted]:
    """Texts of knowledge/answers.yml: titles and bubbles, with the intent as a note to the translator."""
    root = _compose(file)
    for intent, entry in _items(root):
        if intent.value == "menu":
            for group in entry.value:
                yield from _strings(group, ("title",), "Button: a group of topics. At most 30 characters.")
            continue
        yield from _strings(entry, ("title",), f"Button for the topic {intent.value}. At most 30 characters.")
        yield from _strings(entry, ("bubbles",), f"Answer to {intent.value}. At most 320 characters, plain words.")


def extract_services(
    file: BinaryIO, keywords: Mapping[str, Any], comment_tags: Collection[str], options: Mapping[str, Any]
) -> Iterator[Extracted]:
    """Shown texts of knowledge/services/*.yml, only of entries that are ready."""
    for key, entries in _items(_compose(file)):
        if key.value != "services":
            continue
        for entry in entries.value:
            fields = {k.value: v for k, v in _items(entry)}
            if fields["ready"].value != "true":
                continue
            note = f"Card of the service {fields['id'].value}"
            yield from _strings(entry, _SHOWN_OF_SERVICES, note)
            if "conditions" in fields:
                yield from _strings(fields["conditions"], ("text",), note)
            for phone in fields["phones"].value if "phones" in fields else ():
                yield from _strings(phone, ("note",), note)


def extract_domain(
    file: BinaryIO, keywords: Mapping[str, Any], comment_tags: Collection[str], options: Mapping[str, Any]
) -> Iterator[Extracted]:
    """Texts and button titles of the responses in domain.yml."""
    for key, responses in _items(_compose(file)):
        if key.value != "responses":
            continue
        for name, variants in _items(responses):
            for variant in variants.value:
                yield from _strings(variant, ("text",), f"Response {name.value}")
                for field, buttons in _items(variant):
                    if field.value == "buttons":
                        for button in buttons.value:
                            yield from _strings(button, ("title",), "Button. At most 30 characters.")


def _compose(file: BinaryIO) -> yaml.Node:
    node = yaml.compose(file.read().decode("utf-8"), Loader=yaml.SafeLoader)
    if node is None:
        raise ValueError("an empty YAML file has no texts")
    return node


def _items(node: yaml.Node) -> list[tuple[yaml.ScalarNode, yaml.Node]]:
    if not isinstance(node, yaml.MappingNode):
        raise ValueError(f"line {node.start_mark.line + 1}: a mapping was expected")
    return list(node.value)


def _strings(node: yaml.Node, keys: Collection[str], note: str) -> Iterator[Extracted]:
    for key, value in _items(node):
        if key.value not in keys:
            continue
        for scalar in value.value if isinstance(value, yaml.SequenceNode) else [value]:
            if scalar.tag == "tag:yaml.org,2002:str" and scalar.value.strip():
                yield scalar.start_mark.line + 1, "", scalar.value, [note]
