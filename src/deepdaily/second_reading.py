"""What a second reader says of a slot's stories, kept like what an editor says, and acted on within bounds.

A slot asks once: a run that goes on, or writes the slot again, acts on what was said then, but for what was taken back.
"""

from __future__ import annotations

from collections.abc import Sequence

from deepdaily.choose.edits import Unedited, bounded, desk_with
from deepdaily.choose.rank import why_untold
from deepdaily.core.decisions import in_force
from deepdaily.core.types import Decision
from deepdaily.ladder import Found, regrouped
from deepdaily.run import Run


async def edited(run: Run, found: Found, wall_s: float) -> tuple[Found, list[Decision]]:
    """What was found as the second reader's edits change it, and these; from here on `run.desk` holds them too."""
    groups = found.gathered.groups
    known = [one for one in run.store.decisions() if one.slot == run.slot.key]
    stories = [groups.lead_first(story) for story in found.stories if not why_untold(story, run.desk)]
    taken_back = [one for one in known if one.taken_back_at]
    day = Unedited(groups.grouping, stories, groups.refused(run), run.settings.digest.items, run.desk, taken_back)
    said = [*in_force(known), *await _said(run, day, known, wall_s)]
    edits, notes = bounded(said, day)
    run.findings += notes
    if not edits:
        return found, []
    run.store.keep_decision(*(one for one in edits if one not in known))
    run.desk = desk_with(edits, day)
    return await regrouped(run, found.gathered), edits


async def _said(run: Run, day: Unedited, known: Sequence[Decision], wall_s: float) -> list[Decision]:
    """What the second reader says now; nothing more where it has spoken in this run."""
    if any(one.at == run.now for one in known):
        return []
    said, notes = await run.writing.edit(day.stories, day.refused, run.slot, run.now, wall_s)
    run.findings += notes
    return said
