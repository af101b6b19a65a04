"""The shapes of replies. Lengths are bounds against a model that runs away, not style."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from deepdaily.models.replies import First, Ids, Line, Numbers, _Shape


def _section(told: object) -> object:
    """Small models write `details`, `background`: what is not the first is the second."""
    return ("what" if told.strip().lower() == "what" else "detail") if isinstance(told, str) else told


class Fact(_Shape):
    """One checkable sentence and the numbers of the units that carry all of it. It is named by its place."""

    id: Annotated[str, Field(json_schema_extra={"maxLength": 8})] = ""
    section: Annotated[Literal["what", "detail"], BeforeValidator(_section)] = "detail"
    label: Annotated[str, Field(max_length=60)] = ""
    """What kind of detail it is, in the reader's language: those of one label are printed together."""
    text: Line
    cites: Numbers


class Inferred(_Shape):
    """What the texts do not say and their figures, tables or two places of them together show: ours, drawn from units."""

    text: Line
    cites: Numbers
    expr: Annotated[str, Field(max_length=80)] = ""
    """The sum behind it, of figures of the units; empty where there is none."""


class Facts(_Shape):
    """Step 1: what the texts say."""

    title: Line
    title_cites: Numbers = []
    claims: Annotated[list[Fact], First(20), Field(min_length=1)]
    readings: Annotated[list[Inferred], First(4)] = []
    gaps: Annotated[list[Line], First(6)] = []


class Mended(_Shape):
    """A claim written again; an empty text gives it up."""

    id: Annotated[str, Field(max_length=8)]
    text: Line = ""
    cites: Numbers = []


class Repair(_Shape):
    claims: Annotated[list[Mended], First(21)]


class Opinion(_Shape):
    text: Line
    because: Ids = []
    not_when: Line = ""


class Advice(_Shape):
    do: Line
    measure: Line = ""
    threshold: Line = ""
    rollback: Line = ""
    because: Ids = []
    presumes: Annotated[list[Line], First(4)] = []


class Judgement(_Shape):
    """Step 2: what it means for the reader, from checked facts alone."""

    point: Opinion | None = None
    """What to decide, in one sentence."""
    why: Annotated[list[Opinion], First(4)] = []
    impact: Annotated[list[Opinion], First(4)] = []
    advice: Annotated[list[Advice], First(4)] = []
    unknowns: Annotated[list[Line], First(6)] = []


class Shared(_Shape):
    """What items say together."""

    text: Line
    items: Annotated[list[int], First(20)]


class Question(_Shape):
    item: int
    question: Line
    days: Annotated[int, Field(ge=1)] = 14


class Ending(_Shape):
    """What opens and closes the issue."""

    lead: Shared | None = None
    """The sentence of the day."""
    trends: Annotated[list[Shared], First(6)] = []
    watchlist: Annotated[list[Question], First(6)] = []
