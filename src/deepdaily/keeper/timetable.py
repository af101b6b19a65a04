"""What starts the daily on this machine: a systemd unit of the user, or lines of cron; written, looked at, taken away."""

from __future__ import annotations

import os
import shlex
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from pathlib import Path
from typing import Literal

from deepdaily.core.errors import SettingsError
from deepdaily.core.slots import GIVEN_UP
from deepdaily.core.types import DAILY

Starter = Literal["systemd", "cron"]

EVERY = timedelta(minutes=10)
"""Between two runs that cron starts: one that finds the issue published ends at once."""

COMMAND_S = 20.0

Command = Callable[[Sequence[str], str], tuple[int, str]]
"""Runs a command with that text as its input; its exit status, 127 where there is none of that name, and what it said."""


def on_this_machine(command: Sequence[str], given: str) -> tuple[int, str]:
    try:
        ended = subprocess.run(command, input=given, capture_output=True, text=True, timeout=COMMAND_S, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        return 127, str(error)
    return ended.returncode, ended.stdout if ended.returncode == 0 else ended.stderr.strip()


@dataclass(frozen=True, slots=True)
class Timetable:
    """The daily's own name, its command line, and when its work begins and is due, in the machine's zone."""

    name: str
    command: tuple[str, ...]
    """`deepdaily` with its path."""
    options: tuple[str, ...]
    begins: datetime
    due: datetime
    home: Path
    run: Command = on_this_machine

    @property
    def unit(self) -> str:
        return "deepdaily.service" if self.name == DAILY else f"deepdaily-{self.name}.service"

    @property
    def unit_file(self) -> Path:
        return self.home / ".config/systemd/user" / self.unit

    @property
    def secrets(self) -> Path:
        """Keys and webhooks, one NAME=value a line, which every command reads; it may be missing."""
        return self.home / ".config/deepdaily/environment"

    def install(self, starter: Starter | None) -> list[str]:
        """Have the daily started by systemd, or by cron where the user has no systemd; what was done, in lines.

        Raises:
            SettingsError: there is neither, or it refused.
        """
        chosen = starter or ("systemd" if self._asked("systemctl", "--user", "is-system-running")[0] != 127 else "cron")
        return self._install_unit() if chosen == "systemd" else self._install_lines()

    def _install_unit(self) -> list[str]:
        self.unit_file.parent.mkdir(parents=True, exist_ok=True)
        self.unit_file.write_text(unit_text(self), "utf-8")
        for arguments in (["daemon-reload"], ["enable", "--now", self.unit]):
            status, said = self._asked("systemctl", "--user", *arguments)
            if status:
                again = f"`systemctl --user {shlex.join(arguments)}`"
                remedy = f"{self.unit_file} is written; mend that and run {again}, or take --with cron"
                raise SettingsError(f"systemd refused: {said or status}", remedy)
        return [
            f"wrote {self.unit_file}; it runs now, and after each login",
            "to have it run without a login: loginctl enable-linger",
            *self._where_secrets_go(),
        ]

    def _install_lines(self) -> list[str]:
        kept = self._other_lines()
        status, said = self.run(["crontab", "-"], "\n".join([*kept, *cron_lines(self), ""]))
        if status:
            raise SettingsError(f"cron refused: {said or status}", "install cron, or start `deepdaily schedule` by other means")
        return ["wrote these lines into your crontab:", *cron_lines(self), *self._where_secrets_go()]

    def _where_secrets_go(self) -> list[str]:
        return [f"keys and webhooks, one NAME=value a line, belong into {self.secrets} (chmod 600)"]

    def remove(self) -> list[str]:
        """Take away what `install` wrote; what was done, in lines."""
        done = []
        if self.unit_file.exists():
            self._asked("systemctl", "--user", "disable", "--now", self.unit)
            self.unit_file.unlink()
            self._asked("systemctl", "--user", "daemon-reload")
            done.append(f"removed {self.unit_file}")
        if self._in_cron():
            self.run(["crontab", "-"], "\n".join([*self._other_lines(), ""]))
            done.append("removed its lines from your crontab")
        return done or ["nothing was installed"]

    def status(self) -> list[str]:
        """What starts the daily here, in lines."""
        told = []
        if self.unit_file.exists():
            told.append(f"{self.unit}: {self._asked('systemctl', '--user', 'is-active', self.unit)[1].strip() or 'not running'}")
        if self._in_cron():
            told.append("cron: " + cron_lines(self)[1])
        return told or ["nothing starts it on this machine: `deepdaily schedule install`, or a way of docs/operate.md"]

    def is_installed(self) -> bool:
        """Whether anything that `install` wrote is there."""
        return self.unit_file.exists() or self._in_cron()

    def _asked(self, *command: str) -> tuple[int, str]:
        return self.run(command, "")

    def _crontab(self) -> list[str]:
        """The user's lines; none where there is no cron. Raises SettingsError: they cannot be read, and so not be kept."""
        status, said = self._asked("crontab", "-l")
        if status not in (0, 127) and "no crontab" not in said.lower():
            raise SettingsError(f"your crontab cannot be read: {said or status}", "mend that; it was left as it is")
        return said.splitlines() if status == 0 else []

    def _in_cron(self) -> bool:
        return _begin(self.name) in self._crontab()

    def _other_lines(self) -> list[str]:
        """The user's crontab without our lines; where their end was taken out, without their beginning alone."""
        lines, begin, end = self._crontab(), _begin(self.name), _end(self.name)
        if begin not in lines:
            return lines
        first = lines.index(begin)
        last = lines.index(end, first) if end in lines[first:] else first
        return lines[:first] + lines[last + 1 :]


def _begin(name: str) -> str:
    return f"# deepdaily {name}: begin"


def _end(name: str) -> str:
    return f"# deepdaily {name}: end"


def unit_text(table: Timetable) -> str:
    """A unit of the user's systemd that keeps the hour; it is a service, as it knows the hour and the zone itself."""
    command = " ".join(map(_in_unit, [*table.command, "schedule", *table.options]))
    return f"""# Written by `deepdaily schedule install`; `deepdaily schedule remove` takes it away.
[Unit]
Description=The daily {table.name}, each morning

[Service]
ExecStart={command}
EnvironmentFile=-{table.secrets}
Restart=always
RestartSec=60

[Install]
WantedBy=default.target
"""


def _in_unit(argument: str) -> str:
    """As systemd reads an argument: in double quotes, its own signs doubled."""
    return '"' + argument.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%").replace("$", "$$") + '"'


def cron_lines(table: Timetable) -> list[str]:
    """Lines that start a run when work begins, and again every EVERY until it is given up: a missed channel is tried again."""
    moments, moment = list[datetime](), table.begins
    while moment <= table.due + GIVEN_UP:
        moments.append(moment)
        moment += EVERY
    command = shlex.join([*table.command, "run", *table.options]).replace("%", "\\%")
    hours = groupby(moments, key=lambda one: one.hour)
    lines = [f"{','.join(str(one.minute) for one in of_hour)} {hour} * * * {command}" for hour, of_hour in hours]
    return [_begin(table.name), *lines, _end(table.name)]


def home_of(environment: Mapping[str, str] = os.environ) -> Path:
    return Path(environment.get("HOME") or Path.home())
