"""What an issue says around its facts, from values and words; the same in every format, unescaped."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from deepdaily.core.text import CJK
from deepdaily.core.types import Appearance, Claim, FollowUp, Item, Section, Watch
from deepdaily.memory.threads import Titled, steps
from deepdaily.render.foreign import anchor, plain
from deepdaily.words import Words


def voice(section: Section, words: Words) -> str:
    """Whose voice a section is in; empty for plain fact."""
    return section.label or (words.ours[section.kind] if all(point.judgement for point in section.points) else "")


def heading(section: Section, words: Words) -> str:
    """What its points tell of."""
    return plain(section.heading) or words.sections[section.kind]


def points(item: Item) -> list[Section]:
    """What stands in bold before all other sections."""
    return [section for section in item.sections if section.kind == "point" and section.points]


def is_table(section: Section) -> bool:
    """Whether its points are rows of its columns; where one of them is not, all are sentences."""
    return bool(section.columns) and all(len(claim.cells) == len(section.columns) for claim in section.points)


def headline_of(item: Item, words: Words, *, alone: bool = False) -> str:
    """Its title as it is printed, marked where a machine translated it and no line of the original stands below; may be empty.

    `alone`: no line stands below.
    """
    said = not alone and original(item, words)
    return plain(item.title.text) + ("" if said else _translated(item.title, words))


def lines(claim: Claim, words: Words, *, marked: bool = True) -> tuple[str, ...]:
    """What is printed of a claim: its sentence, in quotation marks where it is the source's own, or its lines, each on its own.

    `marked`: a machine's words are marked behind it, as their section is not.
    """
    text = in_quotes(plain(claim.text)) if claim.verbatim else plain(claim.text)
    if claim.translator:  # no machine's words stand in quotation marks
        text = re.sub("“([^“”]+)”$", r"\1", text)
    return tuple(filter(None, map(plain, claim.lines))) or (text + (_translated(claim, words) if marked else ""),)


def _translated(claim: Claim, words: Words) -> str:
    """What stands behind a machine's words."""
    return words.in_brackets(words.machine_translated) if claim.translator else ""


def all_translated(section: Section, words: Words) -> str:
    """What stands behind the heading of a section that is a machine's words throughout; empty for any other."""
    facts = [claim for claim in section.points if claim.evidence]
    return _translated(facts[0], words) if facts and all(claim.translator for claim in facts) else ""


def in_quotes(text: str) -> str:
    """`text` in the quotation marks of its own language."""
    return f"「{text}」" if re.search(f"[{CJK}]", text) else f"“{text}”"


def signed(item: Item, words: Words) -> str:
    """What kind of news it is, what kind of sources told it, and the model that wrote it; empty where none is known."""
    kind = "" if item.writer else words.kinds.get(item.kind, "")
    writer = words.written_by.format(item.writer) if item.writer else ""
    return " · ".join(filter(None, (kind, item.byline, writer)))


def original(item: Item, words: Words) -> str:
    """`原题：…` where the built-in writer printed the title in other words; a model's titles all are, and show none."""
    title = "" if item.writer else plain(item.original)
    if not title or title in plain(item.title.text):
        return ""
    return words.original_title + words.colon + title + _translated(item.title, words)


def places(items: Sequence[Item], stories: Iterable[str]) -> list[tuple[int, str]]:
    """Number and anchor of each item that tells one of `stories`."""
    wanted = set(stories)
    return [(number, anchor(item.story)) for number, item in enumerate(items, start=1) if item.story in wanted]


def until(watch: Watch, words: Words) -> str:
    """Till when a question is followed: `至 2026-02-25`."""
    return words.until.format(watch.expires_on.isoformat())


def dated(day: date, words: Words) -> str:
    """The date with its weekday: `2026-02-11 周三`."""
    return f"{day.isoformat()} {words.weekdays[day.weekday()]}"


def follow_status(followed: Sequence[FollowUp], day: date, words: Words) -> str:
    """What became of the questions of earlier days: `昨日 3 条：1 有进展 · 2 未变`; empty where none was open."""
    if not followed:
        return ""
    of_yesterday = all(one.watch.opened_on == day - timedelta(days=1) for one in followed)
    states = [one.state for one in followed]
    counts = [said.format(states.count(state)) for state, said in words.counted.items() if state in states]
    head = (words.yesterdays if of_yesterday else words.unsettled).format(len(followed))
    return head + words.colon + " · ".join(counts)


def endings(followed: Sequence[FollowUp], words: Words) -> list[str]:
    """One line a way to end without an answer, with the questions."""
    lines = []
    for state, said in words.ended.items():
        questions = [one.watch.question for one in followed if one.state == state]
        lines += [said + words.colon + words.semicolon.join(questions)] if questions else []
    return lines


def thread(item: Item, day: str, words: Words) -> str:
    """How often and when a story was told, and what was new each time: `第 3 次报道：02-04 公测 → 02-09 上线 → 02-11 暂停`.

    `day` is the issue's. Names of steps may be pieces of titles. An item that memory brings back has no step.
    """
    again = item.thread[-1].story == item.story
    told = [*item.thread, *([] if again else [Appearance(day, item.story, item.title.text)])]
    said = words.told.format(_ordinal(len(item.thread) + 1, words)) + words.colon + chain(told, day, words)
    return f"{said} → {day[5:]} {words.nothing_new}" if again else said


def chain(told: Sequence[Titled], day: str, words: Words) -> str:
    """The steps of a thread, oldest first, each with its day: `02-04 公测 → 02-09 上线`."""
    named = zip(told, steps(told, words.steps), strict=True)
    return " → ".join(f"{_short_day(one.day, day)} {step}" for one, step in named)


def _short_day(earlier: str, day: str) -> str:
    return earlier[5:] if earlier[:4] == day[:4] else earlier


def _ordinal(number: int, words: Words) -> str:
    """`3` in Chinese, `3rd` in English."""
    digit = 0 if 10 < number % 100 < 20 else number % 10
    return f"{number}{words.endings[digit if digit < len(words.endings) else 0]}"
