"""What an answer says of itself: whether it is whole, where it leads, when to come again, how to ask whether it has changed."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from deepdaily.read.web_wire import Answer
from deepdaily.store import Validators

MAX_WAIT_S = 5.0
"""The longest moment that is waited for within one question."""

LEADS_ON = "open it in a browser, and take the address where that ends"


REDIRECTS = (300, 301, 302, 303, 307, 308)
PERMANENT = (301, 308)

_REFRESH = re.compile(r"\s*\d?(?:\.\d{0,9})?\s*[;,]\s*url\s*=\s*(['\"]?)(.{1,8000}?)\1\s*", re.IGNORECASE)
"""A Refresh header that sends its readers on within ten seconds."""


REMEDIES = {
    401: "it wants a login: take another address of it, or leave it out",
    403: "the site refuses programs, or this one: take another address of it, or leave it out",
    404: "look for its new address",
    410: "look for its new address",
    429: "it was asked too often: ask it less often, or later",
}


def status_remedy(status: int) -> str:
    if status in REMEDIES:
        return REMEDIES[status]
    if status >= 500:
        return "the site fails: it may be well next time"
    return LEADS_ON if status in REDIRECTS else ""


def is_whole(answer: Answer) -> bool:
    """Whether it is the page: 200, 203 (a proxy changed its form), or a "part" that is all of it."""
    if answer.status == 206:
        part = re.fullmatch(r"bytes 0-(\d{1,18})/(\d{1,18})", answer.headers.get("content-range", "").strip().lower())
        return part is not None and int(part[1]) + 1 == int(part[2]) == len(answer.body)
    return answer.status in (200, 203)


def leads(answer: Answer) -> str:
    """Where an answer sends its readers on to, as written; empty where it does not."""
    if answer.status in REDIRECTS:
        return answer.headers.get("location", "")
    refresh = _REFRESH.fullmatch(answer.headers.get("refresh", "")) if answer.status == 200 else None
    return refresh[2] if refresh else ""


def retry_after_s(value: str, now: datetime) -> float | None:
    """Seconds from `now` that a Retry-After header asks for, 0 if it lies in the past; None if it says nothing readable."""
    if re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,9})?", value.strip()):
        return float(value)
    try:
        at = parsedate_to_datetime(value)
    except (ValueError, TypeError):
        return None
    return max(0.0, (at.replace(tzinfo=at.tzinfo or UTC) - now).total_seconds())


def as_browsers_read(location: str) -> str:
    """A Location as WHATWG reads it; what comes out is checked as any address.

    Blanks inside are escaped, those at the ends and line breaks left out, and backslashes before the query are slashes.
    """
    written = re.sub(r"[\t\r\n]", "", location.strip()).replace(" ", "%20")
    path = re.split(r"[?#]", written, maxsplit=1)[0]
    return path.replace("\\", "/") + written[len(path) :]


def moment_asked_for(answer: Answer, now: datetime) -> float | None:
    """Seconds to wait for another try; None where it is no such answer, or names no time that is worth it."""
    wait_s = retry_after_s(answer.headers.get("retry-after", ""), now) if answer.status in (429, 503) else None
    return wait_s if wait_s is not None and wait_s <= MAX_WAIT_S else None


def conditions(validators: Validators) -> dict[str, str]:
    conditions = {"If-None-Match": validators.etag, "If-Modified-Since": validators.last_modified}
    return {name: value for name, value in conditions.items() if value}


def validators_of(answer: Answer, otherwise: Validators) -> Validators:
    """What to send next time; only what can be sent back whole in one short header line."""

    def sendable(name: str, fallback: str) -> str:
        value = answer.headers.get(name, "")
        return value if re.fullmatch(r"[\x20-\x7e]{1,500}", value) else fallback

    return Validators(sendable("etag", otherwise.etag), sendable("last-modified", otherwise.last_modified))
