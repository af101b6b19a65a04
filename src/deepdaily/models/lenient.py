"""How a reply is read: kindly, as small models write it, and never further than its shape allows.

The last object that fits is the answer, as a model that thinks aloud writes its drafts first. What is broken JSON is repaired, an
object wrapped in another or in a string is unwrapped, and one bad element of a list costs itself.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pydantic import ValidationError

from deepdaily.core.errors import ReplyMisshapen
from deepdaily.models import S

MOST_OBJECTS = 32
"""Braces tried in one reply: a model that thinks aloud writes a few before its object."""

MOST_DROPPED = 20
"""Bad elements of lists that are left out of one reply; with more of them it is not the reply that was asked for."""

MOST_REPAIRED = 100_000
"""Characters that a repair looks at: the longest honest reply has 10,000."""

_CHANNELS = ("</think>", "<|channel|>final<|message|>", "assistantfinal")
"""After the last of each stands the answer; before it drafts."""


def read(text: str, shape: type[S], *, repaired: bool = True) -> S:
    """The object of a reply as `shape`.

    Args:
        repaired: whether JSON that is broken may be mended; not where the reply may have been cut.

    Raises:
        ReplyMisshapen: no object, or not in the shape; the message is for the model, and says where.
    """
    said = _answer(text)
    found = [*_objects(said)]
    named = [one for one in found if shape.model_fields.keys() & one.keys()] or found
    wrong: ValidationError | None = None
    for one in reversed(named):
        try:
            return shape.model_validate(one)
        except ValidationError as error:
            wrong = wrong or error
    tried = [*_unwrapped(reversed(found)), *reversed(named), *(_repaired(said) if repaired else ())]
    tried = [one for one in tried if shape.model_fields.keys() & one.keys()] or tried
    for one in tried:
        try:
            return _without_bad(one, shape)
        except ValidationError as error:
            wrong = wrong or error
    raise ReplyMisshapen(_in_short(wrong) if wrong else "no JSON object in it") from None


def _answer(text: str) -> str:
    for mark in _CHANNELS:
        text = text.rpartition(mark)[2]
    return text


def _objects(text: str) -> Iterator[dict[str, Any]]:
    """The outermost JSON objects in `text`, in order; a string that holds one counts as it."""
    if text.lstrip().startswith('"'):
        text = _inside_string(text)
    decoder = json.JSONDecoder(strict=False)
    at = text.find("{")
    for _ in range(MOST_OBJECTS):
        if at < 0:
            return
        try:
            found, end = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):  # not JSON, a number of 5,000 digits; nested a thousand deep
            end = at + 1
        else:
            yield found
        at = text.find("{", end)


def _inside_string(text: str) -> str:
    try:
        told = json.loads(text, strict=False)
    except (ValueError, RecursionError):
        return text
    return told if isinstance(told, str) else text


def _unwrapped(objects: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """What is the only thing in an object: `{"result": {…}}`."""
    for one in objects:
        if len(one) == 1 and isinstance(inner := next(iter(one.values())), dict):
            yield inner


def _repaired(text: str) -> Iterator[dict[str, Any]]:
    """Of JSON that is none: quotation marks inside a sentence, a comma too many, a dictionary of Python."""
    at, end = text.find("{"), text.rfind("}")
    if at < 0 or len(text) > MOST_REPAIRED or end < at or '"' in text[end:]:  # it was cut: half a sentence is none
        return
    import json_repair

    try:
        found = json_repair.loads(text[at:])
    except (ValueError, RecursionError):
        return
    for one in reversed(found if isinstance(found, list) else [found]):
        if isinstance(one, dict) and one:
            yield from _unwrapped([one])
            yield one


def _without_bad(given: Mapping[str, Any], shape: type[S]) -> S:
    """As the shape, without elements of its lists that do not fit. Raises ValidationError where that does not help."""
    left = json.loads(json.dumps(given))  # what is dropped below must not be the caller's
    for _ in range(MOST_DROPPED):
        try:
            return shape.model_validate(left)
        except ValidationError as error:
            if not any(_dropped(left, one["loc"]) for one in error.errors(include_url=False)[:1]):
                raise
    return shape.model_validate(left)


def _dropped(within: Any, place: tuple[int | str, ...]) -> bool:
    """Whether the outermost list element on the way to `place` was taken out: a claim with a bad number in it is no claim."""
    held: list[tuple[list[Any], int]] = []
    for step in place:
        if isinstance(within, list) and isinstance(step, int) and step < len(within):
            held.append((within, step))
            within = within[step]
        elif isinstance(within, dict) and step in within:
            within = within[step]
        else:
            break
    if held:
        row, at = held[0]
        del row[at]
    return bool(held)


def _in_short(error: ValidationError) -> str:
    """The first three complaints, without what the model wrote."""
    told = error.errors(include_url=False, include_context=False, include_input=False)
    return "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}"[:120] for one in told[:3])
