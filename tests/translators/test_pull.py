"""A model is brought as its publisher's list names it, or not at all."""

from __future__ import annotations

import io
import json
import zipfile
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from deepdaily.core.errors import ModelAway, ModelError, ModelRefused, ReplyBroken
from deepdaily.translators.pull import MOST_BYTES, Listed, listed, pulled, unpacked
from model_hub import FILES, REPOSITORY, REVISION, listing, routes
from model_server import RoutedServer, http, routing

KEPT = {name: body for name, body in FILES.items() if name != "README.md"}


def at(server: RoutedServer) -> str:
    return server.url.removesuffix("/v1")


def below(folder: Path) -> list[str]:
    """Every file by its place."""
    return sorted(one.relative_to(folder).as_posix() for one in folder.rglob("*") if one.is_file())


async def listed_at(told: Any = None) -> Listed:
    async with routing(routes(told=told)) as server:
        return await listed("en-zh", hub=at(server))


async def test_the_list_says_size_licence_and_revision_before_anything_is_brought() -> None:
    async with routing(routes()) as server:
        model = await listed("en-zh", hub=at(server))

    assert (model.repository, model.revision, model.licence) == (REPOSITORY, REVISION, "apache-2.0")
    assert model.size == sum(map(len, KEPT.values()))
    assert [one.name for one in model.files] == list(KEPT)
    assert server.asked == [f"/api/models/{REPOSITORY}?blobs=true"]


async def test_what_is_listed_is_brought_and_its_digests_are_told(tmp_path: Path) -> None:
    sizes = list[int]()
    async with routing(routes()) as server:
        digests = await pulled(await listed("en-zh", hub=at(server)), tmp_path, sizes.append)

    assert {one.name: one.read_bytes() for one in (tmp_path / "en-zh").iterdir()} == KEPT
    assert digests == {f"en-zh/{name}": sha256(body).hexdigest() for name, body in sorted(KEPT.items())}
    assert sum(sizes) == sum(map(len, KEPT.values()))
    assert below(tmp_path) == sorted(f"en-zh/{name}" for name in KEPT)


@pytest.mark.parametrize(
    ("sent", "name"),
    [
        ({"model.bin": b"weightz" * 400}, "model.bin"),  # known by its sha256
        ({"config.json": b"[]"}, "config.json"),  # known by what git calls it
    ],
)
async def test_a_file_that_is_not_the_listed_one_is_refused_and_nothing_is_kept(
    tmp_path: Path, sent: dict[str, bytes], name: str
) -> None:
    (tmp_path / "en-zh").mkdir()
    (tmp_path / "en-zh" / "model.bin").write_bytes(b"of last month")
    async with routing(routes(sent=sent)) as server:
        with pytest.raises(ModelRefused, match=f"{name} is not the file of its list"):
            await pulled(await listed("en-zh", hub=at(server)), tmp_path)

    assert below(tmp_path) == ["en-zh/model.bin"]
    assert (tmp_path / "en-zh" / "model.bin").read_bytes() == b"of last month"


async def test_a_file_longer_than_it_is_listed_is_not_read_to_its_end(tmp_path: Path) -> None:
    async with routing(routes(sent={"model.bin": FILES["model.bin"] + b"more"})) as server:
        with pytest.raises(ReplyBroken, match="does not end"):
            await pulled(await listed("en-zh", hub=at(server)), tmp_path)

    assert below(tmp_path) == []


async def test_the_bytes_may_lie_on_another_address_that_the_hub_leads_to(tmp_path: Path) -> None:
    async with routing({"/store/model.bin": http(200, FILES["model.bin"], "binary")}) as store:
        elsewhere = f"Location: {at(store)}/store/model.bin"
        path = f"/{REPOSITORY}/resolve/{REVISION}/model.bin"
        async with routing({**routes(), path: http(302, "", "text/plain", elsewhere)}) as server:
            digests = await pulled(await listed("en-zh", hub=at(server)), tmp_path)

    assert digests["en-zh/model.bin"] == sha256(FILES["model.bin"]).hexdigest()


@pytest.mark.parametrize("location", ["http://hub.example/model.bin", "ftp://127.0.0.1/model.bin", "/round"])
async def test_it_is_led_nowhere_in_the_clear_and_not_in_a_circle(tmp_path: Path, location: str) -> None:
    path = f"/{REPOSITORY}/resolve/{REVISION}/model.bin"
    led = http(302, "", "text/plain", f"Location: {location}")
    async with routing({**routes(), path: led, "/round": led}) as server:
        with pytest.raises(ModelError):
            await pulled(await listed("en-zh", hub=at(server)), tmp_path)


