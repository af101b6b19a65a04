"""What the built-in writer knows beside the sources: playbooks, states, topics, silences.

When each applies is in `rules.toml`; what it says is in `words`, by its name.
"""

from __future__ import annotations

from dataclasses import dataclass

from deepdaily.core.cues import Cue, cue, cues, rows, table
from deepdaily.core.gaps import BY_NAME

NEVER = Cue(r"(?!)")


@dataclass(frozen=True, slots=True)
class Playbook:
    """When the advice of its name in `words` is given: for one kind of story, by the harm or the gain it is about.

    Used when the title fits `title` and not `unless`, the text fits `text`, and nothing printed fits `never_beside`.
    """

    name: str
    title: Cue
    text: Cue
    unless: Cue = NEVER
    never_beside: Cue = NEVER
    adopts: bool = False
    """Advice on trying a new thing: none while it is paused or withdrawn."""


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

PLAYBOOKS = rows(Playbook, _TABLE["playbooks"])

STATUSES = cues(_TABLE["statuses"])
"""A state that a source's own update announces; the title says it."""

TOPICS = cues(_TABLE["topics"])
"""A subject stories may share; the title or the printed passages must name it."""

SILENCES = rows(Silence, _TABLE["silences"])

DISPUTED = cue(_TABLE["disputed"])
"""A headline of a dispute or of money: its silences are not named."""
