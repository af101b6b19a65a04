"""What a document states by its form: header fields, tables, entries of release notes. Sentences are never read here."""

from __future__ import annotations

from collections.abc import Sequence

from deepdaily.attributes.header_fields import fields_of, states_of
from deepdaily.attributes.lines import FormLine, form_lines
from deepdaily.attributes.papers import of_paper
from deepdaily.attributes.release_notes import notes_of_release
from deepdaily.attributes.story_kinds import is_collection, kind_told
from deepdaily.attributes.tables import Grid, grids, of_grid
from deepdaily.core.types import Attribute, Document, StoryKind

NAMES = (
    "version", "entry",  # release notes
    "parameters", "context", "license", "languages", "base-model", "modality",  # models
    "price",  # what one unit of something costs, by a row or a field
    "identifier", "severity", "affected", "fixed",  # advisories
    "authors", "subjects", "submitted",  # papers
    "status", "type", "created", "availability",  # states that a header field or a banner says
    "retires", "replacement",  # deprecations
    "row",  # of any other table with figures
)  # fmt: skip


def kind_of(document: Document) -> StoryKind:
    """What sort of news it brings, by its title, then its address, then its beginning; empty where none of them tells."""
    return kind_told(document)


def attributes_of(document: Document) -> tuple[Attribute, ...]:
    """What its form states, in the order of its text; empty for running prose and for a collection of news."""
    if is_collection(document):
        return ()
    lines, kind = form_lines(document), kind_of(document)
    found = [*states_of(document), *notes_of_release(document, lines), *fields_of(lines, kind)]
    found += of_paper(lines) if kind == "paper" else []
    found += [one for grid in _grids(lines, kind) for one in of_grid(grid)]
    return tuple(sorted(found, key=lambda one: one.evidence[0].start))


def tables_of(document: Document) -> list[Grid]:
    """Its tables with figures, in order; none of a collection of news, and none of a specification, whose figures are examples."""
    return [] if is_collection(document) else _grids(form_lines(document), kind_of(document))


def _grids(lines: Sequence[FormLine], kind: StoryKind) -> list[Grid]:
    return [] if kind == "protocol" else grids(lines)
