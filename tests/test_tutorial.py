"""The tutorial and the README's five minutes, typed line by line: from an empty folder to a post in a Hugo site, with chat and mail."""

from __future__ import annotations

import os
import re
import stat
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from stubs import chat_server, mail_server
from webs import BIN, ROOT, environment, files_below, frozen_web

TITLE = "96"
"""Of the sample day: a figure of one of its titles."""


def console(page: str, below: str = "", to: str = "") -> list[str]:
    """The lines of a page's console blocks, from one heading to another where they are named."""
    text = (ROOT / page).read_text("utf-8")
    part = text.partition(below)[2].partition(to)[0] if below else text
    return [line for block in re.findall(r"^```console\n(.*?)^```", part, re.M | re.S) for line in block.splitlines()]


@dataclass
class Machine:
    """An empty folder and home with stand-ins for what a person's machine has and sends to."""

    folder: Path
    chat: str
    smtp_port: int
    told: list[Any]
    mails: list[Any]
    exports: dict[str, str] = field(default_factory=dict)
    web: Mapping[str, str] = field(default_factory=lambda: {"DEEPDAILY_WEB": "sample"})
    day: str = "2026-03-12"
    """That the web has."""

    def type(self, lines: list[str]) -> list[subprocess.CompletedProcess[str]]:
        """Type each line; `export` holds for those that follow."""
        return [self._typed(self._here(line)) for line in lines]

    def _here(self, line: str) -> str:
        """The line with this machine's addresses, and the day that its web has."""
        line = line.replace("https://hooks.slack.com/services/…", self.chat).replace("SMTP_PASSWORD=…", "SMTP_PASSWORD=word")
        line = line.replace("--smtp smtp.example.com:465", f"--smtp 127.0.0.1:{self.smtp_port} --no-login")
        return line + f" --now {self.day}T07:30:00+08:00" if line == "deepdaily run" else line

    def _typed(self, line: str) -> subprocess.CompletedProcess[str]:
        if line.startswith("export "):
            self.exports |= dict(one.split("=", 1) for one in line.removeprefix("export ").split())
        env = environment(
            DEEPDAILY_NETWORK__ALLOW_PRIVATE='["127.0.0.1"]',
            HOME=str(self.folder / "home"),
            PATH=f"{self.folder / 'programs'}{os.pathsep}{BIN.parent}{os.pathsep}/usr/bin{os.pathsep}/bin",
            **self.web,
            **self.exports,
        )
        return subprocess.run(["sh", "-c", line], cwd=self.folder / "here", env=env, capture_output=True, text=True, check=False)


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    for name in ("home", "here", "programs"):
        (tmp_path / name).mkdir()
    systemctl = tmp_path / "programs/systemctl"
    systemctl.write_text('#!/bin/sh\necho "$*" >> "$HOME/systemctl"\ncase "$*" in *is-active*) echo active;; esac\n')
    systemctl.chmod(systemctl.stat().st_mode | stat.S_IXUSR)
    with chat_server() as (chat, told), mail_server() as (port, mails):
        yield Machine(tmp_path, chat, port, told, mails)


def well(done: list[subprocess.CompletedProcess[str]]) -> list[tuple[str, int, str]]:
    """What did not end well, for the test to show."""
    return [(one.args[2], one.returncode, one.stderr[-500:]) for one in done if one.returncode not in (0, 10)]


def test_the_tutorial_ends_with_a_post_in_a_hugo_site_a_message_a_mail_and_a_schedule(machine: Machine) -> None:
    done = machine.type(console("docs/tutorial.md"))
    again = machine.type(["deepdaily run"])
    built = files_below(machine.folder / "here/blog/public")
    unit = machine.folder / "home/.config/systemd/user/deepdaily.service"

    assert well([*done, *again]) == []
    assert TITLE in built["posts/2026-03-12/index.html"].decode()
    assert {"feeds/atom.xml", "feeds/feed.json", "page/2026-03-12.html", "posts/2026-03-12/evidence.json"} <= built.keys()
    assert b"https://blog.example.com/posts/2026-03-12/" in built["feeds/atom.xml"]
    assert (len(machine.told), len(machine.mails)) == (2, 2)  # a trial and the issue, each once
    assert "2026-03-12" in str(machine.told[1])
    assert f'"{machine.folder / "here/deepdaily.toml"}"' in unit.read_text()
    assert "enable --now deepdaily.service" in (machine.folder / "home/systemctl").read_text()


@pytest.mark.parametrize(
    ("page", "below", "to"), [("README.md", "## Your own daily", "## Settings"), ("README.zh.md", "## 五分钟", "## 设置")]
)
def test_the_five_minutes_of_the_readme_do_what_they_say(page: str, below: str, to: str, machine: Machine) -> None:
    site = [line for line in console("docs/tutorial.md") if "blog" in line and "deepdaily" not in line and "--source" not in line]
    done = machine.type([*site, *console(page, below, to)])

    assert len(site) == 3
    assert well(done) == []
    assert TITLE in (machine.folder / "here/blog/public/posts/2026-03-12/index.html").read_text("utf-8")
    assert (len(machine.told), len(machine.mails)) == (2, 2)
    assert (machine.folder / "home/.config/systemd/user/deepdaily.service").exists()


def test_the_readme_alone_leads_from_a_fresh_machine_to_a_post_of_the_frozen_web(machine: Machine, shared: Path) -> None:
    site = [line for line in console("docs/tutorial.md") if "blog" in line and "deepdaily" not in line and "--source" not in line]
    with frozen_web(shared, "2026-02-08") as web:
        machine.day = "2026-02-08"
        ours = ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy", "SSL_CERT_FILE", "BRAVE_API_KEY")
        machine.web = {name: web[name] for name in ours if name in web} | {"NO_PROXY": "127.0.0.1"}
        done = machine.type([*site, *console("README.md", "## Your own daily", "## Settings")])

    assert [one for one in well(done) if "doctor" not in one[0]] == []  # an archive is no network: doctor says so
    assert "Claude" in (machine.folder / "here/blog/public/posts/2026-02-08/index.html").read_text("utf-8")
    assert (len(machine.told), len(machine.mails)) == (2, 2)
    assert (machine.folder / "home/.config/systemd/user/deepdaily.service").exists()
