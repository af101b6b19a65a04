"""What starts the daily on a machine: a unit of the user's systemd or lines of cron, written, looked at and taken away."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from deepdaily.core.errors import SettingsError
from deepdaily.keeper.timetable import Timetable, cron_lines, on_this_machine, unit_text
from making import SHANGHAI

DUE = datetime(2026, 3, 12, 8, 0, tzinfo=SHANGHAI)


class Machine:
    """A user's crontab and systemd; `lacks` are commands that are not there, `refuses` those that fail."""

    def __init__(self, crontab: str = "", lacks: Sequence[str] = (), refuses: Sequence[str] = ()) -> None:
        self.crontab, self.lacks, self.refuses = crontab, lacks, refuses
        self.asked = list[str]()

    def __call__(self, command: Sequence[str], given: str) -> tuple[int, str]:
        self.asked.append(" ".join(command))
        if command[0] in self.lacks:
            return 127, "not found"
        if command[0] in self.refuses:
            return 1, "Failed to connect to bus"
        if list(command) == ["crontab", "-"]:
            self.crontab = given
        return 0, self.crontab if command[0] == "crontab" else "active\n"


def table(folder: Path, machine: Machine, *, name: str = "daily", due: datetime = DUE) -> Timetable:
    command = ("/opt/my tools/bin/deepdaily",)
    options = ("--settings", "/srv/100% mine/deepdaily.toml")
    return Timetable(name, command, options, due - timedelta(minutes=30), due, folder, machine)


def test_a_user_with_systemd_gets_a_unit_that_is_enabled(tmp_path: Path) -> None:
    machine = Machine()
    one = table(tmp_path, machine)

    said = one.install(None)

    assert machine.asked[-2:] == ["systemctl --user daemon-reload", "systemctl --user enable --now deepdaily.service"]
    assert said[0] == f"wrote {tmp_path}/.config/systemd/user/deepdaily.service; it runs now, and after each login"
    assert one.status() == ["deepdaily.service: active"]
    assert one.remove() == [f"removed {one.unit_file}"]
    assert one.remove() == ["nothing was installed"]


def test_the_unit_is_one_that_systemd_takes(tmp_path: Path) -> None:
    if not shutil.which("systemd-analyze"):
        pytest.skip("no systemd-analyze here")
    command = tmp_path / "my tools" / "deepdaily"
    command.parent.mkdir()
    command.write_text("#!/bin/sh\n")
    command.chmod(0o755)
    unit = tmp_path / "deepdaily.service"
    unit.write_text(unit_text(Timetable("daily", (str(command),), ("--data", "/100% $mine"), DUE, DUE, tmp_path)))

    assert on_this_machine(["systemd-analyze", "verify", "--man=no", str(unit)], "") == (0, "")


def test_a_user_without_systemd_gets_lines_in_the_crontab_beside_the_own_ones(tmp_path: Path) -> None:
    machine = Machine("5 4 * * * backup\n", lacks=["systemctl"])
    one = table(tmp_path, machine)

    one.install(None)
    one.install(None)

    assert machine.crontab.splitlines() == ["5 4 * * * backup", *cron_lines(one)]
    assert one.status()[0].startswith("cron: 30,40,50 7 * * * '/opt/my tools/bin/deepdaily' run --settings ")
    assert one.remove() == ["removed its lines from your crontab"]
    assert machine.crontab.splitlines() == ["5 4 * * * backup"]


def test_cron_tries_from_when_work_begins_until_two_hours_after_the_hour(tmp_path: Path) -> None:
    begin, *lines, end = cron_lines(table(tmp_path, Machine()))

    assert (begin, end) == ("# deepdaily daily: begin", "# deepdaily daily: end")
    times = [line.split(" * * * ")[0] for line in lines]
    assert times == ["30,40,50 7", "0,10,20,30,40,50 8", "0,10,20,30,40,50 9", "0 10"]
    assert all("100\\% mine" in line for line in lines)  # cron ends a command at a bare percent sign


def test_hours_around_midnight_are_each_named(tmp_path: Path) -> None:
    lines = cron_lines(table(tmp_path, Machine(), due=datetime(2026, 3, 12, 0, 10, tzinfo=SHANGHAI)))

    assert [re.split(r" \* ", line)[0] for line in lines[1:-1]] == [
        "40,50 23",
        "0,10,20,30,40,50 0",
        "0,10,20,30,40,50 1",
        "0,10 2",
    ]


def test_a_line_of_cron_is_one_that_a_shell_takes(tmp_path: Path) -> None:
    one = table(tmp_path, Machine())
    command = cron_lines(one)[1].split(" * * * ")[1].replace("\\%", "%")
    said = subprocess.run(["sh", "-c", f"printf '%s|' {command}"], capture_output=True, text=True, check=True).stdout

    assert said == "/opt/my tools/bin/deepdaily|run|--settings|/srv/100% mine/deepdaily.toml|"


def test_a_crontab_that_cannot_be_read_is_left_as_it_is(tmp_path: Path) -> None:
    machine = Machine("5 4 * * * backup\n", lacks=["systemctl"], refuses=["crontab"])
    with pytest.raises(SettingsError, match="cannot be read"):
        table(tmp_path, machine).install(None)

    assert machine.asked == ["systemctl --user is-system-running", "crontab -l"]


def test_lines_behind_a_block_whose_end_was_taken_out_are_kept(tmp_path: Path) -> None:
    machine = Machine("# deepdaily daily: begin\n5 4 * * * backup\n", lacks=["systemctl"])
    table(tmp_path, machine).install("cron")

    assert machine.crontab.splitlines()[0] == "5 4 * * * backup"


def test_two_digests_have_two_units_and_two_blocks(tmp_path: Path) -> None:
    machine = Machine(lacks=["systemctl"])
    table(tmp_path, machine).install("cron")
    table(tmp_path, machine, name="weekly").install("cron")
    table(tmp_path, machine).remove()

    assert machine.crontab.splitlines() == cron_lines(table(tmp_path, machine, name="weekly"))
    assert table(tmp_path, machine, name="weekly").unit == "deepdaily-weekly.service"


def test_what_systemd_refuses_is_told_with_the_command_that_tries_it_again(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="Failed to connect to bus") as told:
        table(tmp_path, Machine(refuses=["systemctl"])).install("systemd")

    assert "systemctl --user daemon-reload" in told.value.remedy


def test_without_both_it_says_what_is_needed(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cron refused"):
        table(tmp_path, Machine(lacks=["systemctl", "crontab"])).install(None)
    assert "schedule install" in table(tmp_path, Machine(lacks=["systemctl", "crontab"])).status()[0]


def test_a_command_that_is_not_there_is_no_crash() -> None:
    assert on_this_machine(["deepdaily-has-no-such-command"], "")[0] == 127
