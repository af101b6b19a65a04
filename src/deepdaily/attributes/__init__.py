"""What a document states by its form: header fields, tables, entries of release notes. Sentences are never read here."""

from __future__ import annotations

from deepdaily.core.types import Attribute, Document, StoryKind

NAMES = (
    "version", "entry",  # release notes
    "parameters", "context", "license", "languages", "base-model", "modality",  # models
    "price",  # what one unit of something costs, by a row or a field
    "identifier", "severity", "affected", "fixed",  # advisories
    "authors", "subjects", "submitted", "code",  # papers
    "status", "type", "created", "availability",  # states that a header field or a banner says
    "retires", "replacement",  # deprecations
    "row",  # of any other table with figures
)  # fmt: skip


def kind_of(document: Document) -> StoryKind:
    """What sort of news it brings, by its title, then its address, then its beginning; empty where none of them tells."""
    return ""


def attributes_of(document: Document) -> tuple[Attribute, ...]:
    """What its form states, in the order of its text; empty for running prose."""
    return ()
