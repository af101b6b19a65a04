"""stub"""

from __future__ import annotations

from collections.abc import Sequence

from deepdaily.core.types import Document, Language, Section


def card(document: Document, language: Language) -> list[Section]:
    return []


def release_card(documents: Sequence[Document], language: Language) -> list[Section]:
    return []
