"""Out: one protocol, one class a channel. A channel takes an issue, never a draft."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, runtime_checkable

from deepdaily.core.errors import PublishError
from deepdaily.core.types import Document, Edition, Issue
from deepdaily.store import Store
from deepdaily.store.snapshots import body_digest


@dataclass(frozen=True, slots=True)
class Publication:
    """An issue, and what channels show beside it."""

    issue: Issue
    """What review approved."""
    recent: Sequence[Issue]
    """Issues newest first, `issue` among them."""
    documents: Mapping[str, Document]
    """Those cited by `issue`, by id."""
    also: Sequence[Publication] = ()
    """The issue in other languages, each with the issues of that language; channels that are messages send none of them."""
    feed_id: str = ""
    """`Store.feed_id`."""

    @classmethod
    def of(cls, issue: Issue, store: Store) -> Publication:
        documents = store.documents(issue.proofs())
        told = store.translations(issue.slot.key)
        also = [cls(one, store.translated(one.draft.language), documents) for one in told]
        return cls(issue, store.issues(), documents, also, store.feed_id())

    def by_suffix(self) -> list[tuple[str, Publication]]:
        """Each language with what its files' names end in: nothing for the digest's own, `.en` for another."""
        return [("", self), *((f".{one.issue.draft.language}", one) for one in self.also)]


def edition_of(issue: Issue, channel: str, location: str, content: bytes) -> Edition:
    """What is kept of `content`, published at `location` of the channel."""
    return Edition(issue.slot.key, channel, location, body_digest(content), issue.approved_at)


class TakenInPart(PublishError):
    """The channel took the issue, but not for everybody. It counts as published: what arrived is not sent again."""

    def __init__(self, message: str, remedy: str = "", editions: tuple[Edition, ...] = ()) -> None:
        super().__init__(message, remedy)
        self.editions = editions

    def __reduce__(self):  # type: ignore[no-untyped-def]
        return type(self), (str(self), self.remedy, self.editions)


class Publisher(Protocol):
    """A channel. Publishing the same issue again changes nothing."""

    @property
    def channel(self) -> str:
        """The channel's name in editions and settings: one kind may stand there several times."""
        ...

    async def publish(self, publication: Publication) -> tuple[Edition, ...]:
        """Bring the issue out.

        Raises:
            PublishError: this channel did not take it; the others are independent.
            ChannelBusy: not at this moment; it is asked again.
            TakenInPart: it took it, but not for everybody.
        """
        ...


@runtime_checkable
class Following(Publisher, Protocol):
    """What is done with written files: committed, built. Done again whenever a channel wrote files."""

    @property
    def follows(self) -> str:
        """The channel without which it is not done; its own name is that and a suffix behind a colon: `hugo:git`."""
        ...

    @property
    def said(self) -> str:
        """What was said while it was last done, for the run's record; mostly nothing."""
        ...


@runtime_checkable
class FileChannel(Publisher, Protocol):
    """A channel that is files below a folder: what it published can be compared with what the issue gives."""

    @property
    def dir(self) -> Path: ...

    def files(self, publication: Publication) -> dict[str, bytes]:
        """The bytes by place below its folder."""
        ...
