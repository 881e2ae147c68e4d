"""A YAML file that still knows on which line each value stands."""

from dataclasses import dataclass
from pathlib import Path

import yaml

from bot.knowledge.fault import Fault

try:
    from yaml import CSafeLoader as Loader
except ImportError:  # PyYAML without libyaml: slower, and the same otherwise.
    from yaml import SafeLoader as Loader  # type: ignore[assignment]

type Pointer = tuple[str | int, ...]
"""The way from the top of a file to a value: keys and positions."""


@dataclass(frozen=True, slots=True)
class Document:
    """What a file holds (`data`: mappings, lists and scalars; None when it cannot be read), and what is wrong in it."""

    path: Path
    data: object
    lines: dict[Pointer, int]
    faults: tuple[Fault, ...]

    def line_of(self, pointer: Pointer) -> int:
        """The line, from 1, of the value or of the nearest thing that holds it."""
        return next((self.lines[pointer[:n]] for n in range(len(pointer), -1, -1) if pointer[:n] in self.lines), 1)


def read(path: Path) -> Document:
    """Read one file. What cannot be parsed, and a key that stands twice, become faults instead of exceptions."""
    lines: dict[Pointer, int] = {}
    faults: list[Fault] = []
    try:
        loader = Loader(path.read_text(encoding="utf-8"))
        try:
            node = loader.get_single_node()
            data = None if node is None else _value(loader, node, (), path, lines, faults)
        finally:
            loader.dispose()
    except UnicodeDecodeError:
        return Document(path, None, {}, (Fault(path, 1, "is not UTF-8"),))
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        return Document(path, None, {}, (Fault(path, line, f"is not YAML: {error.problem}"),))
    except (yaml.YAMLError, ValueError) as error:  # ValueError: a date that does not exist.
        return Document(path, None, {}, (Fault(path, 1, f"is not YAML: {error}"),))
    return Document(path, data, lines, tuple(faults))


def _value(
    loader: Loader, node: yaml.Node, pointer: Pointer, path: Path, lines: dict[Pointer, int], faults: list[Fault]
) -> object:
    lines[pointer] = node.start_mark.line + 1
    if isinstance(node, yaml.SequenceNode):
        return [_value(loader, item, (*pointer, n), path, lines, faults) for n, item in enumerate(node.value)]
    if not isinstance(node, yaml.MappingNode):
        return loader.construct_object(node)
    result: dict[str, object] = {}
    for key_node, value_node in node.value:
        key = str(key_node.value)
        if key in result:
            faults.append(Fault(path, key_node.start_mark.line + 1, f"`{key}` stands here twice"))
        result[key] = _value(loader, value_node, (*pointer, key), path, lines, faults)
        lines[*pointer, key] = key_node.start_mark.line + 1
    return result
