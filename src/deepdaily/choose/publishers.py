"""How often a publisher's links became stories that several editors ran: a record by registrable domain, learned by counting.

By domain, not by feed, so that what was learned on one list of sources holds on another. On a platform where anybody may put a page
the account speaks, not the platform: `github.com/vllm-project`.
"""

from __future__ import annotations

import math
import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from deepdaily.core.urls import domain

DOUBT = 8
"""A domain is believed as far as its links outnumber so many ordinary ones (docs/ranking.md)."""

USEFUL, NOT_USEFUL = 0.25, 3.0
"""A reader's "useful" is a quarter of a picked link, a "not useful" three links nobody picked: three of either move the record
of an unknown domain by 2.0 and by -0.8, about as far as a lab's own site stands from the average."""


PLATFORMS = frozenset({"github.com", "huggingface.co"})
"""Their pages are their accounts'. A paper's address names no account: all of arxiv.org has one record."""


def speaker(url: str) -> str:
    """Whose record a link counts in: its domain, on a platform its account: `github.com/vllm-project`."""
    site = domain(url)
    account = url.partition("://")[2].partition("/")[2].partition("/")[0] if site in PLATFORMS else ""
    return f"{site}/{account.casefold()}" if account else site


@dataclass(frozen=True, slots=True)
class Standings:
    """By domain, how many of its links were picked and how many there were; `chance` is the share picked of all links."""

    counts: Mapping[str, tuple[float, float]]
    chance: float

    def of(self, url: str) -> float:
        """Log of the domain's rate over that of all: 0 for a domain nobody knows, 0.7 for twice the chance."""
        picked, links = self.counts.get(speaker(url), (0, 0))
        return math.log((picked + DOUBT * self.chance) / (links + DOUBT) / self.chance) if self.chance else 0.0

    def voted(self, votes: Iterable[tuple[str, int]]) -> Standings:
        """These standings with readers' votes (link, +1 or -1) counted in: the more links a domain has, the less one vote moves."""
        counts = dict(self.counts)
        for url, vote in votes:
            picked, links = counts.get(speaker(url), (0, 0))
            counts[speaker(url)] = (picked + USEFUL, links + USEFUL) if vote > 0 else (picked, links + NOT_USEFUL)
        return Standings(counts, self.chance)


COLD = Standings({}, 0.0)
"""Nothing learned: every domain alike."""


@cache
def shipped() -> Standings:
    """What `tools/train_ranking.py` learned, in `publishers.toml`."""
    found = tomllib.loads((files(__package__) / "publishers.toml").read_text("utf-8"))
    return Standings({site: (picked, links) for site, (picked, links) in found["counts"].items()}, found["chance"])


def learned(outcomes: Iterable[tuple[str, bool]]) -> Standings:
    """Standings from (link, whether it was picked). Domains with fewer than DOUBT links, none picked, stay unknown."""
    picked, links = Counter[str](), Counter[str]()
    for url, ran in outcomes:
        site = speaker(url)
        links[site] += 1
        picked[site] += ran
    total = sum(links.values())
    chance = sum(picked.values()) / total if total else 0.0
    known = [site for site in sorted(links) if picked[site] or links[site] >= DOUBT]
    return Standings({site: (picked[site], links[site]) for site in known}, chance)
