"""`archive`: what is stored of the web, and how it is removed."""

from __future__ import annotations

from typing import Annotated

import typer

from deepdaily.cli.options import DataFolder, SettingsFile, archive_app, opened, say, warn
from deepdaily.cli.pasting import hint


@archive_app.callback()
def _group() -> None:
    """A group also while it has one command."""


@archive_app.command("forget")
def archive_forget(
    url: Annotated[str, typer.Argument(help="The page's address, as its passages name it.")],
    settings: SettingsFile = None,
    data: DataFolder = None,
) -> None:
    """Remove the stored text and bytes of an address for good; issues that quote it keep their quotations."""
    from deepdaily.archive.forget import forget
    from deepdaily.store.snapshots import Snapshots

    with opened(settings, data) as (house, store), Snapshots(house.snapshots) as snapshots:
        gone = forget(url, store, snapshots, house.clock(None))
    say(f"forgotten: {gone.url} ({gone.texts} texts, {gone.snapshots} snapshots, {gone.size_bytes} bytes overwritten)")
    for other in gone.others:
        warn(f"! {other} came in the same bytes: its text stays, its bytes are gone")
    for carrier in gone.carried:
        warn(f"! {carrier} carried a text of it and is kept; remove it too: {hint(f'archive forget {carrier}')}")
    say("copies elsewhere, as backups and posts, are yours to remove; what is fetched again is stored again:")
    say(f"  {hint(f'desk ban {gone.url}')}")
