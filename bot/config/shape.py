"""A document to the file's model: each key known, each value of its kind; every mistake found in one reading."""

import copy
import types
from dataclasses import dataclass, field
from itertools import count, islice
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from bot.config.checks import NotYetError
from bot.config.policy_file import PolicyFile
from bot.config.problem import nearest, quoted
from bot.config.section import Section
from bot.config.yaml_text import Document, Path, Tree, read_yaml

_ROUNDS = 50
"""Readings; each leaves less that is wrong, the bound only guards against a mistake of ours."""


@dataclass(frozen=True, slots=True)
class Found:
    """A mistake at a path of the document."""

    path: Path
    sentence: str
    meant: Path = ()
    """Where the key stands that was probably meant, if it is a misspelt one: it is not missing as well."""


@dataclass(slots=True)
class Shaped:
    """The model of all that is well formed, None when nothing is; what is not; and what was cut out of it."""

    file: PolicyFile | None = None
    found: tuple[Found, ...] = ()
    cut: dict[Path, set[str | int]] = field(default_factory=dict)
    """What was cut out, by where it stood."""

    def original(self, path: Path) -> Path:
        """Return a path of the model as a path of the document: what was cut out of lists is counted again."""
        way: Path = ()
        for step in path:
            gone = self.cut.get(way, ())
            if isinstance(step, int) and gone:
                kept = (index for index in count() if index not in gone)
                way = (*way, next(islice(kept, step, None)))
            else:
                way = (*way, step)
        return way


def shape(document: Document) -> Shaped:
    """Return the model of a document and every mistake in its keys and values.

    What is wrong is cut out, what is missing is stood in for, and the rest is read again: later checks see as much as
    possible of a file that will be refused anyway.
    """
    tree: Tree = copy.deepcopy(document.root)
    shaped = Shaped()
    for turn in range(_ROUNDS):
        try:
            shaped.file = PolicyFile.model_validate(tree)
        except ValidationError as error:
            # What pydantic was given is left out: the sentences quote what they need.
            details = error.errors(include_url=False, include_input=False)
        else:
            break
        if turn == 0:
            shaped.found = _all_found(details, document)
        if not isinstance(tree, dict):
            break
        _mend(tree, details, shaped)
    return shaped


def _path(detail: ErrorDetails) -> Path:
    path = detail["loc"]
    # So pydantic marks a refused key of a dict; an unknown key of a section may itself be called that.
    return path[:-1] if path[-1:] == ("[key]",) and detail["type"] == "value_error" else path


def _mend(tree: Tree, details: list[ErrorDetails], shaped: Shaped) -> None:
    """Cut out what is wrong and put stand-ins where something is missing, so that nothing else falls with it."""
    for detail in details:
        path = _path(detail)
        if detail["type"] == "missing":
            _at(tree, path[:-1])[path[-1]] = _stand_in(path)
    wrong = {_written(_path(detail), tree) for detail in details if detail["type"] != "missing"}
    for path in [shaped.original(path) for path in wrong]:
        shaped.cut.setdefault(path[:-1], set()).add(path[-1])
    for path in sorted(wrong, key=_last_first, reverse=True):
        del _at(tree, path[:-1])[path[-1]]


def _at(tree: Any, path: Path) -> Any:
    for step in path:
        tree = tree[step]
    return tree


def _stand_in(path: Path) -> Tree:
    (example,) = _field(path).examples or ("",)
    return read_yaml(example).root


def _written(path: Path, tree: Any) -> Path:
    """Return the path without what is not in the text: one name may be read as a list of one."""
    for depth, step in enumerate(path):
        if isinstance(tree, str):
            return path[:depth]
        tree = tree[step]
    return path


def _last_first(path: Path) -> tuple[int, list[int]]:
    """Inner before outer and later before earlier, so that no cut moves what another path means."""
    return len(path), [step if isinstance(step, int) else -1 for step in path]


def _all_found(details: list[ErrorDetails], document: Document) -> tuple[Found, ...]:
    """Return what is wrong without what only follows from it."""
    found = [_found(detail, document) for detail in details]
    misspelt = {one.meant for one in found}
    return tuple(
        one
        for one, detail in zip(found, details, strict=True)
        if not (detail["type"] == "missing" and one.path in misspelt)
        and not (detail["type"] == "too_short" and document.at(one.path))  # its items were refused
    )


def _found(detail: ErrorDetails, document: Document) -> Found:
    path = _path(detail)
    key = next((step for step in reversed(path) if isinstance(step, str)), None)
    name = quoted(key) if key is not None else "The file"
    kind = detail["type"]
    if kind == "extra_forbidden":
        return _unknown(path, section_at(path[:-1]))
    if kind == "missing":
        where = next((step for step in reversed(path[:-1]) if isinstance(step, str)), None)
        return Found(path, missing(path, where))
    if kind == "value_error":
        error = detail["ctx"]["error"]
        if isinstance(error, NotYetError):
            return Found(path, f"{quoted(f'{key}: {document.at(path)}')} is not in this version of Signoff; {error}.")
        return Found(path, f"{name} {error}.")
    if kind in {"model_type", "dict_type"}:
        return Found(path, f"{name} must hold keys with values, indented beneath it.")
    if kind == "tuple_type":
        return Found(path, f"{name} must be a list, such as [a, b].")
    if kind == "too_short":
        return Found(path, f"{name} must name at least one.")
    if kind == "too_long":
        return Found(path, f"{name} holds more than {detail['ctx']['max_length']} entries.")
    return Found(path, f"{name} is not understood: {detail['msg']}.")


def _unknown(path: Path, section: type[Section]) -> Found:
    key = str(path[-1])
    if key in section.LATER:
        return Found(path, f"{quoted(key)} is not in this version of Signoff; {section.INSTEAD}.")
    known = keys_of(section)
    said = f"{quoted(key)} is not a key of {section.NAME}."
    near = nearest(key, known)
    if near:
        return Found(path, f"{said} Did you mean `{near}`?", (*path[:-1], near))
    return Found(path, f"{said} Known here: {', '.join(known)}.")


def missing(path: Path, where: str | None) -> str:
    """Return the sentence for a key that must be there, with an example."""
    key = str(path[-1])
    example = "".join(f"; write, for example, `{key}: {one}`" for one in _field(path).examples or ())
    return f"`{key}` is missing{f' in {quoted(where)}' if where else ''}{example}."


def _field(path: Path) -> FieldInfo:
    return next(one for name, one in section_at(path[:-1]).model_fields.items() if (one.alias or name) == path[-1])


def keys_of(section: type[Section]) -> tuple[str, ...]:
    """Return the keys of a section as they are written."""
    return tuple(one.alias or name for name, one in section.model_fields.items())


def section_at(path: Path) -> type[Section]:
    """Return the class of the section that a path leads to; the path must lead to one."""
    here: Any = PolicyFile
    for step in path:
        if _is_section(here):
            fields = {one.alias or name: one for name, one in here.model_fields.items()}
            here = _inner(fields[str(step)].annotation)
        else:
            here = _inner(get_args(here)[1] if get_origin(here) is dict else get_args(here)[0])
    if not _is_section(here):
        raise TypeError(f"no section at {path}")
    section: type[Section] = here
    return section


def _is_section(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, Section)


def _inner(annotation: Any) -> Any:
    """Return what stands inside Annotated and beside None."""
    while True:
        if get_origin(annotation) is Annotated:
            annotation = get_args(annotation)[0]
        elif get_origin(annotation) in {Union, types.UnionType}:
            annotation = next(one for one in get_args(annotation) if one is not type(None))
        else:
            return annotation
