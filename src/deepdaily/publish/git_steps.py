"""What follows a Hugo post: its files committed, pushed or put before people; and the commands of the site."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from deepdaily.core.errors import ChannelBusy, PublishError
from deepdaily.core.types import DAILY, Edition, Issue
from deepdaily.models.spawned import spawned
from deepdaily.publish import Publication, edition_of
from deepdaily.publish.git_repository import Repository
from deepdaily.publish.pull_request import body_of, opened
from deepdaily.render.foreign import plain
from deepdaily.settings.channel_tables import HugoTable

AFTER_S, AFTER_KEPT = 300.0, 64 << 10
"""Wall of a command in seconds, and what is kept of its output in bytes: the end."""


@dataclass(frozen=True, slots=True)
class GitStep:
    """The files of all file channels that lie in the repository of a site, and nothing else, as one commit."""

    table: HugoTable
    written: Callable[[], Sequence[Path]]
    """The files that the slot's editions name."""

    @property
    def follows(self) -> str:
        return self.table.name

    @property
    def channel(self) -> str:
        return f"{self.table.name}:git"

    @property
    def said(self) -> str:
        return ""

    async def publish(self, publication: Publication) -> tuple[Edition, ...]:
        issue, repository = publication.issue, await Repository.around(self.table.dir)
        paths = await self._paths(repository)
        if not paths and issue not in publication.recent:
            return ()  # retracted before it was ever committed
        if not paths:
            raise PublishError(
                "no file of the issue lies in the repository, or git ignores them all", 'see `git check-ignore`, or set git = ""'
            )
        if self.table.git == "pull-request":
            return await self._asked(repository, publication, paths)
        branch = await repository.branch()
        if self.table.branch and self.table.branch != branch:
            raise PublishError(
                f"{branch} is checked out and branch = {self.table.branch}", f"run `git switch {self.table.branch}` in the site"
            )
        gone = not any((repository.root / path).exists() for path in paths)
        commit = await repository.commit(paths, f"{'Retract: ' if gone else ''}{_message(issue)}")
        if self.table.git == "push":
            await repository.push(branch, *await repository.remote_of(branch, self.table.remote))
            commit = await repository.git("log", "-1", "--format=%H", "--", *paths)  # another, where others had pushed
        return (edition_of(issue, self.channel, commit, commit.encode()),)

    async def _paths(self, repository: Repository) -> list[str]:
        """Those of the files that lie in the repository and are not ignored, and that are there or were committed before."""
        root = repository.root.resolve()
        below = {path.relative_to(root).as_posix() for path in map(Path.resolve, self.written()) if path.is_relative_to(root)}
        if not below:
            return []
        committed = set((await repository.git("ls-files", "--cached", "--", *below)).splitlines())
        ignored = await repository.ignored(below)
        if self.table.git == "pull-request":  # what is gone may have been committed on its branch alone
            return sorted(below - ignored)
        return sorted(path for path in below - ignored if (root / path).is_file() or path in committed)

    async def _asked(self, repository: Repository, publication: Publication, paths: Sequence[str]) -> tuple[Edition, ...]:
        """The files on a branch of their own, and a draft pull request; the checkout stays as it is."""
        issue, git = publication.issue, repository.git
        base = self.table.branch or await repository.branch()
        remote, there = await repository.remote_of(base, self.table.remote)
        name = _branch(issue)
        await git("fetch", "--quiet", remote, f"+refs/heads/{there}:refs/remotes/{remote}/{there}")
        again = bool(await git("ls-remote", "--heads", remote, f"refs/heads/{name}"))
        if again:
            await git("fetch", "--quiet", remote, f"+refs/heads/{name}:refs/remotes/{remote}/{name}")
        parent = await git("rev-parse", f"refs/remotes/{remote}/{name if again else there}")
        commit = await repository.commit_aside(paths, _message(issue), parent)
        await git("push", "--quiet", remote, f"{commit}:refs/heads/{name}")
        address = await git("remote", "get-url", remote)
        told = await opened(repository.root, address, there, name, _message(issue), body_of(issue), self.table.token_env)
        return tuple(edition_of(issue, self.channel, one, commit.encode()) for one in (commit, told))


def _branch(issue: Issue) -> str:
    """The branch of a pull request: one a slot of a digest."""
    digest = "" if issue.slot.digest == DAILY else f"{issue.slot.digest}-"
    return f"deepdaily/{digest}{issue.day}"


def _message(issue: Issue) -> str:
    return plain(issue.draft.title) or issue.day


@dataclass(frozen=True, slots=True)
class AfterStep:
    """The commands of the settings, run in the site's folder one after the other until one fails; without a shell."""

    table: HugoTable
    outputs: list[bytes] = field(default_factory=list)

    @property
    def follows(self) -> str:
        return self.table.name

    @property
    def channel(self) -> str:
        return f"{self.table.name}:after"

    @property
    def said(self) -> str:
        return re.sub(r"\x1b\[[0-9;]*m", "", b"".join(self.outputs).decode("utf-8", "replace"))  # colours of a terminal

    async def publish(self, publication: Publication) -> tuple[Edition, ...]:
        self.outputs.clear()
        outputs = [(command, await self._ran(command)) for command in command_lines(self.table.after)]
        return tuple(edition_of(publication.issue, self.channel, command, output) for command, output in outputs)

    async def _ran(self, command: str) -> bytes:
        """The end of what it said. Raises PublishError."""
        try:
            run = await spawned(shlex.split(command), b"", str(self.table.dir), os.environ, AFTER_S)
        except (OSError, ValueError) as error:
            raise PublishError(f"`{command}` cannot be started: {error}", "see `after` at [[publish]] hugo") from error
        output = bytes((run.stdout + run.stderr)[-AFTER_KEPT:])
        self.outputs.append(output)
        if run.late or run.endless:
            raise ChannelBusy(f"`{command}` did not end in {AFTER_S:.0f} s or said too much", "it is tried again")
        if run.status:
            said = "; ".join(plain(line) for line in output.decode("utf-8", "replace").splitlines()[-5:])[-500:]
            raise PublishError(f"`{command}` ended with {run.status}: {said}", "the files are written; mend it, then run again")
        return output


def command_lines(after: Sequence[str]) -> list[str]:
    """The settings' `after`: command lines where one of them has a blank in it, else one command with its arguments."""
    return [*after] if any(" " in one for one in after) else [shlex.join(after)]
