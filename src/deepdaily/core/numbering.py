"""A draft's lines and passages by number, as a model is shown them and names them."""

from __future__ import annotations

from collections.abc import Iterable

from deepdaily.core.text import shorten, squeeze
from deepdaily.core.types import Claim, Draft, Evidence, Item

LineAt = tuple[int, int]
"""Item and line, both from 1; an item's first line is its title."""

LONGEST_QUOTES = (1_600, 300, 100)
"""Columns of a passage that is shown: the first for which all fit. What is cut ends in …."""


def numbered(item: Item) -> list[tuple[int, str, Claim]]:
    """The item's claims with their numbers from 1 and what they are: `title`, or the kind of their section."""
    kinds = ["title", *(section.kind for section in item.sections for _ in section.points)]
    return [(line, kind, claim) for line, (kind, claim) in enumerate(zip(kinds, item.claims(), strict=True), 1)]


def passages_of(draft: Draft) -> list[dict[Evidence, int]]:
    """For each item the passages that it rests on, each once, in the order of its lines; numbered from 1 through the draft."""
    found: list[dict[Evidence, int]] = []
    first = 1
    for item in draft.items:
        proofs = dict.fromkeys(proof for claim in item.claims() for proof in (*claim.evidence, *claim.basis))
        found.append({proof: number for number, proof in enumerate(proofs, first)})
        first += len(proofs)
    return found


def shown(passages: Iterable[tuple[Evidence, int]], columns: int) -> list[str]:
    """Passages by their numbers, a line each: `p7| It reached 31% …`."""
    return [f"p{number}| {shorten(squeeze(proof.quote), columns)}" for proof, number in passages]


def citing(place: str, kind: str, claim: Claim, passages: dict[Evidence, int]) -> str:
    """A line of a draft with the passages it cites or is drawn from: `2.5 [detail] It is faster. ← p7 p9`."""
    cites = " ".join(f"p{passages[proof]}" for proof in claim.evidence or claim.basis if proof in passages)
    return f"{place} [{kind}] {claim.text}{f' ← {cites}' if cites else ''}"
