"""A hub of models on loopback: its list of a model's files, as the real one writes it, and the files."""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import sha1, sha256
from typing import Any

from model_server import http

REPOSITORY, REVISION = "gaudi/opus-mt-en-zh-ctranslate2", "0f3c2d1e"

FILES: Mapping[str, bytes] = {
    "model.bin": b"weights" * 400, "config.json": b"{}", "source.spm": b"source pieces", "target.spm": b"target pieces", "README.md": b"# read",
}  # fmt: skip


def listing(files: Mapping[str, bytes] = FILES, **more: Any) -> dict[str, Any]:
    """The list; files of some size are kept by their sha256, small ones by what git calls them."""
    siblings = []
    for name, body in files.items():
        git = sha1(f"blob {len(body)}\0".encode() + body).hexdigest()
        row = {"rfilename": name, "size": len(body), "blobId": git}
        if not name.endswith((".json", ".md")):
            row["lfs"] = {"sha256": sha256(body).hexdigest(), "size": len(body), "pointerSize": 134}
        siblings.append(row)
    return {"id": REPOSITORY, "sha": REVISION, "cardData": {"license": "apache-2.0"}, "siblings": siblings} | more


def pages(files: Mapping[str, bytes] = FILES, told: Any = None, *, sent: Mapping[str, bytes] = {}) -> dict[str, tuple[str, bytes]]:
    """By path what the hub has; `sent` stands for files that are not those of the list."""
    listed = json.dumps(listing(files) if told is None else told).encode()
    bodies = {f"/{REPOSITORY}/resolve/{REVISION}/{name}": ("binary", body) for name, body in {**files, **sent}.items()}
    return {f"/api/models/{REPOSITORY}?blobs=true": ("application/json", listed), **bodies}


def routes(files: Mapping[str, bytes] = FILES, told: Any = None, *, sent: Mapping[str, bytes] = {}) -> dict[str, bytes | None]:
    """The same as whole answers."""
    return {path: http(200, body, media_type) for path, (media_type, body) in pages(files, told, sent=sent).items()}
