"""Keys and webhooks of the user's file are known to every command; the environment's own count more."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from deepdaily.cli.environment_file import MOST_BYTES, PLACE, take_from_file
from deepdaily.keeper.timetable import Timetable
from webs import deepdaily, environment


def taken(home: Path, text: bytes, **more: str) -> dict[str, str]:
    (home / PLACE).parent.mkdir(parents=True)
    (home / PLACE).write_bytes(text)
    known = {"HOME": str(home), **more}
    take_from_file(known)
    del known["HOME"]
    return known


def test_a_value_is_taken_as_it_stands_or_out_of_its_quotes(tmp_path: Path) -> None:
    text = b"\xef\xbb\xbf# mine\n; also\nHOOK=https://h.example/x?a=1&b=2;c $d\nexport KEY=\"a b\"\nOTHER='c'\n\nno line\n9=x\nEMPTY=\n"

    assert taken(tmp_path, text) == {"HOOK": "https://h.example/x?a=1&b=2;c $d", "KEY": "a b", "OTHER": "c", "EMPTY": ""}


def test_what_the_environment_says_itself_counts_more(tmp_path: Path) -> None:
    assert taken(tmp_path, b"KEY=file\n", KEY="own") == {"KEY": "own"}


def test_a_file_that_is_not_there_or_is_no_text_says_nothing(tmp_path: Path) -> None:
    known = {"HOME": str(tmp_path)}
    take_from_file(known)

    assert known == {"HOME": str(tmp_path)}
    assert taken(tmp_path, b"A=\x00\n" + b"x" * MOST_BYTES + b"\nB=late\n") == {}


def test_it_is_the_file_that_an_installed_schedule_names(tmp_path: Path) -> None:
    now = datetime(2026, 3, 12, tzinfo=UTC)

    assert Timetable("daily", (), (), now, now, tmp_path).secrets == tmp_path / PLACE


def test_every_command_reads_it(tmp_path: Path) -> None:
    (tmp_path / PLACE).parent.mkdir(parents=True)
    (tmp_path / PLACE).write_text("DEEPDAILY_DIGEST__ITEMS=5\n")
    told = deepdaily("config", env=environment(HOME=str(tmp_path)), cwd=tmp_path).stdout

    assert "digest.items\t5\tDEEPDAILY_DIGEST__ITEMS" in told
