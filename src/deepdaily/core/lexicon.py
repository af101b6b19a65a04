"""Words that mark things, in English and Chinese: the field, its makers, releases, opinion, money, code, puff.

Tables only, in `lexicon.toml`; the ranking and the built-in writer read them.
"""

from __future__ import annotations

from deepdaily.core.cues import cues, table
from deepdaily.core.urls import domain, host

_TABLE = table(__name__)
_CUES = cues(_TABLE["cues"])
_WORDS = {name: frozenset(words.split()) for name, words in _TABLE["words"].items()}

LABS = _CUES["LABS"]
PRODUCTS = _CUES["PRODUCTS"]
"""What the labs are known by: a title that names one of these names its maker too."""

MODEL = _CUES["MODEL"]
"""A model with its number, `GLM-5` or `Opus 4.6`; a bare letter and digit (`M2.5`, `R1`) is the short name of one."""

RELEASE = _CUES["RELEASE"]
EVENT_VERB = _CUES["EVENT_VERB"]
"""Something happened, money and pauses too: RELEASE alone in its place costs the ranking 0.006, cold 0.017."""

DOCUMENTATION = _CUES["DOCUMENTATION"]
DATED_PAGE = _CUES["DATED_PAGE"]
OPINION = _CUES["OPINION"]
BUSINESS = _CUES["BUSINESS"]
MONEY = _CUES["MONEY"]
ROUNDUP = _CUES["ROUNDUP"]
REFERENCE = _CUES["REFERENCE"]
DEPTH = _CUES["DEPTH"]
MINOR = _CUES["MINOR"]
"""An incident that its own maker calls small."""

FIRST_PARTY = _WORDS["FIRST_PARTY"]
LAB_SITES = _WORDS["LAB_SITES"]
"""A lab's own page names it, whatever its title says."""

NO_PUBLISHERS = _WORDS["NO_PUBLISHERS"]
"""Anybody may put a page there: being there says nothing about who speaks."""

HANGING = _CUES["HANGING"]
BOILERPLATE = _CUES["BOILERPLATE"]
PUFF = _CUES["PUFF"]
SPEAKING = _CUES["SPEAKING"]
NEWS = _CUES["NEWS"]
EVENT = _CUES["EVENT"]
VERB = _CUES["VERB"]
FOLLOWS = _CUES["FOLLOWS"]
CODE = _CUES["CODE"]
RESULT = _CUES["RESULT"]
POINTING = _CUES["POINTING"]
DUTY = _CUES["DUTY"]
ORDERS = _CUES["ORDERS"]
META = _CUES["META"]
TRADE = _WORDS["TRADE"]
"""Words of the trade in Latin letters: what a judgement may use without a source, as they name no product."""


def first_party(url: str) -> bool:
    """Whether the address is a known maker's own site."""
    return domain(url) in FIRST_PARTY or host(url) in FIRST_PARTY


def first_hand(url: str, title: str) -> bool:
    """Whether the maker speaks: a known maker's site, or one that bears the name of what the title is about."""
    label = domain(url).partition(".")[0].split("-")[0]
    return first_party(url) or (len(label) >= 4 and label in title.casefold())
