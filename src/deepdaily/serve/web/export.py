"""The archive as files: the reader's own pages, linked among themselves, for any web server or for none."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match
from starlette.types import Scope

from deepdaily.core.errors import PublishError
from deepdaily.serve.over_days import ISSUES_FOLLOWED
from deepdaily.serve.web import Shelf, Site

# Foreign text has no bare quotation mark left, and foreign links begin with http: what begins with a slash is ours.
_OWN_LINK = re.compile(r'(?<= )(href|src)="/([^"#?]*)(?:\?[^"#]*)?((?:#[^"]*)?)"')


def export(shelf: Shelf, folder: Path) -> int:
    """Write days, the list of them, stories, watchlist, feeds and llms.txt below `folder`; the number of files.

    Cited passages stand on the day's own page with what is around them: whole texts are not republished. There is no
    search and no board. Files of earlier exports are overwritten, nothing is deleted.

    Raises:
        PublishError: the folder cannot be written.
    """
    count = 0
    for address, answer in _answers(shelf):
        place = file_of(address)
        path = folder / place
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(relative(bytes(answer.body), place))
        except OSError as error:
            raise PublishError(f"cannot write {path}: {error.strerror}", "name another folder with --out") from error
        count += 1
    return count


def _answers(shelf: Shelf) -> Iterator[tuple[str, Response]]:
    """Every address of the copy with its answer, one at a time; what has no answer, as the feeds of no issue, is left out."""
    routes, days = Site(shelf, static=True).routes(), shelf.store.issue_days()
    addresses = ["/", "/archive", "/watch", "/feeds", "/feed.atom", "/feed.json", "/llms.txt", "/style.css"]
    addresses += [f"/d/{day}{twin}" for day in days for twin in ("", ".md", ".json")]
    addresses += [f"/s/{story}" for story in sorted(shelf.store.told_stories(limit=ISSUES_FOLLOWED))]
    for address in addresses:
        asked: Scope = {"type": "http", "method": "GET", "path": address, "headers": [], "query_string": b""}
        matches = (route.matches(asked) for route in routes)
        found = next(found for match, found in matches if match is Match.FULL)
        try:
            yield address, found["endpoint"](Request({**asked, **found}))
        except HTTPException:
            continue


def file_of(address: str) -> str:
    """The place of an address's file below the folder: `/d/2026-02-11` is `d/2026-02-11.html`."""
    path = address.lstrip("/") or "index"
    return path if "." in path else f"{path}.html"


def relative(content: bytes, place: str) -> bytes:
    """`content` with its links to this site leading from file to file; a passage's address to the day that quotes it."""
    up = "../" * place.count("/")
    if place == "llms.txt":
        return content.replace(b"](/", b"](")
    if not place.endswith(".html"):
        return content

    def led(found: re.Match[str]) -> str:
        passage = re.fullmatch(r"e/([\d-]+)/\d+", found[2])
        return f'{found[1]}="{up}{file_of("/d/" + passage[1] if passage else found[2])}{found[3]}"'

    return _OWN_LINK.sub(led, content.decode()).encode()
