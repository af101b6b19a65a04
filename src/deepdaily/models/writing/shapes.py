"""The shapes of replies. Lengths are bounds against a model that runs away, not style."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Line = Annotated[str, Field(max_length=600)]
Numbers = Annotated[list[int], Field(max_length=30)]


class _Shape(BaseModel):
    model_config = ConfigDict(extra="ignore", str_strip_whitespace=True)


class Fact(_Shape):
    """One checkable sentence and the numbers of the units that carry all of it."""

    id: Annotated[str, Field(max_length=8)]
    section: Literal["what", "detail"] = "detail"
    text: Line
    cites: Numbers


class Facts(_Shape):
    """Step 1: what the texts say."""

    title: Line
    title_cites: Numbers = []
    claims: Annotated[list[Fact], Field(min_length=1, max_length=20)]
    gaps: Annotated[list[Line], Field(max_length=6)] = []


class Mended(_Shape):
    """A claim written again; an empty text gives it up."""

    id: Annotated[str, Field(max_length=8)]
    text: Line = ""
    cites: Numbers = []


class Repair(_Shape):
    claims: Annotated[list[Mended], Field(max_length=21)]


Ids = Annotated[list[Annotated[str, Field(max_length=8)]], Field(max_length=20)]


class Opinion(_Shape):
    text: Line
    because: Ids = []
    not_when: Line = ""


class Sum(_Shape):
    """A figure worked out from printed ones: `expr` is worked out again."""

    text: Line
    expr: Annotated[str, Field(max_length=80)]
    because: Ids = []


class Advice(_Shape):
    do: Line
    measure: Line = ""
    threshold: Line = ""
    rollback: Line = ""
    because: Ids = []
    presumes: Annotated[list[Line], Field(max_length=4)] = []


class Judgement(_Shape):
    """Step 2: what it means for the reader, from checked facts alone."""

    why: Annotated[list[Opinion], Field(max_length=4)] = []
    impact: Annotated[list[Opinion], Field(max_length=4)] = []
    sums: Annotated[list[Sum], Field(max_length=3)] = []
    advice: Annotated[list[Advice], Field(max_length=4)] = []
    unknowns: Annotated[list[Line], Field(max_length=6)] = []


class Shared(_Shape):
    """What at least two items share."""

    text: Line
    items: Annotated[list[int], Field(max_length=20)]


class Question(_Shape):
    item: int
    question: Line
    days: Annotated[int, Field(ge=1, le=60)] = 14


class Ending(_Shape):
    """What closes the issue."""

    trends: Annotated[list[Shared], Field(max_length=6)] = []
    watchlist: Annotated[list[Question], Field(max_length=6)] = []


class Remark(_Shape):
    """A reviewer's word on one line of the draft, named as `2.5`: the fifth line of the second item."""

    line: Annotated[str, Field(max_length=8)]
    severity: Literal["note", "cut"] = "note"
    message: Line


class Remarks(_Shape):
    remarks: Annotated[list[Remark], Field(max_length=30)] = []
