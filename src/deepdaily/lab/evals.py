"""The product's own components over open data sets, predictions written as the set's scorer reads them.

A set is a folder as `score.py` beside it describes; any half of it, or another in the same form, can be scored by anyone.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deepdaily.core.errors import SettingsError
from deepdaily.core.types import Profile
from deepdaily.lab.choosing import clustering, selection
from deepdaily.lab.happenings import events
from deepdaily.lab.hostile import hostile
from deepdaily.lab.injected import Writer, injection
from deepdaily.lab.parsing import extraction, feeds, groundedness
from deepdaily.lab.rendered import output_injection
from deepdaily.lab.rows import Row


@dataclass(frozen=True, slots=True)
class How:
    """What a set may be run with; each says for which."""

    folds: Path | None = None
    """Selection: days to learn publishers' records from, for each day those far enough away. Events: labels to learn the field
    from, for each day those of others."""
    days: Path | None = None
    """Events, with `folds`: a selection set whose picks are learned from too."""
    cold: bool = False
    """Selection: nothing learned at all."""
    profile: Profile = "consensus"
    """Selection: whose taste."""
    writer: Writer = "builtin"
    """Injection: who writes."""
    webs: Sequence[Path] = ()
    """Events: WARC files with the candidates' pages."""


def run(name: str, folder: Path, out: Path, how: How = How()) -> int:
    """Write the predictions of set `name` in `folder` to `out`; how many there are.

    One JSON object a line; of a set of rendered files, the files into the folder `out`.

    Raises:
        SettingsError: no such set, or the folder is not laid out like it.
    """
    known = *SETS, *FILE_SETS, SELECTION, INJECTION, EVENTS
    if name not in known:
        raise SettingsError(f"there is no set {name!r}", f"known: {', '.join(known)}")
    if (name not in (SELECTION, EVENTS) and how.folds) or (name != SELECTION and how.cold):
        raise SettingsError(f"{name} learns nothing", "leave out --folds and --cold")
    try:
        files = _predicted(name, folder, how)
    except (OSError, ValueError, KeyError) as error:
        raise SettingsError(f"{folder} is not laid out like the set {name}: {error}", "see the README of the set") from error
    try:
        (out if name in FILE_SETS else out.parent).mkdir(parents=True, exist_ok=True)
        for file, body in files.items():
            (out / file if name in FILE_SETS else out).write_bytes(body)
    except OSError as error:
        raise SettingsError(f"{out} cannot be written: {error.strerror}", "name another with --out") from error
    return len(files) if name in FILE_SETS else files[""].count(b"\n")


def _predicted(name: str, folder: Path, how: How) -> Mapping[str, bytes]:
    """The files by name; one without a name where the set is told in rows."""
    if name in FILE_SETS:
        return FILE_SETS[name](folder)
    found: list[Row]
    if name == SELECTION:
        found = selection(folder, how.folds, how.cold, how.profile)
    elif name == EVENTS:
        found = asyncio.run(events(folder, how.webs, how.folds, how.days))
    else:
        found = asyncio.run(injection(folder, how.writer) if name == INJECTION else SETS[name](folder))
    return {"": "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in found).encode()}


SELECTION, INJECTION, EVENTS = "selection", "injection", "events"

SETS: dict[str, Callable[[Path], Coroutine[Any, Any, list[Row]]]] = {
    "groundedness": groundedness,
    "feeds": feeds,
    "extraction": extraction,
    "clustering": clustering,
    "hostile": hostile,
}

FILE_SETS: dict[str, Callable[[Path], Mapping[str, bytes]]] = {"output-injection": output_injection}
