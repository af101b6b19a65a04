"""What earlier issues told, asked and advised; pure. A run reads it once."""

from __future__ import annotations

from dataclasses import dataclass

from deepdaily.core.types import Issue, Slot, Watch
from deepdaily.memory.repeats import latest_watches, open_watches

ADVICE_ISSUES = 7
"""Newest issues whose advice is not said again."""


@dataclass(frozen=True, slots=True)
class Memory:
    """The issues of the last NO_REPEAT_DAYS as the run of `slot` sees them, newest first."""

    slot: Slot
    issues: tuple[Issue, ...]

    @property
    def told(self) -> list[Issue]:
        """All but this slot's own. A missed day written afterwards does not tell again what a newer issue told."""
        return [one for one in self.issues if one.slot.key != self.slot.key]

    @property
    def earlier(self) -> list[Issue]:
        """Those of earlier slots: what was asked since cannot be answered today."""
        return [one for one in self.issues if one.slot.due < self.slot.due]

    @property
    def asked(self) -> list[Watch]:
        """Every question of earlier slots as it last stood."""
        return latest_watches(self.earlier)

    @property
    def open(self) -> list[Watch]:
        """Those of them that are open this morning."""
        return open_watches(self.earlier, self.slot.due.date())

    @property
    def advised(self) -> set[str]:
        """The advice of the newest earlier issues, and what their built-in writer judged."""
        items = (item for issue in self.earlier[:ADVICE_ISSUES] for item in issue.items)
        return {text for item in items for text in (item.advice() if item.writer else item.judged())}