@pytest.mark.parametrize(
    ("told", "error"),
    [
        ([], ReplyBroken),
        ({"siblings": []}, ReplyBroken),
        (listing({name: body for name, body in FILES.items() if name != "target.spm"}), ModelRefused),
        (listing() | {"siblings": [row | {"size": MOST_BYTES} for row in listing()["siblings"]]}, ModelRefused),
    ],
)
async def test_a_list_that_cannot_be_used_is_refused(told: Any, error: type[Exception]) -> None:
    with pytest.raises(error):
        await listed_at(told)


async def test_a_pair_that_nobody_publishes_is_refused() -> None:
    with pytest.raises(ModelRefused, match="en-fr") as caught:
        await listed("en-fr")

    assert "en-zh, zh-en" in caught.value.remedy


async def test_a_hub_that_does_not_answer_is_named() -> None:
    async with routing({}) as server:
        with pytest.raises(ModelRefused, match="answered 404"):
            await listed("en-zh", hub=at(server))
    with pytest.raises(ModelAway):
        await listed("en-zh", hub="http://127.0.0.1:1")
    with pytest.raises(ModelRefused, match="in the clear"):
        await listed("en-zh", hub="http://hub.example")


# -- a package that lies here -----------------------------------------------------------------------------------------


def packed(path: Path, files: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w") as made:
        for name, body in files.items():
            made.writestr(f"translate-en_zh-1_9/{name}", body)
    return path


PACKAGE = {
    "metadata.json": json.dumps({"from_code": "en", "to_code": "zh"}).encode(), "sentencepiece.model": b"pieces",
    "model/model.bin": b"weights", "stanza/en/tokenize.pt": b"a parser", "../../outside": b"no",
}  # fmt: skip


def test_of_a_package_what_is_needed_is_kept(tmp_path: Path) -> None:
    digests = unpacked(packed(tmp_path / "en.argosmodel", PACKAGE), "en-zh", tmp_path / "models")

    assert list(digests) == ["en-zh/metadata.json", "en-zh/model/model.bin", "en-zh/sentencepiece.model"]
    assert digests["en-zh/model/model.bin"] == sha256(b"weights").hexdigest()
    assert not (tmp_path / "outside").exists()


@pytest.mark.parametrize(
    "without",
    [
        {"metadata.json": b"{}"},
        {"metadata.json": json.dumps({"from_code": "en", "to_code": "fr"}).encode()},
        {"metadata.json": b"no JSON"},
    ],
)
def test_another_package_is_refused(tmp_path: Path, without: dict[str, bytes]) -> None:
    with pytest.raises(ModelRefused):
        unpacked(packed(tmp_path / "en.argosmodel", PACKAGE | without), "en-zh", tmp_path / "models")

    assert list((tmp_path / "models").glob("*")) == []


def test_no_package_at_all_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"no zip")
    lacking = {name: body for name, body in PACKAGE.items() if name != "sentencepiece.model"}
    for package in (tmp_path / "x", tmp_path / "none", packed(tmp_path / "y", lacking)):
        with pytest.raises(ModelRefused):
            unpacked(package, "en-zh", tmp_path / "models")
    with pytest.raises(ModelRefused, match="de-fr"):
        unpacked(packed(tmp_path / "z", PACKAGE), "de-fr", tmp_path / "models")


def test_a_package_that_says_it_is_too_large_is_not_unpacked(tmp_path: Path) -> None:
    body = bytearray(packed(tmp_path / "en.argosmodel", PACKAGE).read_bytes())
    with zipfile.ZipFile(io.BytesIO(bytes(body))) as made:
        entry = made.getinfo("translate-en_zh-1_9/model/model.bin")
    directory = body.rindex(b"PK\x01\x02", 0, body.rindex(b"translate-en_zh-1_9/model/model.bin"))
    assert int.from_bytes(body[directory + 24 : directory + 28], "little") == entry.file_size
    body[directory + 24 : directory + 28] = (MOST_BYTES + 1).to_bytes(4, "little")
    (tmp_path / "large.argosmodel").write_bytes(body)

    with pytest.raises(ModelRefused, match="more than"):
        unpacked(tmp_path / "large.argosmodel", "en-zh", tmp_path / "models")
