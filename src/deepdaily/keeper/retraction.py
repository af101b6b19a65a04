"""An issue taken back: out of the store's issues, the files and the feeds. What was sent stays sent."""

from __future__ import annotations

from pathlib import Path

from deepdaily.core.errors import PublishError
from deepdaily.core.types import Issue, Trouble
from deepdaily.publish import FileChannel, Following, Publication, Publisher
from deepdaily.publish.standing import changed, is_own, recorded
from deepdaily.run import Record, Run


async def taken_back(run: Run, issue: Issue) -> list[str]:
    """Take the issue back; what a person should know of it.

    Its own files go, but for those that somebody changed; feeds and indexes are written without it. The store keeps it beside
    the issues, so that it can be brought out again; its stories count as untold.

    Raises:
        PublishError: a file cannot be removed; then the issue is still there, and the same may be asked again.
    """
    store, slot = run.store, issue.slot.key
    files = [one for one in run.publishers if isinstance(one, FileChannel)]
    edited = {path for _, path in changed(issue, store, files)}
    editions = recorded(issue, store)
    alone = not [one for one in store.issues(limit=2) if one.slot.key != slot]
    for channel in files:
        own = [one for one in editions if one.channel == channel.channel and (alone or is_own(one, issue))]
        gone = [channel.dir / one.location for one in own]
        _remove([path for path in gone if path not in edited], issue.day)
    sent = {one.channel for one in store.editions(slot)} - {one.channel for one in files}
    store.retract(slot)
    run.record = Record.resumed(run.record.meter, store.record(slot))
    for channel in files:
        await _written_without(run, channel)
    for step in run.publishers:
        if isinstance(step, Following):
            await _tried(run, step, Publication.of(issue, store))
    run.ended("retracted")
    return [
        *(f"{path} was changed by somebody and stays: remove it yourself" for path in sorted(edited)),
        *(f"{name} was sent it, which nothing undoes" for name in sorted(sent) if ":" not in name),
    ]


async def _written_without(run: Run, channel: FileChannel) -> None:
    newest = run.store.issues(limit=1)
    if newest:
        await _tried(run, channel, Publication.of(newest[0], run.store))


async def _tried(run: Run, publisher: Publisher, publication: Publication) -> None:
    try:
        run.store.keep_editions(await publisher.publish(publication))
    except PublishError as error:
        run.record.troubles.append(Trouble(publisher.channel, error.advised))


def _remove(paths: list[Path], day: str) -> None:
    """Remove the files, and the folder of the day where it is empty then."""
    for path in paths:
        try:
            path.unlink(missing_ok=True)
            if day in path.parent.name and not any(path.parent.iterdir()):
                path.parent.rmdir()
        except OSError as error:
            remedy = f"make {path.parent} a folder this user may write to, then ask again"
            raise PublishError(f"cannot remove {path}: {error.strerror or error}", remedy) from error
