"""Whether what was published is still there: the digest that was recorded against the file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from deepdaily.core.types import Edition, Issue
from deepdaily.publish import FileChannel, Publication, Publisher
from deepdaily.store import Store
from deepdaily.store.snapshots import body_digest


def recorded(issue: Issue, store: Store) -> list[Edition]:
    """The editions of the issue that no later issue writes again: its own files, of the newest issue all."""
    newest = store.issues(limit=1)
    is_newest = not newest or newest[0].slot.key == issue.slot.key
    return [one for one in store.editions(issue.slot.key) if is_newest or is_own(one, issue)]


def is_own(edition: Edition, issue: Issue) -> bool:
    """Whether the file is of this issue alone, not shared with others as a feed is."""
    return issue.day in edition.location


def taken(issue: Issue, store: Store, publishers: Sequence[Publisher]) -> set[str]:
    """The channels that have the issue. A file channel has not where a file is lost, or one changed that it shares among issues.

    A changed file of the issue alone is a person's edit: it is left as it is. A place where the channel would not write today, as
    its section or folder is another since, is not missed.
    """
    editions = recorded(issue, store)
    lacking = {one.channel for one in publishers if isinstance(one, FileChannel) and _lacks(one, editions, issue, store)}
    return {one.channel for one in store.editions(issue.slot.key)} - lacking


def _lacks(channel: FileChannel, editions: Sequence[Edition], issue: Issue, store: Store) -> bool:
    lost = {one.location for one in editions if one.channel == channel.channel and _is_lost(one, channel, issue)}
    if not lost:
        return False
    known = {one.location for one in store.editions(issue.slot.key) if one.channel == channel.channel}
    return not channel.files(Publication.of(issue, store)).keys() <= known - lost


def _is_lost(edition: Edition, channel: FileChannel, issue: Issue) -> bool:
    digest = digest_of(channel.dir / edition.location)
    return not digest or (digest != edition.digest and not is_own(edition, issue))


def changed(issue: Issue, store: Store, channels: Sequence[FileChannel]) -> Iterator[tuple[str, Path]]:
    """Files of the issue alone that are not as they were published, each behind its channel's name."""
    files = {one.channel: one for one in channels}
    for edition in recorded(issue, store):
        if edition.channel in files and is_own(edition, issue):
            path = files[edition.channel].dir / edition.location
            if digest_of(path) not in ("", edition.digest):
                yield edition.channel, path


def digest_of(path: Path) -> str:
    """Empty for a file that is not there, cannot be read, or is empty: what a full disk leaves behind."""
    try:
        content = path.read_bytes()
    except OSError:
        return ""
    return body_digest(content) if content else ""
