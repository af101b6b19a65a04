"""What can be counted about a candidate among the others of its day, and about a story's text: numbers by name, no weights."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache

from deepdaily.choose import field
from deepdaily.choose.changes import changes_signals
from deepdaily.core import lexicon
from deepdaily.core.actors import arrives_elsewhere, by_actor, is_manual, names_owner
from deepdaily.core.likeness import neighbours, points
from deepdaily.core.quantities import with_unit
from deepdaily.core.text import language_of
from deepdaily.core.types import Candidate, Document, Story
from deepdaily.core.urls import domain, host

Signals = dict[str, float]

OF_LAUNCH = " of its launch"
"""What is said of an arrival and belongs to its launch, by the end of its name."""

SAME_SUBJECT = 0.22
"""Cosine of titles above which two candidates speak of one subject, looser than one story (docs/ranking.md)."""

AGE, TEASER, OUR_FIELD = "age", "only a teaser", "of our field"

TEXTS_KEPT = 2000
"""Texts whose figures are kept: a day's stories are ranked two to four times."""

SURELY = 2.0
"""Log-odds from which a story is not more of our field than another: what is near the edge ranks lower (docs/ranking.md)."""

_NO_LETTERS = re.compile(r"\W+")
_REPOSITORY = re.compile(r"https://github\.com/[^/]+/[^/]+/?")


def candidate_signals(candidates: Sequence[Candidate]) -> list[Signals]:
    """For each candidate, in order, what its titles, its publisher and the like titles of others say."""
    nearby = neighbours(points(candidates), SAME_SUBJECT)
    return [
        _title_signals(one) | _told_by(one, [candidates[at] for at in near]) for one, near in zip(candidates, nearby, strict=True)
    ]


def _told_by(one: Candidate, near: Sequence[Candidate]) -> Signals:
    """Who else tells it. Of an arrival elsewhere, an event of that place, the reports of its launch are counted apart."""
    everybody = _company_signals([one, *near])
    if not arrives_elsewhere(one.title):
        return everybody
    own = _company_signals([one, *(other for other in near if _arrives_there_too(one, other))])
    return own | {name + OF_LAUNCH: everybody[name] - value for name, value in own.items() if everybody[name] > value}


def _arrives_there_too(one: Candidate, other: Candidate) -> bool:
    there = names_owner(one.url, other.title) or names_owner(other.url, one.title)
    return there and arrives_elsewhere(other.title)


def _title_signals(one: Candidate) -> Signals:
    titles, title = " | ".join(dict.fromkeys(offer.title for offer in one.offers)), one.title
    sites = {domain(one.url), host(one.url)}
    arrives = arrives_elsewhere(one.title)
    first_hand = "first-hand" + (OF_LAUNCH if arrives and not by_actor(one.url, one.title) else "")
    lab = bool(lexicon.LABS.search(titles) or lexicon.PRODUCTS.search(titles) or sites & lexicon.LAB_SITES)
    found = {
        "names a lab or project": lab,
        "names a model": lexicon.MODEL.search(titles),
        "release": lexicon.EVENT_VERB.search(titles),
        first_hand: lexicon.first_hand(one.url, one.title) and not sites & lexicon.NO_PUBLISHERS,
        "opinion or how-to": lexicon.OPINION.search(titles),
        "an arrival elsewhere": arrives,
        "money talk": lexicon.MONEY.search(titles),
        "business talk": lexicon.BUSINESS.search(title),
        "round-up": lexicon.ROUNDUP.search(titles),
        "paper": domain(one.url) == "arxiv.org" or "huggingface.co/papers/" in one.url,
        "question": titles.rstrip().endswith(("?", "？")),
        "bare repository": _REPOSITORY.fullmatch(one.url),
    }
    return {name: 1.0 for name, held in found.items() if held}


def _company_signals(company: Sequence[Candidate]) -> Signals:
    """Who else tells it. `company`: the candidate first, then those with like titles.

    A publisher counts once, and so does a title: one wire report on ten sites is one voice.
    """
    own = len({offer.source for offer in company[0].offers})
    voices = {_letters(one.title): domain(one.url) for one in reversed(company)} if len(company) > 1 else {"": ""}
    sources = {offer.source for one in company for offer in one.offers}
    votes = (offer.votes for one in company for offer in one.offers)
    most = max((one.n for one in votes if one and one.site == "hackernews"), default=0)
    return {
        "independent publishers": math.log(len(set(voices.values()))),
        "sources around it": math.log(len(sources)),
        "sources that offer it": math.log((1 + own) / 2),
        "points": math.log1p(most),
    }


def _letters(title: str) -> str:
    """The first sixty letters, by which copies of one headline are known."""
    return _NO_LETTERS.sub("", title.casefold())[:60]


def story_signals(story: Story, now: datetime) -> Signals:
    """What the lead's text says, what release notes change, and how old the story is in days."""
    lead, head = story.lead, story.lead.text[:6000]
    scale = _scale(head)
    return changes_signals(story) | {
        OUR_FIELD: max(0.0, min(SURELY, field.judged(*field.spoken(story)).score)) / SURELY,
        "engineering depth": _depth(head, scale),
        TEASER: float(lead.partial),
        "thin text": float(len(head) * scale < 500 and not lead.partial),
        "reference page": float(_documentation(lead)),
        "small by its own word": float(bool(lexicon.MINOR.search(head[:1000]))),
        AGE: _age_days(story, now),
    }


def _documentation(lead: Document) -> bool:
    """A page of a manual rather than a piece of news: by its title, or by its address, which rarely lies about that."""
    return bool(lexicon.REFERENCE.search(lead.title)) or is_manual(lead.url)


@lru_cache(maxsize=TEXTS_KEPT)
def _depth(head: str, scale: float) -> float:
    """0 to 1.2: measured quantities and engineering terms per thousand characters of the beginning."""
    measured = len(with_unit(head))
    terms = len({found.casefold() for found in lexicon.DEPTH.findall(head)})
    return min(1.2, 0.05 * measured * scale + 0.1 * terms)


def _scale(text: str) -> float:
    """How many Latin letters one of the text's characters carries here, about."""
    return 1.5 if language_of(text) == "zh" else 1.0


def _age_days(story: Story, now: datetime) -> float:
    dated = [document.published_at for document in story.documents if document.published_at]
    return max(0.0, (now - max(dated)).total_seconds() / 86400) if dated else 1.0


def weighed(signals: Mapping[str, float], weights: Mapping[str, float]) -> dict[str, float]:
    """The terms of a score: every signal times its weight, those without a weight left out."""
    return {name: value * weights[name] for name, value in signals.items() if name in weights}
