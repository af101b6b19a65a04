"""Whose event a title tells, and whether the page's own site is that actor: first-hand is who did it, not who names it."""

from __future__ import annotations

import re

from deepdaily.core import lexicon
from deepdaily.core.cues import cues, table
from deepdaily.core.text import CJK
from deepdaily.core.urls import domain, host

_TABLE = table(__name__)
_CUES = cues(_TABLE["cues"])
_OWNED = {site: frozenset(names.split()) for site, names in _TABLE["owned"].items()}
PLATFORMS = frozenset({"github.com", "huggingface.co"})
_KIND_OF_HOUSE = re.compile(r"(?:labs?|ai|hq|inc|team|tech|research|project|official|systems)$")
"""What a site's name says of its house beside its own: Acme's is acme-labs."""

_LATIN = re.compile(rf"[^\W_{CJK}]+")
"""A word of a title; Chinese ones run into the names beside them: `OpenAI发布Codex`."""

_SHORTEST = 4
"""Letters of a site's name that may be looked for in titles: a shorter one is found in other words."""


def arrives_elsewhere(title: str) -> bool:
    """Whether the title tells that somebody's model or product came into another one: an event of the other, not of its maker."""
    named = lexicon.MODEL.search(title) or lexicon.PRODUCTS.search(title)
    return bool(named and _CUES["elsewhere"].search(title))


def by_actor(url: str, title: str) -> bool:
    """Whether the page's publisher did what the title says.

    A known maker's site, or one whose name the title bears, speaks of its own; where the title tells an arrival elsewhere, only if
    it names the site's owner: "X is available in Y" is Y's. On a platform the account speaks. A manual tells no event.
    """
    if is_manual(url):
        return False
    if domain(url) in PLATFORMS:
        return _accounts_own(url)
    return names_owner(url, title) or (lexicon.first_party(url) and not arrives_elsewhere(title))


def is_manual(url: str) -> bool:
    """A page of documentation by its address, and no dated one."""
    path = url.partition("://")[2]
    return bool(lexicon.DOCUMENTATION.search(path)) and not lexicon.DATED_PAGE.search(path)


def is_talk(url: str) -> bool:
    """Whether a page of a platform is what anybody may write beside a project: an issue, a discussion."""
    return domain(url) == "github.com" and bool(_CUES["talk"].search(url.partition("://")[2]))


def _accounts_own(url: str) -> bool:
    """Whether a page of a platform is what an account brings out itself, and not what anybody may write beside it."""
    path = url.partition("://")[2].partition("/")[2]
    return not (_CUES["talk"].search(f"/{path}") or _CUES["guests"].match(path))


def names_owner(url: str, title: str) -> bool:
    """Whether the title names the site, or what is known to be its owner's."""
    folded, words = title.casefold(), set(_words(title))
    owned = _OWNED.get(domain(url), frozenset()) | _OWNED.get(host(url), frozenset())
    label = re.sub(r"[\W_]+", "", domain(url).partition(".")[0])
    bare = _KIND_OF_HOUSE.sub("", label)
    owns = any(name in words if name.isascii() else name in folded for name in owned)
    return owns or any(len(name) >= _SHORTEST and _bears(name, title) for name in {label, bare})


def _bears(name: str, title: str) -> bool:
    """Whether words of the title, written together, are the name: `Llama Index` is llamaindex."""
    words = _words(title)
    return any("".join(words[at : at + count]) == name for count in (1, 2, 3) for at in range(len(words) - count + 1))


def _words(title: str) -> list[str]:
    return _LATIN.findall(title.casefold())
