"""Everything that can go wrong, as a tree. An error says what failed; `remedy` says what to do about it."""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum


class Exit(IntEnum):
    """Exit statuses of the commands."""

    PUBLISHED = 0
    """Or nothing was to be done."""
    RED = 1
    """A check did not hold."""
    BAD_USAGE = 2
    BUG = 3
    """An error that nobody foresaw; its details are in a file."""
    DEGRADED = 10
    """Published, but poorer than a good day."""
    INCOMPLETE = 11
    """Published, but a channel is missing: the same command tries it again."""
    NOTHING = 30
    """Nothing was published."""
    HELD = 75
    """Another run has been writing the slot for an hour; what becomes of it is not known."""


ENDED: Mapping[int, str] = {
    Exit.PUBLISHED: "published, or nothing was to be done",
    Exit.RED: "a check did not hold",
    Exit.BAD_USAGE: "options or settings that cannot be, or a store that cannot be used; it is tried again",
    Exit.BUG: "an error that nobody foresaw; its details are in the file named",
    Exit.DEGRADED: "published, but poorer than a good day",
    Exit.INCOMPLETE: "published, but a channel is missing; it is tried again",
    Exit.NOTHING: "nothing was published; it is tried again",
    Exit.HELD: "another run has been writing it for an hour; it is looked at again",
}
"""Exit statuses in words."""


class DeepdailyError(Exception):
    """Base of all errors a caller can act on. Anything else is a bug and ends the run with its traceback.

    It crosses to another process whole: what an error has beside its message is an attribute, and its argument has a default.
    """

    remedy = ""

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(message)
        if remedy:
            self.remedy = remedy

    @property
    def advised(self) -> str:
        """What failed, and what to do about it where that is known."""
        return f"{self}; {self.remedy}" if self.remedy else str(self)


class _AskedToWait(DeepdailyError):
    """`retry_after_s` is None where no time is named."""

    def __init__(self, message: str, remedy: str = "", retry_after_s: float | None = None) -> None:
        super().__init__(message, remedy)
        self.retry_after_s = retry_after_s


class SettingsError(DeepdailyError):
    """The settings cannot be used: exit status 2."""


class StoreError(DeepdailyError):
    """The data folder cannot be used; nothing was changed in it."""


class StoreTooNew(StoreError):
    """The database was written by a newer version."""


class SnapshotDamaged(StoreError):
    """The stored bytes are missing or are not the ones that were fetched."""


class FetchError(DeepdailyError):
    """One address gave nothing usable. It costs only that address."""


class AddressRefused(FetchError):
    """A scheme, port or network we do not visit."""


class Unreachable(FetchError):
    """No answer: name, connection, certificate or time."""


class NotConnected(Unreachable):
    """Nobody takes a connection there: the other scheme may be asked."""


class BadStatus(FetchError):
    """An answer other than 200. `headers` have lower-case names; `body` is its beginning, for the words of an API."""

    def __init__(
        self,
        message: str,
        remedy: str = "",
        status: int = 0,
        retry_after_s: float | None = None,
        body: bytes = b"",
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message, remedy)
        self.status, self.retry_after_s, self.body = status, retry_after_s, body
        self.headers = dict(headers or {})


class BodyRefused(FetchError):
    """Too large, or in a coding or type we do not open."""


class SourceError(DeepdailyError):
    """One source gave no offers. It costs only its own candidates."""


class NotAFeed(SourceError):
    """HTTP 200, but not a feed: a login page, an empty shell, garbage. `leads_to` is where a page sends its visitors on to, or
    the feed that it names."""

    def __init__(self, message: str, remedy: str = "", leads_to: str = "") -> None:
        super().__init__(message, remedy)
        self.leads_to = leads_to


class RateLimited(_AskedToWait, SourceError):
    """Asked too fast: it may be asked once more after the time it names; `retry_after_s` is None where it names none."""


class QuotaSpent(_AskedToWait, SourceError):
    """Nothing left today: it is not asked again; `retry_after_s` is until there is something again."""


class NoText(DeepdailyError):
    """A page without readable text."""


class Forwarded(NoText):
    """A page that only sends its readers elsewhere: `to` is what it names, not yet made absolute."""

    def __init__(self, message: str, remedy: str = "", to: str = "") -> None:
        super().__init__(message, remedy)
        self.to = to


class WorkerFailed(DeepdailyError):
    """Foreign bytes took too long, too much memory, or killed their worker."""


class QuoteNotFound(DeepdailyError):
    """The words are not in the document in that order. The caller drops the claim; it never prints it."""


class ModelError(DeepdailyError):
    """One model gave no usable reply: the next one is asked, and at the end the built-in writer writes."""


class ModelBusy(_AskedToWait, ModelError):
    """This moment: too many calls, still loading, out of order; `retry_after_s` is None where it does not say until when."""

    sent = True
    """Whether the call has reached it."""


class ModelAway(ModelBusy):
    """No connection: name, port, certificate or proxy. Nothing was sent, so nothing is owed."""

    sent = False


class ModelRefused(ModelError):
    """The account: key, region, balance, name or address are wrong. It will not answer this run, however often it is asked."""


class PromptRefused(ModelError):
    """This prompt: a filter, or a form that the endpoint does not take. Another prompt may well be answered."""


class PromptTooLong(PromptRefused):
    """This prompt and the reply it asks for are longer than the model's window; `window` in tokens, None where it does not say."""

    def __init__(self, message: str, remedy: str = "", window: int | None = None) -> None:
        super().__init__(message, remedy)
        self.window = window


class ReplyBroken(ModelError):
    """No whole reply: empty, broken off, HTML, not what the protocol promises."""


class ReplyUnended(ReplyBroken):
    """The answer ended without saying that it is whole: it counts where it can be read."""


class ReplyCut(ReplyBroken):
    """It reached its longest length; `thought` where thoughts took of it."""

    def __init__(self, message: str, remedy: str = "", thought: bool = False) -> None:
        super().__init__(message, remedy)
        self.thought = thought


class ReplyMisshapen(ModelError):
    """A whole reply that is not in the shape asked for; the message says where, for the second attempt."""


class NoModel(ModelError):
    """Every model of the ladder was asked or is not to be asked: the built-in writer writes."""


class NothingToPublish(DeepdailyError):
    """No story with a read text: exit status 30."""


class PublishError(DeepdailyError):
    """One channel did not take the issue; the others are independent."""


class ChannelBusy(_AskedToWait, PublishError):
    """Refused for the moment: greylisting, too many messages, no connection. It is asked again until the deadline."""
