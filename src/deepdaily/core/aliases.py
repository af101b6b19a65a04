"""Other names of one thing: Chinese to Latin, and words that say the same of an event, so that titles of two languages meet.

A table only, in `aliases.toml`; likeness and threads read the meanings, the evidence check the names too.
"""

from __future__ import annotations

from deepdaily.core.cues import table

_TABLE = table(__name__)
_MEANINGS = _TABLE["meanings"].splitlines()
MEANING: dict[str, str] = {word: words[0] for row in _MEANINGS if (words := row.split()) for word in words}
"""By word the name of its meaning, which is a word of it itself."""

NAMED: dict[str, str] = {word: words[0] for row in _TABLE["names"].splitlines() if (words := row.split()) for word in words}
"""The same of names that make no two titles alike, but are one name in a sentence."""
