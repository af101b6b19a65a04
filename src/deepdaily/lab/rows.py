"""Rows of a data set."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

Row = dict[str, Any]


def rows_of(path: Path) -> list[Row]:
    """The JSON objects of a file, one a line; a `.gz` is opened."""
    written = path.read_bytes()
    text = (gzip.decompress(written) if path.suffix == ".gz" else written).decode("utf-8")
    return [json.loads(line) for line in text.splitlines() if line.strip()]
