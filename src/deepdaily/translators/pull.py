"""A pair's model from where its publisher lists it: the list is read first, and what comes is checked against it."""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha1, sha256
from pathlib import Path
from typing import Any
from urllib.parse import quote, urljoin, urlsplit

import httpx2

from deepdaily.core.errors import ModelBusy, ModelRefused, ReplyBroken
from deepdaily.models.faults import of_connection
from deepdaily.models.wire import FAULTS, REDIRECTS, TooLong, client
from deepdaily.settings.model_tables import is_loopback
from deepdaily.translators.on_machine import digest_of

HUB = "https://huggingface.co"
PUBLISHED = {pair: f"gaudi/opus-mt-{pair}-ctranslate2" for pair in ("en-zh", "zh-en")}
"""OPUS-MT of the University of Helsinki, converted: their lists have size and digest of each file, and the licence."""

WANTED = (
    "model.bin",
    "config.json",
    "shared_vocabulary.json",
    "source_vocabulary.json",
    "target_vocabulary.json",
    "source.spm",
    "target.spm",
)
NEEDED = ("model.bin", "config.json", "source.spm", "target.spm")

MOST_BYTES = 1 << 30
"""Of a model; those of OPUS-MT have 160 MB."""
MOST_LIST_BYTES = 4 << 20
LIST_S, FILE_S = 30.0, 3_600.0
MOST_HOPS = 4
"""From the list to the store that holds the bytes."""


@dataclass(frozen=True, slots=True)
class ListedFile:
    """A file as its publisher lists it."""

    name: str
    url: str
    size: int
    sha256: str
    """Empty where the list has only what git calls it."""
    git: str
    """sha1 of `blob SIZE`, a zero byte and the bytes."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A model as its publisher lists it."""

    pair: str
    repository: str
    revision: str
    licence: str
    """Empty where the list names none."""
    index: str
    """The address that was read."""
    files: tuple[ListedFile, ...]

    @property
    def size(self) -> int:
        return sum(one.size for one in self.files)


async def listed(pair: str, repository: str = "", hub: str = HUB) -> Listed:
    """What the publisher says of a pair's model. Raises ModelError: no such model, or a list that cannot be used."""
    _is_known(pair)
    named = repository or PUBLISHED[pair]
    index, found = f"{hub}/api/models/{quote(named)}?blobs=true", bytearray()
    try:
        async with asyncio.timeout(LIST_S):
            await _got(index, MOST_LIST_BYTES, found.extend)
    except TimeoutError as error:
        raise ModelBusy(f"{index} gave no list in {LIST_S:.0f} s") from error
    try:
        return _read(json.loads(found), pair, named, index, hub)
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise ReplyBroken(f"the list at {index} is not one of a model's files") from error


def _is_known(pair: str) -> None:
    if pair not in PUBLISHED:
        raise ModelRefused(f"no translation model is known for {pair!r}", f"one of {', '.join(PUBLISHED)}")


def _read(told: Any, pair: str, repository: str, index: str, hub: str) -> Listed:
    revision = str(told["sha"])
    files = tuple(
        ListedFile(
            one["rfilename"], f"{hub}/{quote(repository)}/resolve/{quote(revision)}/{one['rfilename']}", int(one["size"]),
            str((one.get("lfs") or {}).get("sha256", "")), str(one.get("blobId", "")),
        )
        for one in told["siblings"]
        if one["rfilename"] in WANTED
    )  # fmt: skip
    made = Listed(pair, repository, revision, str((told.get("cardData") or {}).get("license", "")), index, files)
    if lacking := set(NEEDED) - {one.name for one in files}:
        raise ModelRefused(f"{repository} lists no {min(lacking)}", "it is no OPUS-MT model as CTranslate2 converts them")
    if made.size > MOST_BYTES:
        raise ModelRefused(f"{repository} has {made.size >> 20} MB", f"at most {MOST_BYTES >> 20} are taken")
    return made


async def pulled(model: Listed, folder: Path, came: Callable[[int], object] = lambda size: None) -> dict[str, str]:
    """Bring the files into `folder/PAIR`, all or none; their sha256 by name (`en-zh/model.bin`).

    Raises:
        ModelRefused: a file is not the one that the list names.
        ModelError: it could not be brought.
    """
    beside = folder / f".{model.pair}.new"
    shutil.rmtree(beside, ignore_errors=True)
    beside.mkdir(parents=True)
    try:
        async with asyncio.timeout(FILE_S):
            for one in model.files:
                await _file(one, beside / one.name, came)
        return _placed(beside, folder / model.pair)
    except TimeoutError as error:
        raise ModelBusy(f"{model.repository} did not come in {FILE_S / 60:.0f} minutes") from error
    finally:
        shutil.rmtree(beside, ignore_errors=True)


