"""The notice on top of an issue: said when no source of a kind answered, or the rung is not the first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from deepdaily.core.types import Draft, Issue, Language, Rung, SourceHealth, SourceKind
from deepdaily.words import of


def notice_of(health: Sequence[SourceHealth], rung: Rung, language: Language) -> tuple[str, tuple[str, ...]]:
    """The notice on top, and the causes for machines: no source of a kind answered, or the rung is not the first.

    That there is nothing new is an answer: of watched pages, of arXiv at weekends or of mail it is that of a usual day. A wider
    window is said to readers and is no cause: there is nothing to mend. The kinds are those that were asked, the last one in
    `health` first. Smaller troubles stay in the run's record.
    """
    parts, causes, words = [], [], of(language)
    for kind in dict.fromkeys(one.kind for one in reversed(health)):
        mine = [one for one in health if one.kind == kind and one.asked]
        if not mine or any(one.answered for one in mine):
            continue
        first = mine[0]
        parts.append(_kind_notice(kind, first, language, alone=not any(one.offers for one in health)))
        causes.append(f"{kind}:{first.source}:{first.state}")
    if rung != "24h":
        parts.append(_quiet(health, language) if rung == "quiet" else words.trouble.rungs[rung])
    if rung in ("memory", "quiet"):
        causes.append(f"rung:{rung}")
    return words.blank.join(parts), tuple(causes)


def _kind_notice(kind: SourceKind, failed: SourceHealth, language: Language, *, alone: bool) -> str:
    """`alone`: no other source made up for it."""
    words = of(language).trouble
    said = words.kind_alone if alone else words.kind
    return said.format(kind=words.kinds[kind], state=words.states.get(failed.state, words.silent))


def _quiet(health: Sequence[SourceHealth], language: Language) -> str:
    """What was asked and what came of it."""
    asked = [one for one in health if one.asked]
    well, offers = sum(one.answered for one in asked), sum(one.offers for one in asked)
    return of(language).trouble.quiet.format(asked=len(asked), well=well, offers=offers)


def corrected(issue: Issue, at: datetime) -> Issue:
    """The issue marked as one that took the place of an earlier one at that moment."""
    draft, words = issue.draft, of(issue.draft.language)
    said = words.corrected.format(at.astimezone(draft.slot.due.tzinfo).strftime("%Y-%m-%d %H:%M"))
    return replace(issue, approved_at=at, draft=replace(draft, notice=words.blank.join(filter(None, (said, draft.notice)))))


def without_model(draft: Draft, failed: int, asked: int) -> Draft:
    """The draft of whose `asked` items no model told `failed`; unchanged where that is none."""
    if not failed:
        return draft
    words = of(draft.language)
    said = filter(None, (draft.notice, words.trouble.no_model))
    notice = words.blank.join(said) if failed == asked else draft.notice
    return replace(draft, notice=notice, degraded=(*draft.degraded, f"models:{failed} of {asked} items"))
