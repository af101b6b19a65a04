"""Fields that a page states as `label: value`: in its head, in a block of such lines, in two columns, label above value."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import takewhile

from deepdaily.attributes.lines import NOTHING, FormLine
from deepdaily.core import evidence
from deepdaily.core.cues import Cue, cue, table
from deepdaily.core.text import dates, width
from deepdaily.core.to_machines import orders_machine, spoken
from deepdaily.core.types import Attribute, Document, StoryKind

_TABLE = table(__name__)


@dataclass(frozen=True, slots=True)
class Field:
    """A thing that labels name."""

    name: str
    labels: Cue
    """Found as the whole of a label."""
    value: Cue
    block: str = ""
    """The kind of story in whose blocks of fields it is read wherever they stand; else in the head of a page alone."""


_FIELDS = tuple(Field(name, cue(one["labels"]), cue(one["value"]), one.get("block", "")) for name, one in _TABLE["fields"].items())
_BANNER, _AVAILABILITY = cue(_TABLE["banner"]), cue(_TABLE["availability"])

HEAD_LINES, LONGEST_VALUE, PROSE = 14, 120, 120
"""Lines from the top that may be a page's head, columns of a value, columns of a line of prose, which ends the head."""

MOST_WORDS = 8
"""Of a value that ends with a stop; more are a sentence."""

LEAST_KNOWN = {":": 2, "|": 2, "above": 1}
"""Labels that must be known of a block outside the head, by its form."""

BANNER_LINES = 5

_LABELLED = Cue(r"^(?:[-*] )?\**(?P<label>[^\s:：|*\-][^:：|*]{0,39}?)\**\s?(?P<mark>[:：]\**|\s\|)\s*(?P<value>\S.*)$")
_OPENED = Cue(r"^(?P<label>[a-z][a-z_]{2,30}):$")
"""Of front matter: a label whose values are listed below it."""

_FURTHER = Cue(r"\s[^\W\d_][\w ()]{1,24}[:：](?:\s|$)")
"""Another label within a value: several fields on one line, which are not told apart."""


@dataclass(frozen=True, slots=True)
class _Labelled:
    label: str
    value: str
    lines: tuple[FormLine, ...]
    form: str
    """`:`, `|` or `above`: fields of one block have one form."""


def fields_of(lines: Sequence[FormLine], kind: StoryKind) -> list[Attribute]:
    """What the fields state, in the order of the text. Of the fields of a head the first with a label counts; one that blocks
    further down give several values is left out, as they are of several things."""
    found: dict[str, Attribute] = {}
    torn: set[str] = set()
    for block, in_head in _blocks(lines):
        told = {field.name for one in block if (field := _field(one.label))}
        for one in block:
            field = _field(one.label)
            if field is None or not (in_head or field.block == kind != "") or (field.name == "type" and "status" not in told):
                continue
            key = f"{field.name} {one.label.casefold()}"
            if key not in found:
                if (made := _attribute(one, field)) is not None:
                    found[key] = made
            elif field.block and found[key].value != one.value and _is_value(one.value, field):
                torn.add(key)
    return [one for key, one in found.items() if key not in torn]


@lru_cache(maxsize=2048)
def _field(label: str) -> Field | None:
    return next((one for one in _FIELDS if one.labels.fullmatch(label)), None)


def _is_value(value: str, field: Field) -> bool:
    return width(value) <= LONGEST_VALUE and bool(field.value.search(value)) and not _FURTHER.search(value)


def _attribute(one: _Labelled, field: Field) -> Attribute | None:
    """None where the value is not one of its kind, or says that there is none."""
    if NOTHING.fullmatch(one.value):
        return None
    if not _is_value(one.value, field) or any(orders_machine(line.text) for line in one.lines):
        return None
    day = day_of(one.value) if field.name == "created" else None
    proof = tuple(line.passage() for line in one.lines)
    return Attribute(field.name, one.value, proof, columns=(one.label,), cells=(one.value,), day=day)


def day_of(value: str) -> date | None:
    """The one whole date of a value."""
    whole = [one for one in dates(value) if all(one)]
    try:
        return date(*whole[0]) if len(whole) == 1 else None
    except ValueError:
        return None


def _blocks(lines: Sequence[FormLine]) -> Iterator[tuple[list[_Labelled], bool]]:
    """Runs of labelled lines of one form, and whether each begins in the head of the page."""
    prose = next((at for at, line in enumerate(lines[1:], start=1) if width(line.text) > PROSE), len(lines))
    head, block, at = min(prose, HEAD_LINES), list[_Labelled](), 1
    begun = at
    while at <= len(lines):
        one = _labelled(lines, at) if at < len(lines) else None
        if block and (one is None or one.form != block[0].form):
            if begun < head or sum(_field(old.label) is not None for old in block) >= LEAST_KNOWN[block[0].form]:
                yield block, begun < head
            block = []
        if one is not None:
            begun = begun if block else at
            block.append(one)
        at += len(one.lines) if one is not None else 1


def _labelled(lines: Sequence[FormLine], at: int) -> _Labelled | None:
    """The field that begins at a line."""
    line = lines[at]
    if len(line.text) > 4 * LONGEST_VALUE:
        return None
    if found := _LABELLED.match(line.text):
        value, form = found["value"].strip('*" '), found["mark"].strip("* ")
        sentence = form != "|" and value.endswith((".", "。")) and len(value.split()) > MOST_WORDS
        told = value.removesuffix(".").removesuffix("。")
        return None if " | " in value or sentence else _Labelled(found["label"].strip(), told, (line,), form.replace("：", ":"))
    below = lines[at + 1 : at + 12]
    if opened := _OPENED.match(line.text):
        listed = list(takewhile(lambda one: one.text.startswith("- "), below))
        return _Labelled(opened["label"], ", ".join(one.text[2:] for one in listed), (line, *listed), ":") if listed else None
    if below and len(line.text) <= 40 and (named := _field(line.text)) and named.block == "security":
        return _Labelled(line.text, below[0].text, (line, below[0]), "above")
    return None


def states_of(document: Document) -> list[Attribute]:
    """What the title says of the state in which a thing can be had, and what a banner at the very top says of its state."""
    found = []
    first = document.text.partition("\n")[0]
    if said := _AVAILABILITY.search(first):
        found.append(Attribute("availability", said[0].strip("[]"), (evidence.passage(document, 0, len(first)),)))
    for sentence in [one for one in spoken(document.text[:LONGEST_HEAD]) if one.start > len(first)][:BANNER_LINES]:
        if width(sentence.text) <= 2 * LONGEST_VALUE and _BANNER.search(sentence.text):
            found.append(Attribute("status", sentence.text, (evidence.passage(document, sentence.start, sentence.end),)))
            break
    return found


LONGEST_HEAD = 3_000
"""Characters in which a banner is looked for."""
