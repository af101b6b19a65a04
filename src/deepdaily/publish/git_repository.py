"""A git repository that others work in too: our files are committed and pushed, and nothing else is touched."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from deepdaily.core.errors import ChannelBusy, PublishError
from deepdaily.models.spawned import spawned

GIT_S = 120.0
"""Wall of one command: a push over a slow line."""

TRIES = 3
"""Pushes, each after a look at what others pushed meanwhile."""

_REFUSED_MEANWHILE = ("fetch first", "non-fast-forward", "stale info", "cannot lock ref", "failed to lock", "incorrect old value")
_AWAY = (
    "could not resolve host", "connection timed out", "connection refused", "connection reset", "network is unreachable",
    "operation timed out", "unexpectedly closed", "early eof", "the remote end hung up", "couldn't connect", "failed to connect",
    "error: 5", "error: 429",
)  # fmt: skip
_LOCKED = (".lock': file exists", "index.lock", "unable to create")


class Refused(PublishError):
    """A command of git ended with another status than 0; `told` is what it said."""

    def __init__(self, message: str, remedy: str = "", told: str = "") -> None:
        super().__init__(message, remedy)
        self.told = told


@dataclass(frozen=True, slots=True)
class Repository:
    """The work tree at `root`."""

    root: Path

    @classmethod
    async def around(cls, folder: Path) -> Repository:
        """The repository that `folder` lies in. Raises PublishError."""
        try:
            return cls(Path(await cls(folder).git("rev-parse", "--show-toplevel")))
        except Refused as error:
            raise PublishError(
                f"{folder} is in no git repository: {error.told}", 'run `git init` there, or set git = ""'
            ) from error

    async def git(self, *arguments: str, folder: Path | None = None, more: Mapping[str, str] | None = None) -> str:
        """What git says, without the line's end.

        Raises:
            Refused: it ended with another status than 0.
            ChannelBusy: no connection, another git at work, or no end in time.
        """
        told = {name: value for name, value in os.environ.items() if not name.startswith("GIT_") or name.startswith("GIT_SSH")}
        told |= {"LC_ALL": "C", "GIT_TERMINAL_PROMPT": "0", "GIT_LITERAL_PATHSPECS": "1", **(more or {})}
        told.setdefault("GIT_SSH_COMMAND", "ssh -oBatchMode=yes")
        named = " ".join(one for one in arguments if not one.startswith("-"))[:60].split("\n")[0]
        try:
            run = await spawned(["git", "-c", "core.quotePath=off", *arguments], b"", str(folder or self.root), told, GIT_S)
        except OSError as error:
            raise PublishError(f"git cannot be started: {error.strerror}", 'install git, or set git = ""') from error
        if run.late:
            raise ChannelBusy(f"git {named} did not end in {GIT_S:.0f} s", "see whether it asks for a password or a key")
        if run.status:
            raise _refusal(named, run.stderr.decode("utf-8", "replace") + run.stdout.decode("utf-8", "replace")[-2000:])
        return run.stdout.decode("utf-8", "replace").rstrip("\n")

    async def asks(self, *arguments: str) -> str:
        """What git says; empty where it says no."""
        try:
            return await self.git(*arguments)
        except Refused:
            return ""

    async def ignored(self, paths: Collection[str]) -> set[str]:
        """Those of `paths` that git is told to ignore and does not know already."""
        try:  # it takes no literal pathspecs, and reads names as they are
            found = await self.git("check-ignore", "--", *paths, more={"GIT_LITERAL_PATHSPECS": "0"})
        except Refused as error:
            if error.told:
                raise
            return set()
        return set(found.splitlines())

    async def branch(self) -> str:
        """The one that is checked out. Raises PublishError: none is, or a merge or rebase is under way."""
        found = await self.asks("symbolic-ref", "-q", "--short", "HEAD")
        if not found:
            raise PublishError("no branch is checked out (detached HEAD)", "run `git switch BRANCH` in the site")
        for name in ("MERGE_HEAD", "CHERRY_PICK_HEAD", "rebase-merge", "rebase-apply"):
            if (self.root / await self.git("rev-parse", "--git-path", name)).exists():
                raise PublishError("a merge or rebase is under way in the repository", "end it there")
        return found

    async def author(self) -> dict[str, str]:
        """The environment that names one where git's configuration names none."""
        if await self.asks("config", "user.email"):
            return {}
        names = {f"GIT_{who}_NAME": "deepdaily" for who in ("AUTHOR", "COMMITTER")}
        return names | {f"GIT_{who}_EMAIL": "deepdaily@localhost" for who in ("AUTHOR", "COMMITTER")}

    async def commit(self, paths: Sequence[str], message: str) -> str:
        """The commit that has `paths` as they are now, those that are gone as gone. Raises PublishError.

        What else is changed or staged stays so.
        """
        if await self.git("status", "--porcelain", "--untracked-files=all", "--", *paths):
            known = set((await self.git("ls-files", "--cached", "--", *paths)).splitlines())
            unknown = [path for path in paths if path not in known]
            try:
                await self.git("add", "--intent-to-add", "--", *unknown)
                await self.git("commit", "--quiet", "--only", "-m", message, "--", *paths, more=await self.author())
            except PublishError:
                if unknown:
                    await self.asks("rm", "--quiet", "--cached", "--ignore-unmatch", "--", *unknown)
                raise
        return await self.git("log", "-1", "--format=%H", "--", *paths)

    async def remote_of(self, branch: str, wanted: str) -> tuple[str, str]:
        """The remote, and the branch there, that `branch` is pushed to."""
        remote = wanted or await self.asks("config", f"branch.{branch}.remote") or "origin"
        if not await self.asks("remote", "get-url", remote):
            raise PublishError(f"the repository has no remote {remote}", f"run `git remote add {remote} ADDRESS` in the site")
        merge = "" if wanted else await self.asks("config", f"branch.{branch}.merge")
        return remote, merge.removeprefix("refs/heads/") or branch

    async def push(self, branch: str, remote: str, there: str) -> None:
        """Push `branch`, after what others pushed; never by force.

        Raises:
            PublishError: refused, or what others pushed contradicts ours.
            ChannelBusy: no connection, or others pushed at each of our tries.
        """
        for _ in range(TRIES):
            try:
                await self.git("push", "--quiet", remote, f"refs/heads/{branch}:refs/heads/{there}")
                return
            except Refused as error:
                if not any(sign in error.told.lower() for sign in _REFUSED_MEANWHILE):
                    raise
            await self._after_others(branch, remote, there)
        raise ChannelBusy(f"others pushed to {there} at each of {TRIES} tries", "nothing is lost: it is tried again")

    async def _after_others(self, branch: str, remote: str, there: str) -> None:
        """Our commits after theirs: rebased in a work tree of its own, as the other one may hold unsaved work."""
        await self.git("fetch", "--quiet", remote, f"+refs/heads/{there}:refs/remotes/{remote}/{there}")
        before, theirs = await self.git("rev-parse", "HEAD"), f"refs/remotes/{remote}/{there}"
        with tempfile.TemporaryDirectory(prefix="deepdaily-git-") as made:
            aside = Path(made) / "tree"
            await self.git("worktree", "add", "--quiet", "--detach", str(aside), before)
            try:
                await self.git("rebase", "--quiet", theirs, folder=aside, more=await self.author())
                after = await self.git("rev-parse", "HEAD", folder=aside)
            except Refused as error:
                raise PublishError(
                    f"what others pushed to {there} contradicts the commits here: {error.told}",
                    f"in the site run `git pull --rebase {remote} {there}`, settle it, then run again",
                ) from error
            finally:
                await self.asks("worktree", "remove", "--force", str(aside))
        await self.git("read-tree", "-m", "-u", before, after)  # keeps what is staged or changed in other files
        await self.git("update-ref", f"refs/heads/{branch}", after, before)

    async def commit_aside(self, paths: Sequence[str], message: str, parent: str) -> str:
        """A commit of `paths` as they are now on top of `parent`, or `parent` where it has them so; no branch is touched."""
        with tempfile.TemporaryDirectory(prefix="deepdaily-git-") as made:
            more = {"GIT_INDEX_FILE": str(Path(made) / "index"), **await self.author()}
            await self.git("read-tree", parent, more=more)
            await self.git("update-index", "--add", "--remove", "--", *paths, more=more)
            tree = await self.git("write-tree", more=more)
            if tree == await self.git("rev-parse", f"{parent}^{{tree}}"):
                return parent
            return await self.git("commit-tree", tree, "-p", parent, "-m", message, more=more)


def _refusal(command: str, said: str) -> PublishError:
    lines = [line.strip() for line in said.splitlines() if line.strip() and not line.startswith("hint:")]
    told = re.sub(r"://[^/\s@]*@", "://", "; ".join(lines[-6:]))[-600:]  # an address may hold a password
    if any(sign in said.lower() for sign in _AWAY):
        return ChannelBusy(f"git {command}: {told}", "it is tried again; see the network")
    if any(sign in said.lower() for sign in _LOCKED):
        return ChannelBusy(f"git {command}: {told}", "another git is at work; where none is, remove the lock file it names")
    return Refused(f"git {command}: {told}", "the files are written; mend what git names, then run the same command again", told)
