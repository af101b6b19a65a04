"""An issue told in another language by a model, line by line; each line is checked as if it were new, on the same passages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from deepdaily.core.errors import ModelError
from deepdaily.core.text import shorten
from deepdaily.core.types import Closing, Document, Draft, Finding, Issue, Item, Language
from deepdaily.models.asking import ModelWriter, within
from deepdaily.models.pace import loop_s
from deepdaily.words import of
from deepdaily.write import Translated
from deepdaily.write.by_rule.trends import SUMMARY_COLUMNS, summary
from deepdaily.write.translation.checked_lines import TRANSLATION, AskedLines, HeardLines, heard, known_of
from deepdaily.write.translation.printed_lines import Speech, closing_told, item_told


async def translated(
    issue: Issue, documents: Mapping[str, Document], earlier: Sequence[Issue], writer: ModelWriter, wall_s: float
) -> Translated:
    """The issue in the writer's language. What is late or refused twice is left out, and what rests on it.

    Args:
        documents: what its facts rest on, by id.
        earlier: issues in this language, newest first: stories and questions keep the names they have there.
    """
    ends_at, speech = loop_s() + wall_s, Speech.after(earlier, issue.draft.language, writer.language)
    outcomes = await within(wall_s, [heard(_of_item(item, speech, issue, documents), writer) for item in issue.items])
    told = [_outcome(one, item.story) for one, item in zip(outcomes, issue.items, strict=True)]
    items = [item_told(item, speech.having(one.told)) for item, one in zip(issue.items, told, strict=True)]
    findings = [finding for one in told for finding in one.findings]
    findings += [_left_out(item) for item, one in zip(issue.items, items, strict=True) if one is None]
    left = [_signed(item, one.models) for item, one in zip(items, told, strict=True) if item]
    speech = speech.having({text: said for one in told for text, said in one.told.items()})
    (outcome,) = await within(max(0.0, ends_at - loop_s()), [heard(_of_closing(issue, left, speech, documents), writer)])
    last = _outcome(outcome)
    draft, closing = _ended(issue, left, speech.having(last.told))
    return Translated(draft, closing, (*findings, *last.findings))


def _of_item(item: Item, speech: Speech, issue: Issue, documents: Mapping[str, Document]) -> AskedLines:
    asked = speech.having({})
    item_told(item, asked)
    return AskedLines(tuple(asked.missing.values()), known_of([item]), documents, (issue.slot.stamp, item.story), item.story)


def _of_closing(issue: Issue, items: Sequence[Item], speech: Speech, documents: Mapping[str, Document]) -> AskedLines:
    """What ends the issue may say what its items say, in either language."""
    asked = speech.having({})
    _ended(issue, items, asked)
    unknowns = [one for item in (*issue.items, *items) for one in item.unknowns]
    known = known_of([*issue.items, *items], unknowns)
    return AskedLines(tuple(asked.missing.values()), known, documents, (issue.slot.stamp, "closing"))


def _outcome(outcome: HeardLines | ModelError | None, story: str = "") -> HeardLines:
    if isinstance(outcome, HeardLines):
        return outcome
    return HeardLines({}, findings=(Finding(TRANSLATION.name, "note", f"not told: {outcome or 'the time was up'}", story),))


def _left_out(item: Item) -> Finding:
    return Finding(
        TRANSLATION.name, "note", f"left out: {item.title.text[:60]!r} or all of its facts could not be told", item.story
    )


def _signed(item: Item, models: Sequence[str]) -> Item:
    """The item with its translator beside its writer."""
    return replace(item, writer=", ".join(dict.fromkeys([*filter(None, item.writer.split(", ")), *models])))


def _ended(issue: Issue, items: Sequence[Item], speech: Speech) -> tuple[Draft, Closing]:
    """Draft and closing around the items that are told. A summary that is made of headlines is made of theirs."""
    draft, closing = issue.draft, issue.closing
    notice = speech.say(draft.notice, "words") or draft.notice
    draft = replace(draft, language=speech.other, title=of(speech.other).daily.format(date=issue.day), notice=notice)
    of_headlines = closing.summary == _headlines(issue.items, issue.draft.notice, issue.draft.language)
    lead = "" if of_headlines else speech.say(closing.summary, "shared")
    ended = replace(closing_told(closing, speech), summary=lead or _headlines(items, notice, speech.other))
    return replace(draft, items=tuple(items)), ended


def _headlines(items: Sequence[Item], notice: str, language: Language) -> str:
    """What the rules sum up an issue with."""
    return (summary(items, language) or shorten(items[0].title.text, SUMMARY_COLUMNS)) if items else notice
