"""The field and the events of a set are judged by the product's own reader, gate and grouping."""

from __future__ import annotations

import json
from io import BytesIO
from pathlib import Path

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from deepdaily.lab import evals

ENGINE = "https://engine.example/blog/two"
PAGE = (
    "<html lang=en><title>Quick engine 2.0</title><article><h1>Quick engine 2.0</h1>"
    + "<p>The inference server answers large language models in half the time: its KV cache is shared by all GPUs.</p>"
    + "<p>An LLM of 70B parameters is served from two GPUs. Agents that call the model ten times gain most.</p>"
    + "<p>The next release brings quantization of the model's weights, and inference on CPUs.</p>"
    + "</article></html>"
)


def web(path: Path, pages: dict[str, tuple[str, str]]) -> Path:
    """A WARC file with the status and the body of each page."""
    with path.open("wb") as file:
        writer = WARCWriter(file, gzip=True)
        for url, (status, body) in pages.items():
            head = StatusAndHeaders(status, [("Content-Type", "text/html; charset=utf-8")], protocol="HTTP/1.1")
            writer.write_record(writer.create_warc_record(url, "response", payload=BytesIO(body.encode()), http_headers=head))
    return path


def judged(tmp_path: Path, rows: list[dict[str, str]], pages: dict[str, tuple[str, str]]) -> dict[str, dict[str, object]]:
    (tmp_path / "labels.jsonl").write_text("".join(json.dumps({"day": "2026-03-01"} | row) + "\n" for row in rows), "utf-8")
    out = tmp_path / "out.jsonl"
    evals.run("events", tmp_path, out, evals.How(webs=(web(tmp_path / "a.warc.gz", pages),)))
    return {row["url"]: row for row in map(json.loads, out.read_text("utf-8").splitlines())}


def test_a_page_in_a_file_is_read_and_others_are_judged_by_their_titles(tmp_path: Path) -> None:
    rows = [
        {"url": ENGINE, "title": "Quick engine 2.0"},
        {"url": "https://paper.example/gone", "title": "A new LLM inference engine"},
        {"url": "https://paper.example/cup", "title": "The cup final ends in rain"},
    ]
    found = judged(tmp_path, rows, {ENGINE: ("200 OK", PAGE), rows[1]["url"]: ("404 Not Found", "gone")})

    assert [found[row["url"]]["read"] for row in rows] == [True, False, False]
    assert [found[row["url"]]["field"] for row in rows] == [True, True, False]
    assert len({row["group"] for row in found.values()}) == 3


def test_places_of_one_page_have_one_text(tmp_path: Path) -> None:
    rows = [{"url": f"{ENGINE}#v{n}", "title": f"Quick engine 2.{n}"} for n in (0, 1)]
    found = judged(tmp_path, rows, {ENGINE: ("200 OK", PAGE)})

    assert all(row["read"] for row in found.values())
