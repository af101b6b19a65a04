"""What became of the questions of earlier days: each is looked for in every text of the day, told or not.

An answer is a passage of a page published after the question was asked, about what it asks of. A question by rule knows what
its answer looks like (`RULES`); one that a model asked is answered by a passage with most of its words.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from deepdaily.core.cues import Cue, cue, rows, table
from deepdaily.core.evidence import check_claim, locate, passage
from deepdaily.core.likeness import vectors
from deepdaily.core.text import Sentence, squeeze, width
from deepdaily.core.to_machines import spoken
from deepdaily.core.types import Claim, Document, Evidence, FollowUp, FollowUpState, Issue, Slot, Watch, cited
from deepdaily.memory.launches import Launch, launch, same_launch
from deepdaily.memory.repeats import unsettled
from deepdaily.memory.threads import Subject, continues, names_it, says_something_new, subjects

ENOUGH_WORDS, LEAST_WORDS = 0.7, 2
"""Share of a free question's content words that its answer has, and how many at least: two of three are the subject again."""

SHORTEST, LONGEST = 12, 600
"""Columns of a passage that answers: less is a heading, more is a table or code."""


_ORDER: tuple[FollowUpState, ...] = ("answered", "moved", "unchanged", "closed", "expired")


@dataclass(frozen=True, slots=True)
class _Page:
    """A text of today with the story it belongs to."""

    document: Document
    story: str
    subject: Subject
    launch: Launch
    folded: str


@dataclass(frozen=True, slots=True)
class _Thread:
    """What was told of a question's subject."""

    titles: Sequence[str]
    subjects: Sequence[Subject]
    launches: Sequence[Launch]

    def continued(self, page: _Page) -> bool:
        return any(continues(earlier, page.subject) for earlier in self.subjects)

    def launched(self, page: _Page) -> bool:
        """Whether the page tells the launch itself, perhaps under names that the titles do not share otherwise."""
        return any(same_launch(earlier, page.launch, late=False) for earlier in self.launches)

    def goes_on(self, page: _Page) -> bool:
        """Whether the page brings news of it: one that tells the launch again needs a step of its own."""
        return self.continued(page) or (self.launched(page) and says_something_new(page.document.title, self.titles))


def follow_up(
    issues: Sequence[Issue],
    read: Sequence[tuple[Document, str]],
    slot: Slot,
    closed: Collection[str],
    rule_of: Callable[[Watch], Rule | None],
) -> tuple[FollowUp, ...]:
    """Every question that was open this morning as it stands now, those that moved first.

    Args:
        issues: of earlier slots, newest first.
        read: the day's texts, each with its story's id.
        slot: today's.
        closed: ids of questions that an editor closed.
        rule_of: the rule that asked a question; None for one of a model.
    """
    watches, today = unsettled(issues), slot.due.date()
    if not watches:
        return ()
    told = {item.story: item.name for issue in issues for item in issue.items}
    threads = [_titles(watch, issues, told) for watch in watches]
    texts = [document for document, _ in read]
    placed = subjects([*(one.title for one in texts), *(title for titles in threads for title in titles)])
    pages = [
        _Page(one, story, at, launch(one.title, one.url), one.text.casefold())
        for (one, story), at in zip(read, placed, strict=False)
    ]
    rest, found = iter(placed[len(texts) :]), list[FollowUp]()
    for watch, titles in zip(watches, threads, strict=True):
        thread = _Thread(titles, [next(rest) for _ in titles], list(map(launch, titles)))
        if watch.id in closed:
            found.append(FollowUp(replace(watch, closed_on=today), "closed"))
            continue
        asked = _asked_at(watch, issues)
        about = [page for page in pages if _is_after(page.document, watch, asked) and _is_about(page, watch, thread)]
        moved = _last_moved(watch, issues)
        news = [page for page in about if moved is None or _is_after(page.document, watch, moved)]
        news = [page for page in news if thread.goes_on(page)]
        found.append(_outcome(watch, rule_of(watch), thread, about, news, today))
    return tuple(sorted(found, key=lambda one: _ORDER.index(one.state)))


def _titles(watch: Watch, issues: Sequence[Issue], told: Mapping[str, str]) -> list[str]:
    """The titles of the thread that the question was asked of."""
    of_thread = [
        {item.name, *(one.title for one in item.thread)}
        for issue in issues
        for item in issue.items
        if watch.story in {item.story, *(one.story for one in item.thread)}
    ]
    return sorted(set().union(*of_thread))


def _asked_at(watch: Watch, issues: Sequence[Issue]) -> datetime | None:
    """The `now` of the issue that asked; None where it is not at hand."""
    return next((one.draft.now for one in issues if one.slot.due.date() == watch.opened_on), None)


