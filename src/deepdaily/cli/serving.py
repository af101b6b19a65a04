"""The pages for a browser."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from deepdaily.house import Given
from deepdaily.settings import name_of
from deepdaily.store.snapshots import Snapshots

if TYPE_CHECKING:
    from deepdaily.serve.web import Shelf


def serve_pages(given: Given, host: str, port: int, say: Callable[[str], None]) -> None:
    """Serve the reader until interrupted; `say` is told its address once it listens.

    Raises:
        SettingsError: nothing can listen there.
    """
    from deepdaily.serve.listening import serve_on
    from deepdaily.serve.web import reader

    names = given.settings.serve.names
    with _shelf(given) as shelf:
        serve_on(host, port, names, reader(shelf, host, names), say, "reading at {}/ (Ctrl-C ends it)")


def export_pages(given: Given, folder: Path) -> int:
    """Write the reader's pages below `folder`; the number of files. Raises PublishError."""
    from deepdaily.serve.web.export import export

    with _shelf(given) as shelf:
        return export(shelf, folder)


@contextmanager
def _shelf(given: Given) -> Iterator[Shelf]:
    """What the reader's pages are made from, closed at the end."""
    from deepdaily.serve.web import Shelf

    store, digest = given.store(), given.settings.digest
    try:
        with Snapshots(given.snapshots) as snapshots:
            yield Shelf(
                store, snapshots, name_of(given.settings), digest.language, lambda: given.clock(None), digest.url
            )
    finally:
        store.close()
