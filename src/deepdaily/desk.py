"""What an editor says at the desk: the subject found, the decision kept. The next run acts on it; nothing published changes."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from deepdaily.archive.lookup import item_of
from deepdaily.core.decisions import TOPIC, decision_id, in_force
from deepdaily.core.errors import SettingsError
from deepdaily.core.types import Decision, DecisionKind, Item, Slot
from deepdaily.core.urls import canonical, page_key
from deepdaily.memory.repeats import unsettled
from deepdaily.store import Store

SLOTS_LOOKED_AT = 7
"""Newest runs in whose offers a page's title is looked for, and whose second reader's words are listed."""

ISSUES_ASKED = 60
"""Newest issues whose questions are listed and can be closed: those of the reader's watchlist."""


def decided(kind: DecisionKind, what: str, other: str, store: Store, now: datetime) -> Decision:
    """The kept decision on `what` and, for `merge` and `split`, `other`.

    Args:
        what: a page's address, DAY#N or a story's id; for `ban` also a host or `topic:WORDS`; for `close` a question's id.

    Raises:
        SettingsError: nothing of that name; nothing is kept.
    """
    if kind == "close":
        subject, title = _watch(what, store)
    elif kind == "ban" and "://" not in what and "#" not in what and not what.startswith("s-"):
        subject, title = _host_or_topic(what), ""
    else:
        subject, title = _page(what, store)
    second = _page(other, store)[0] if kind in ("merge", "split") else ""
    if second and page_key(second) == page_key(subject):
        raise SettingsError("both are the same page", "name two pages")
    decision = Decision(decision_id(kind, subject, second, now), kind, subject, now, second, title)
    store.keep_decision(decision)
    return decision


def _watch(name: str, store: Store) -> tuple[str, str]:
    known = {watch.id: watch.question for watch in unsettled(store.issues(limit=ISSUES_ASKED))}
    if name not in known:
        raise SettingsError(f"no question {name!r} is open", "see `deepdaily desk list`")
    return name, known[name]


def _host_or_topic(what: str) -> str:
    if what.startswith(TOPIC):
        if not what.removeprefix(TOPIC).strip():
            raise SettingsError("the topic has no words", "write it like 'topic:hardware rumours'")
        return what
    if "." not in what or any(char.isspace() or char == "/" for char in what):
        raise SettingsError(f"{what!r} is no page, host or topic", "give an address, noise.example.com or topic:WORDS")
    return what.lower().removeprefix("www.")


def _page(what: str, store: Store) -> tuple[str, str]:
    """The canonical address and the title, empty where nobody offered it lately."""
    if "://" not in what:
        item = _item(what, store)
        return item.sources[0].url, item.title.text
    try:
        url = canonical(what)
    except ValueError as error:
        raise SettingsError(f"{what!r} is no web address", "give it with https://") from error
    return url, _offered_title(url, store)


def _item(what: str, store: Store) -> Item:
    """The item of DAY#N, or the newest one of a story."""
    day, marked, number = what.partition("#")
    if marked:
        issue = store.issue(day)
        found = item_of(issue, int(number)) if issue and number.isdecimal() else None
    else:
        items = (item for issue in store.issues() for item in issue.items)
        found = next((item for item in items if item.story == what), None)
    if found is None:
        raise SettingsError(f"no item {what!r} in this store", "name a page's address, DAY#N or a story's id")
    return found


def _offered_title(url: str, store: Store) -> str:
    key = page_key(url)
    for slot in store.slots()[:SLOTS_LOOKED_AT]:
        for harvest in store.harvests(slot):
            for offer in harvest.offers:
                if page_key(offer.url) == key:
                    return offer.title
    return ""


def listed(store: Store) -> list[Decision]:
    """The decisions in force, the oldest first; a second reader's of the newest runs alone, as they hold for these only."""
    newest = {"", *store.slots()[:SLOTS_LOOKED_AT]}
    return [one for one in in_force(store.decisions()) if one.slot in newest]


def in_words(store: Store, now: datetime) -> list[tuple[str, str, str, str, str]]:
    """Id, kind, who said it, subject and title of every decision that is listed, the newest first; then open and expired questions.

    Of a second reader's also the day that it holds for.
    """
    rows = [
        (one.id, one.kind, _said_by(one), " + ".join(filter(None, (one.subject, one.other))), one.title)
        for one in reversed(listed(store))
    ]
    kinds = {True: "expired question", False: "open question"}
    return rows + [
        (one.id, kinds[one.expires_on < now.date()], "", one.story, one.question)
        for one in unsettled(store.issues(limit=ISSUES_ASKED))
    ]


def _said_by(one: Decision) -> str:
    return f"{one.by}, {Slot.of_key(one.slot).day}" if one.slot else "desk"


def taken_back(name: str, store: Store, now: datetime) -> list[Decision]:
    """The decision of that id, or of that day all of a second reader's, no longer in force.

    Raises SettingsError: there is none.
    """
    slots = {slot for slot in store.slots() if Slot.of_key(slot).day == name}
    found = [one for one in store.decisions() if one.taken_back_at is None and (one.id == name or one.slot in slots)]
    if not found:
        raise SettingsError(f"no decision {name!r} is in force", "see `deepdaily desk list`")
    back = [replace(one, taken_back_at=now) for one in found]
    store.keep_decision(*back)
    return back
