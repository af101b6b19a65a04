"""What the built-in writer knows beside the sources: states, topics, silences.

When each applies is in `rules.toml`; what it says is in `words`, by its name.
"""

from __future__ import annotations

from dataclasses import dataclass

from deepdaily.core.cues import Cue, cue, cues, rows, table
from deepdaily.core.gaps import BY_NAME


@dataclass(frozen=True, slots=True)
class Silence:
    """What a reader would ask of such a story; named as unknown when the whole text has no word of it."""

    name: str
    title: Cue
    of_launches: bool = False
    """Asked only of something its maker launches."""

    def broken_by(self, text: str) -> bool:
        """Whether the text has a word of it."""
        return bool(BY_NAME[self.name].said.search(text))


_TABLE = table(__name__)

STATUSES = cues(_TABLE["statuses"])
"""A state that a source's own update announces; the title says it."""

TOPICS = cues(_TABLE["topics"])
"""A subject stories may share; the title or the printed passages must name it."""

SILENCES = rows(Silence, _TABLE["silences"])

DISPUTED = cue(_TABLE["disputed"])
"""A headline of a dispute or of money: its silences are not named."""
