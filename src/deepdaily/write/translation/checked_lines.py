"""Printed lines asked from a model in another language. Each is checked; a refused one is asked again once, with the reason."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import inf
from typing import Annotated

from pydantic import AfterValidator, Field

from deepdaily.core.errors import ModelError
from deepdaily.core.evidence import check_claim, unfounded
from deepdaily.core.text import clean, language_of, shorten, squeeze, width
from deepdaily.core.types import Claim, Document, Finding, Item
from deepdaily.models import Purpose
from deepdaily.models.asking import ModelWriter, fence, in_language, within
from deepdaily.models.replies import First, _Shape
from deepdaily.words import of
from deepdaily.write.translation.printed_lines import PrintedLine

TRANSLATION = Purpose("translation", __package__, most_tokens=4_000)

MOST_COLUMNS = 2_400
"""Of the lines of one call: twelve hundred Chinese characters, in English some 1,200 tokens."""

LONGEST_QUOTES = (400, 120, 0)
"""Columns of the passages shown below a fact, the first that fits."""

LONGEST_HEADING = 48
"""Columns."""

NAME_WORDS = 4
"""A line of at most so many words that stays as it is may be a name."""

MOST_SPLITS = 3
"""Times that a call is parted again, for a window that was learnt on the way."""


class TranslatedLine(_Shape):
    """A line by its number."""

    id: int
    text: Annotated[str, AfterValidator(lambda text: squeeze(clean(text))), Field(max_length=1_500)]


class TranslatedLines(_Shape):
    lines: Annotated[list[TranslatedLine], First(80)]


@dataclass(frozen=True, slots=True)
class AskedLines:
    """What is asked in one go, and what its judgements may rest on."""

    lines: tuple[PrintedLine, ...]
    known: tuple[str, ...]
    """Printed facts and their passages."""
    documents: Mapping[str, Document]
    names: tuple[str, ...]
    """What the fence is made from."""
    item: str = ""
    """Its story; empty for the end of the issue."""


@dataclass(frozen=True, slots=True)
class HeardLines:
    """What stands, by the text as it is printed; whose words it is; every cut as a finding."""

    told: Mapping[str, str]
    models: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class _Refused:
    line: PrintedLine
    said: str
    troubles: tuple[str, ...]


def known_of(items: Iterable[Item], more: Iterable[str] = ()) -> tuple[str, ...]:
    """What is printed of the items as fact, with its passages."""
    facts = [claim for item in items for claim in item.claims() if claim.evidence]
    quotes = [proof.quote for claim in facts for proof in claim.evidence]
    return tuple(dict.fromkeys([*(claim.text for claim in facts), *quotes, *more]))


async def heard(asked: AskedLines, writer: ModelWriter) -> HeardLines:
    """The lines in the writer's language, as far as they stand.

    Raises:
        ModelError: no model gave a usable reply.
    """
    said, models = await _said([_Refused(line, "", ()) for line in asked.lines], asked, writer)
    told, refused = _sorted_out(asked.lines, said, {}, asked, writer)
    findings = list[Finding]()
    if refused:
        try:
            again, others = await _said(refused, asked, writer)
        except ModelError as error:
            findings.append(Finding(TRANSLATION.name, "note", f"not asked again: {error}", asked.item))
        else:
            mended, refused = _sorted_out([one.line for one in refused], again, told, asked, writer)
            told, models = told | mended, (*models, *others)
    findings += [Finding.cut(one.line.text, one.troubles, asked.item) for one in refused]
    return HeardLines(told, tuple(dict.fromkeys(models)), tuple(findings))


def _sorted_out(
    lines: Sequence[PrintedLine], said: Mapping[str, str], told: Mapping[str, str], asked: AskedLines, writer: ModelWriter
) -> tuple[dict[str, str], list[_Refused]]:
    """Those that stand by their text, and those that do not; facts first, as judgements may say what these say."""
    stand, refused = dict[str, str](), list[_Refused]()
    for line in sorted(lines, key=lambda line: line.kind not in ("title", "fact")):
        text = said.get(line.text, "")
        facts = [*told.values(), *stand.values()]
        if troubles := _troubles(text, line, facts, asked, writer):
            refused.append(_Refused(line, text, tuple(troubles)))
        else:
            stand[line.text] = text
    return stand, refused


def _troubles(text: str, line: PrintedLine, facts: Sequence[str], asked: AskedLines, writer: ModelWriter) -> list[str]:
    """Why the line may not be printed so; its figures are those of the line itself, wherever else others stand."""
    sum_note = of(writer.language).by_model.worked_out
    if not text:
        return ["it was not told"]
    if width(text) > 3 * width(line.text) + 40 or (line.kind == "heading" and width(text) > LONGEST_HEADING):
        return ["much longer than it was"]
    if not _in_language(text, line, writer):
        return ["not in the reader's language"]
    figures = [one for one in unfounded(text, [line.text], sum_note) if one.startswith(("number", "version", "date"))]
    if line.kind in ("title", "fact"):
        found = check_claim(Claim(text, line.evidence), dict(asked.documents))
    else:
        passages = [*asked.known, *facts, *([] if line.kind == "ours" else [line.text])]
        found = unfounded(text, passages, sum_note, proposal=line.kind == "advice")
    return list(dict.fromkeys(figures + found))


def _in_language(text: str, line: PrintedLine, writer: ModelWriter) -> bool:
    """A heading or a part of an advice may be a name and a figure (`TTFT p95`), which are the same in every language."""
    short = line.kind in ("advice", "heading") and len(text.split()) <= NAME_WORDS and text == line.text
    return short or in_language(text, writer.language) or (line.kind == "heading" and language_of(text) == writer.language)


async def _said(
    lines: Sequence[_Refused], asked: AskedLines, writer: ModelWriter, spare: int = MOST_SPLITS
) -> tuple[dict[str, str], tuple[str, ...]]:
    """What a model says of the lines, by their text, and its name; in parts where they are many or a window asks for it."""
    room = writer.room(TRANSLATION, TranslatedLines)
    parts = _parts(lines, asked, writer, room)
    outcomes = await within(inf, [writer.ask(TRANSLATION, _material(part, asked, writer, room), TranslatedLines) for part in parts])
    told, models, errors = dict[str, str](), list[str](), list[ModelError]()
    for part, outcome in zip(parts, outcomes, strict=True):
        if isinstance(outcome, ModelError | None):
            now = writer.room(TRANSLATION, TranslatedLines)
            if spare and len(part) > 1 and now is not None and (room is None or now < room):
                more, others = await _said(part, asked, writer, spare - 1)
                told, models = told | more, [*models, *others]
            else:
                errors.append(outcome or ModelError("the time was up"))
            continue
        by_number = {one.id: one.text for one in outcome.value.lines}
        told |= {one.line.text: by_number.get(number, "") for number, one in enumerate(part, 1)}
        models.append(outcome.model)
    if errors and not models:
        raise errors[0]
    return told, tuple(models)


def _parts(lines: Sequence[_Refused], asked: AskedLines, writer: ModelWriter, room: int | None) -> list[list[_Refused]]:
    """The lines in order, as many together as a reply is long and there is room for with some words of their passages."""
    parts: list[list[_Refused]] = []
    for line in lines:
        joined = [*parts[-1], line] if parts else [line]
        short = sum(width(one.line.text) for one in joined) <= MOST_COLUMNS
        if parts and short and (room is None or len(_fenced(joined, asked, writer, LONGEST_QUOTES[1]).encode()) <= room):
            parts[-1] = joined
        else:
            parts.append([line])
    return parts


def _material(part: Sequence[_Refused], asked: AskedLines, writer: ModelWriter, room: int | None) -> str:
    """The lines with as much of their passages as there is room for."""
    for longest in LONGEST_QUOTES:
        material = _fenced(part, asked, writer, longest)
        if room is None or len(material.encode()) <= room:
            break
    return material


def _fenced(part: Sequence[_Refused], asked: AskedLines, writer: ModelWriter, longest: int) -> str:
    """The lines numbered from 1, below each its passages and why it was refused."""
    rows = [row for number, one in enumerate(part, 1) for row in _rows(number, one, longest)]
    return fence(rows, (*asked.names, writer.language, *(one.line.text for one in part)), writer.key)


def _rows(number: int, one: _Refused, longest: int) -> list[str]:
    quotes = [shorten(squeeze(proof.quote), longest) for proof in one.line.evidence] if longest else []
    why = [f"  ! {one.said or '-'}: {'; '.join(one.troubles)}"] if one.troubles else []
    return [f"{number}| {squeeze(one.line.text)}", *(f"  = {quote}" for quote in dict.fromkeys(quotes)), *why]