def _last_moved(watch: Watch, issues: Sequence[Issue]) -> datetime | None:
    """The `now` of the last issue that told news of it."""
    told = (one.draft.now for one in issues for two in one.closing.followed if _is_news(two, watch))
    return next(told, None)


def _is_news(one: FollowUp, watch: Watch) -> bool:
    return one.watch.id == watch.id and one.state == "moved"


def _is_after(document: Document, watch: Watch, since: datetime | None) -> bool:
    """Whether it was published after `since`, or after the day of the question; an undated page is no news."""
    if document.published_at is None:
        return False
    return document.published_at > since if since else document.published_at.date() > watch.opened_on


def _is_about(page: _Page, watch: Watch, thread: _Thread) -> bool:
    """Whether the page names what is asked of; where that has no name of its own, whether it is of the thread."""
    named = bool(watch.entities) and not watch.entities[0].startswith("「")
    about = names_it(page.folded, watch.entities[0]) if named else thread.continued(page)
    return about or thread.launched(page)


def _outcome(
    watch: Watch, rule: Rule | None, thread: _Thread, about: Sequence[_Page], news: Sequence[_Page], today: date
) -> FollowUp:
    """What `about` answers, or that `news` moves."""
    known = {page.document.id: page.document for page in about}
    for page in sorted(about, key=_newest_whole_texts_first):
        proof = next((proof for proof in _answers(watch, rule, page, thread) if not check_claim(_claim(proof), known)), None)
        if proof:
            return _told(replace(watch, answered_by=page.story), "answered", page, proof)
    if watch.expires_on < today:
        return FollowUp(replace(watch, closed_on=today), "expired")
    if news:
        page = min(news, key=_newest_whole_texts_first)
        return _told(watch, "moved", page, locate(page.document.title, page.document))
    return FollowUp(watch, "unchanged")


def _newest_whole_texts_first(page: _Page) -> tuple[bool, float, str]:
    published = page.document.published_at.timestamp() if page.document.published_at else 0.0
    return (page.document.partial, -published, page.document.id)


def _told(watch: Watch, state: FollowUpState, page: _Page, proof: Evidence) -> FollowUp:
    return FollowUp(watch, state, page.story, _claim(proof), cited(page.document))


def _claim(proof: Evidence) -> Claim:
    return Claim(proof.quote, (proof,))


# -- what answers -----------------------------------------------------------------------------------------------------


def _answers(watch: Watch, rule: Rule | None, page: _Page, thread: _Thread) -> Iterator[Evidence]:
    """The passages of the page that answer the question, in order, its title last."""
    entity = watch.entities[0] if watch.entities else ""
    titled = not entity or entity.startswith("「") or names_it(page.document.title, entity) or thread.launched(page)
    wanted = _content(watch.question, entity)
    told = spoken(page.document.text)
    for sentence in (*told[1:], *told[:1]):
        if not SHORTEST <= width(sentence.text) <= LONGEST or NOT_YET.search(sentence.text):
            continue
        if (titled or names_it(sentence.text, entity)) and _says(sentence, rule, wanted):
            yield passage(page.document, sentence.start, sentence.end)


def _says(sentence: Sentence, rule: Rule | None, wanted: set[str]) -> bool:
    if rule is not None and rule.answer is not None:
        return bool(rule.answer.search(sentence.text))
    said = wanted & _content(sentence.text)
    return len(said) >= LEAST_WORDS and len(said) >= ENOUGH_WORDS * len(wanted)


def _content(text: str, entity: str = "") -> set[str]:
    """The words that carry it, under one form each; without those of `entity`."""
    terms = {_stem(term) for term in vectors([_ASKING.sub(" ", squeeze(text))])[0]}
    return terms - {_stem(term) for term in vectors([entity])[0]}


def _stem(word: str) -> str:
    """`opens`, `opened` and `opening` as one; Chinese as it is."""
    return re.sub(r"(?:ing|ed|es|s|e)$", "", word) if word.isascii() and len(word) > 4 else word


@dataclass(frozen=True, slots=True)
class Rule:
    """When to ask a question and for how many days; `words` has its sentence, by the rule's name."""

    name: str
    cue: Cue
    days: int
    answer: Cue | None = None
    """What a sentence that answers has; None: most of the question's own words."""


_TABLE = table(__name__)
_ASKING = cue(_TABLE["asking"])
NOT_YET = cue(_TABLE["not_yet"])
"""A sentence that says an answer is missing, or hopes for one."""

RULES = rows(Rule, _TABLE["rules"])


def without(followed: Sequence[FollowUp], lacking: Collection[Evidence]) -> tuple[FollowUp, ...]:
    """What became of the questions, those whose proof is among `lacking` as if nothing were known."""
    return tuple(
        FollowUp(replace(one.watch, answered_by=""), "unchanged") if one.proof and set(one.proof.evidence) & set(lacking) else one
        for one in followed
    )
