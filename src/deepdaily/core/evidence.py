"""Quote to passage; claim supported or not. What code can decide: numbers, dates, versions, quotations, Latin names."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from deepdaily.core.errors import QuoteNotFound
from deepdaily.core.text import dates, names, numbers, periods, squeeze, versions
from deepdaily.core.types import Claim, Document, Evidence


def passage(document: Document, start: int, end: int) -> Evidence:
    """The evidence that `document.text[start:end]` is."""
    return Evidence(document.id, start, end, document.text[start:end])


def locate(quote: str, document: Document) -> Evidence:
    """Find `quote` in `document`, forgiving only differences in white space.

    Raises:
        QuoteNotFound: the words are not there in that order. The caller drops the claim or asks again; it never prints it.
    """
    words = [re.escape(word) for word in quote.split()]
    found = re.search(r"\s+".join(words), document.text) if words else None
    if found is None:
        raise QuoteNotFound(f"not in {document.url}: {quote[:80]!r}")
    return passage(document, found.start(), found.end())


def stands(evidence: Evidence, document: Document) -> bool:
    """Whether the passage is where the evidence says."""
    return bool(evidence.quote) and document.text[evidence.start : evidence.end] == evidence.quote


_QUOTED = re.compile(r"[“「]([^”」]{2,})[”」]")
_SUPERLATIVE = re.compile(
    r"首个(?! ?token)|首次|最快|最大|最强|唯一|史上|\b(?:fastest|largest|biggest|first-ever|only one)\b", re.I
)


def unsupported(text: str, passages: Sequence[str]) -> list[str]:
    """What `text` says that no passage does, as short notes; empty when nothing is missing.

    Numbers are compared by value (2.62 万 = 26.2K) and, where the text gives one, unit; dates by the parts both write;
    quotations word by word; Latin names without regard to case.
    """
    source = "\n".join(passages)
    folded = squeeze(source).casefold()
    missing = [f"number {number.value}{number.unit}" for number in sorted(
        numbers(text) - _as_written(source), key=lambda number: (number.value, number.unit)
    )]  # fmt: skip
    missing += [f"version {version}" for version in sorted(versions(text) - versions(source))]
    missing += [f"date {'-'.join(map(str, day))}" for day in sorted(dates(text)) if not _dated(day, source)]
    missing += [f"period {period}" for period in sorted(periods(text) - periods(source))]
    missing += [f"quotation “{quote}”" for quote in _QUOTED.findall(text) if squeeze(quote).casefold() not in folded]
    missing += [f"name {name}" for name in names(text) if name.casefold() not in folded]
    missing += [f"superlative {word}" for word in _SUPERLATIVE.findall(text) if word.casefold() not in folded]
    return missing


COUNTED = ("token", "gpu")


def _as_written(source: str) -> set[object]:
    """The numbers of the source, each also without its unit: a claim may leave a unit out, never change it.

    What is counted may be named where the source has a sign of its own: 7360 TGS are 7360 tokens per GPU and second.
    """
    found = numbers(source)
    bare = {replace(number, unit="") for number in found}
    counted = {replace(number, unit=unit) for number in found if not number.unit for unit in COUNTED}
    return {*found, *bare, *counted}


def _dated(day: tuple[int, int, int], source: str) -> bool:
    return any(
        all(mine == theirs for mine, theirs in zip(day, other, strict=True) if mine and theirs)
        for other in dates(source)
    )


def check_claim(claim: Claim, documents: dict[str, Document]) -> list[str]:
    """Why `claim` must not be printed as a fact; empty when its passages stand and it says no more than they do."""
    for evidence in claim.evidence:
        document = documents.get(evidence.document)
        if document is None:
            return [f"document {evidence.document} is not in the store"]
        if not stands(evidence, document):
            return [f"passage {evidence.quote[:60]!r} is not at {evidence.start} in {document.url}"]
    return [] if claim.verbatim else unsupported(claim.text, [evidence.quote for evidence in claim.evidence])
