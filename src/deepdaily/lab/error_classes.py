"""Our errors in the words of the hostile set."""

from __future__ import annotations

import re

from aiohttp import ClientConnectorDNSError

from deepdaily.core.errors import (
    AddressRefused,
    BadStatus,
    BodyRefused,
    DeepdailyError,
    NotAFeed,
    NoText,
    SourceError,
    Unreachable,
    WorkerFailed,
)  # fmt: skip

_CLASSES: tuple[tuple[type[DeepdailyError], str, str], ...] = (
    (AddressRefused, "scheme", "bad_scheme"),
    (AddressRefused, "malformed", "bad_url"),
    (AddressRefused, "port", "blocked_port"),
    (AddressRefused, "", "blocked_address"),
    (BadStatus, ".* redirects", "too_many_redirects"),
    (BadStatus, "", "http_status"),
    (BodyRefused, ".*(?:larger than|announces)", "too_large"),
    (BodyRefused, "", "bad_encoding"),
    (Unreachable, ".*no whole answer", "too_slow"),
    (Unreachable, "", "protocol"),
    (WorkerFailed, "longer than", "too_slow"),
    (WorkerFailed, "more memory|a result of", "too_large"),
    (NotAFeed, ".*XML entities", "xml_forbidden"),
    (NotAFeed, ".*larger than", "too_large"),
    (NotAFeed, "", "not_a_feed"),
    (SourceError, "", "not_a_feed"),
    (NoText, "more than", "too_large"),
    (NoText, "", "not_text"),
)
"""An error, how its message begins, and its class; the first that fits."""


def error_class(error: DeepdailyError) -> str:
    """The set's word for an error; `crash` where it has none, as for a bug that a worker caught."""
    if isinstance(error, Unreachable) and isinstance(error.__cause__, ClientConnectorDNSError):
        return "dns"
    fits = (name for kind, begins, name in _CLASSES if isinstance(error, kind) and re.match(begins, str(error)))
    return next(fits, "crash")
