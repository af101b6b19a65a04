"""What a page of a paper states beside its abstract: authors, subjects, the day it was handed in."""

from __future__ import annotations

import re
from collections.abc import Sequence

from deepdaily.attributes.header_fields import day_of
from deepdaily.attributes.lines import FormLine
from deepdaily.core.cues import Cue
from deepdaily.core.types import Attribute

LINES = 20
"""From the top and from the end among which they stand."""

_LABEL = Cue(r"^(?P<label>title|authors?|abstract|subjects?|comments|标题|作者|摘要|学科|主题)\s?[:：]\s?\|?\s?", re.I)
_CODE = r"[a-z]{1,8}(?:-[a-z]{2,4})?(?:\.[A-Za-z-]{2,12})?"
_CODES = Cue(rf"{_CODE}(?:, {_CODE})*")
"""`cs.LG, q-bio.BM`"""
_SUBMITTED = Cue(r"submitted on (\d{1,2} [A-Z][a-z]{2,8} 20\d\d)", re.I)
_PERSON = Cue(r"[^\W\d_][^\d:;()]{1,48}")


def of_paper(lines: Sequence[FormLine]) -> list[Attribute]:
    """Empty where they stand in another form. Authors and subjects are told as the page lists them, each at most once."""
    found: dict[str, Attribute] = {}
    labels = [told["label"].casefold() if (told := _LABEL.match(line.text)) else "" for line in lines]
    for at, line in enumerate(lines):
        if not at or LINES < at < len(lines) - LINES:
            continue
        label = labels[at]
        value = _LABEL.sub("", line.text) if label else line.text
        between = labels[at - 1] in _TITLE and at + 1 < len(lines) and labels[at + 1] in _ABSTRACT
        if (label in _AUTHORS or (not label and between)) and _are_people(value):
            name = "authors"
        elif label in _SUBJECTS or (not label and at > 1 and _CODES.fullmatch(value)):
            name = "subjects"
        elif day := _SUBMITTED.search(line.text):
            name, value = "submitted", day[1]
        else:
            continue
        found.setdefault(name, Attribute(name, value, (line.passage(),), day=day_of(value) if name == "submitted" else None))
    return list(found.values())


_TITLE, _ABSTRACT = ("title", "标题"), ("abstract", "摘要")
_AUTHORS, _SUBJECTS = ("author", "authors", "作者"), ("subject", "subjects", "学科", "主题")


def people(value: str) -> list[str]:
    """The names of a list of authors."""
    return [one.strip() for one in value.replace(" and ", ", ").replace("、", ", ").split(",") if one.strip()]


def _are_people(value: str) -> bool:
    found = people(value)
    return bool(found) and all(_PERSON.fullmatch(one) and len(one.split()) <= 6 for one in found)
