"""What is stored of an address, removed for good: its texts and bytes. Issues that quote it keep their quotations."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from deepdaily.core.errors import SettingsError
from deepdaily.core.urls import canonical
from deepdaily.store import Store
from deepdaily.store.snapshots import Snapshots


@dataclass(frozen=True, slots=True)
class Removed:
    """What was removed of an address."""

    url: str
    texts: int
    snapshots: int
    size_bytes: int
    """Of the records, as they were packed."""
    others: tuple[str, ...]
    """Addresses whose texts came in the same bytes, and rest on nothing stored now."""
    carried: tuple[str, ...]
    """Addresses, of feeds mostly, whose bytes carried a text of this one, and are kept."""


def forget(url: str, store: Store, snapshots: Snapshots, at: datetime) -> Removed:
    """Remove the texts of the address and overwrite the bytes that were fetched from it; told anew it is stored anew.

    What cannot be done is done when it is asked again: the texts go first, the bytes are known until they are gone.

    Raises:
        SettingsError: it is no address, or nothing of it is stored.
        SnapshotDamaged, StoreError: as `Snapshots.forget` does.
    """
    try:
        wanted = canonical(url)
    except ValueError as error:
        raise SettingsError(f"{url!r} is no web address", "give it with https://") from error
    documents, fetched = store.of_address(wanted)
    digests = {one.digest for one in fetched}
    places = {digest: place for digest in sorted(digests) if (place := store.place(digest))}
    if not (documents or places):
        raise SettingsError(f"nothing is stored of {wanted}", "give the address that the passage's page names")
    size_bytes = sum(snapshots.forget(place, wanted, at) for place in places.values())
    others = {one.url for one in store.resting_on(digests) if one.url not in {of.url for of in documents}}
    carriers = {one.snapshot for one in documents} - digests
    carried = {one.url for one in store.fetches_of(carriers)}
    store.forget(wanted, documents, digests, at)
    return Removed(wanted, len(documents), len(places), size_bytes, tuple(sorted(others)), tuple(sorted(carried)))
