"""An issue taken back: out of the store's issues, the files and the feeds. What was sent stays sent."""

from __future__ import annotations

from collections.abc import Awaitable
from pathlib import Path

from deepdaily.core.errors import PublishError
from deepdaily.core.types import Edition, Issue, Trouble
from deepdaily.publish import FileChannel, Following, Publication
from deepdaily.publish.files import written
from deepdaily.publish.standing import changed, digest_of, is_own
from deepdaily.run import Record, Run
from deepdaily.store import Store


async def taken_back(run: Run, issue: Issue) -> list[str]:
    """Take the issue back; what a person should know of it. What failed is in the record, and the same may be asked again.

    Its own files go, but for those that somebody changed; feeds and indexes are written without it. The store keeps it beside
    the issues, so that it can be brought out again; its stories count as untold.

    Raises:
        PublishError: a file cannot be removed; then the issue is still there.
    """
    store, slot = run.store, issue.slot.key
    files = [one for one in run.publishers if isinstance(one, FileChannel)]
    edited = {path for _, path in changed(issue, store, files)}
    for channel in files:
        own = [channel.dir / one.location for one in _editions(store, issue, channel) if is_own(one, issue)]
        _remove([path for path in own if path not in edited], issue.day)
    sent = {one.channel for one in store.editions(slot)} - {one.channel for one in files}
    if store.issue(issue.day):
        store.retract(slot)
    run.record = Record.resumed(run.record.meter, store.record(slot))
    for channel in files:
        await _tried(run, channel.channel, _written_without(run, channel, issue))
    for step in run.publishers:
        if isinstance(step, Following):
            await _tried(run, step.channel, step.publish(Publication.of(issue, store)))
    run.ended("retracted")
    return [
        *(f"{path} was changed by somebody and stays: remove it yourself" for path in sorted(edited)),
        *(f"{name} was sent it, which nothing undoes" for name in sorted(sent) if ":" not in name),
    ]


def _editions(store: Store, issue: Issue, channel: FileChannel) -> list[Edition]:
    return [one for one in store.editions(issue.slot.key) if one.channel == channel.channel]


async def _written_without(run: Run, channel: FileChannel, issue: Issue) -> tuple[Edition, ...]:
    """The files that issues share, as the newest one of each language has them; those that show the issue alone are removed."""
    store, found = run.store, list[Edition]()
    in_other_languages = (store.translated(one.draft.language, limit=1) for one in store.translations(issue.slot.key))
    days = [one.day for told in (store.issues(limit=1), *in_other_languages) for one in told]
    for newest in filter(None, map(store.issue, dict.fromkeys(days))):
        there = {one.location for one in found}
        files = channel.files(Publication.of(newest, store))
        shared = {place: files[place] for place in files if newest.day not in place and place not in there}
        found += await written(channel.dir, channel.channel, newest, shared)
    there = {one.location for one in found}
    left = [one for one in _editions(store, issue, channel) if not is_own(one, issue) and one.location not in there]
    paths = {channel.dir / one.location: one.digest for one in left}
    _remove([path for path, digest in paths.items() if not days or digest_of(path) == digest], issue.day)
    return tuple(found)


async def _tried(run: Run, channel: str, work: Awaitable[tuple[Edition, ...]]) -> None:
    try:
        run.store.keep_editions(await work)
    except PublishError as error:
        run.record.troubles.append(Trouble(channel, error.advised))
        run.record.missing += (channel,)


def _remove(paths: list[Path], day: str) -> None:
    """Remove the files, and the folder of the day where it is empty then."""
    for path in paths:
        try:
            path.unlink(missing_ok=True)
            if day in path.parent.name and path.parent.is_dir() and not any(path.parent.iterdir()):
                path.parent.rmdir()
        except OSError as error:
            remedy = f"make {path.parent} a folder this user may write to, then ask again"
            raise PublishError(f"cannot remove {path}: {error.strerror or error}", remedy) from error