async def _file(one: ListedFile, path: Path, came: Callable[[int], object]) -> None:
    whole, git = sha256(), sha1(f"blob {one.size}\0".encode(), usedforsecurity=False)
    with path.open("wb") as file:

        def keep(piece: bytes) -> None:
            file.write(piece)
            whole.update(piece)
            git.update(piece)
            came(len(piece))

        await _got(one.url, one.size, keep)
    found, wanted = (whole.hexdigest(), one.sha256) if one.sha256 else (git.hexdigest(), one.git)
    if not wanted or found != wanted:
        raise ModelRefused(
            f"{one.name} is not the file of its list ({found[:12]}… for {wanted[:12] or 'none'}…)", "nothing was kept"
        )


def _placed(beside: Path, place: Path) -> dict[str, str]:
    digests = {
        f"{place.name}/{one.relative_to(beside).as_posix()}": digest_of(one) for one in sorted(beside.rglob("*")) if one.is_file()
    }
    shutil.rmtree(place, ignore_errors=True)
    os.replace(beside, place)
    return digests


async def _got(url: str, most: int, keep: Callable[[bytes], object]) -> None:
    """The body of an address, piece by piece, at most so many bytes. It may lead to another host, never in the clear."""
    try:
        for _ in range(MOST_HOPS):
            if urlsplit(url).scheme != "https" and not is_loopback(url):
                raise ModelRefused(f"{urlsplit(url).hostname} is not asked in the clear", "https is")
            async with client(url) as web, web.stream("GET", url) as answer:
                if answer.status_code in REDIRECTS:
                    url = urljoin(url, answer.headers.get("location", ""))
                    continue
                if answer.status_code != 200:
                    raise ModelRefused(f"{url} answered {answer.status_code}", "check the pair, --from and --hub")
                await _kept(answer, most, keep)
                return
        raise ModelRefused(f"{url} leads nowhere")
    except FAULTS as error:
        raise of_connection(error, url) from error


async def _kept(answer: httpx2.Response, most: int, keep: Callable[[bytes], object]) -> None:
    size = 0
    async for piece in answer.aiter_bytes(1 << 16):
        size += len(piece)
        if size > most:
            raise TooLong
        keep(piece)


# -- a package that a person has brought ------------------------------------------------------------------------------

_KEPT = re.compile(r"(?:metadata\.json|sentencepiece\.model|model/[\w.-]{1,60})")


def unpacked(package: Path, pair: str, folder: Path) -> dict[str, str]:
    """Put an `.argosmodel` into `folder/PAIR`; the sha256 of its files by name. Its index names none: these are of what is there.

    Raises:
        ModelRefused: it is no such package, is of another pair, or has more than MOST_BYTES.
    """
    _is_known(pair)
    beside = folder / f".{pair}.new"
    shutil.rmtree(beside, ignore_errors=True)
    try:
        with zipfile.ZipFile(package) as packed:
            kept = {one: inner for one in packed.infolist() if _KEPT.fullmatch(inner := _inner(one.filename))}
            if sum(one.file_size for one in kept) > MOST_BYTES:  # of none more is unpacked than it says here
                raise ModelRefused(f"{package.name} has more than {MOST_BYTES >> 20} MB")
            for one, inner in kept.items():
                (beside / inner).parent.mkdir(parents=True, exist_ok=True)
                with packed.open(one) as source, (beside / inner).open("wb") as file:
                    shutil.copyfileobj(source, file)
        told = json.loads((beside / "metadata.json").read_text("utf-8"))
        if f"{told['from_code']}-{told['to_code']}" != pair or not (beside / "sentencepiece.model").exists():
            raise ModelRefused(f"{package.name} is no SentencePiece model {pair}", "Argos lists its packages by pair")
        return _placed(beside, folder / pair)
    except (OSError, zipfile.BadZipFile, RuntimeError, ValueError, LookupError, TypeError) as error:
        raise ModelRefused(f"{package} is no package of Argos Translate: {error}") from error
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def _inner(name: str) -> str:
    """A name below the package's one folder."""
    return name.partition("/")[2]
