"""Commits and pushes by a real git, against repositories on the disk."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from deepdaily.core.errors import ChannelBusy, PublishError
from deepdaily.core.types import Issue
from deepdaily.publish import Following, Publication
from deepdaily.publish.files import Hugo
from deepdaily.publish.git_steps import AfterStep, GitStep, command_lines
from deepdaily.publish.pull_request import body_of
from deepdaily.settings.channel_tables import HugoTable
from render import issues
from waiting import CEILING_S

TODAY = issues.issue()
POST = "content/posts/2026-02-11/index.md"


@pytest.fixture(autouse=True)
def _git_of_nobody(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)


def git(folder: Path, *arguments: str) -> str:
    named = ["-c", "user.name=Ada", "-c", "user.email=ada@example.com", "-c", "init.defaultBranch=main"]
    done = subprocess.run(["git", *named, *arguments], cwd=folder, capture_output=True, text=True, check=False, timeout=CEILING_S)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def other_pushes(clone: Path, name: str, text: str = "theirs") -> None:
    git(clone, "pull", "--quiet", "--rebase")
    (clone / name).parent.mkdir(parents=True, exist_ok=True)
    (clone / name).write_text(text)
    git(clone, "add", name)
    git(clone, "commit", "--quiet", "-m", f"theirs: {name}")
    git(clone, "push", "--quiet")


class Blog:
    """A bare repository, the clone that we publish in, and that of somebody else."""

    def __init__(self, folder: Path, *clone: str) -> None:
        self.bare, self.site, self.other = folder / "blog.git", folder / "site", folder / "other"
        git(folder, "init", "--quiet", "--bare", str(self.bare))
        git(folder, "clone", "--quiet", str(self.bare), str(self.other))
        (self.other / "hugo.toml").write_text('title = "x"\n')
        git(self.other, "add", ".")
        git(self.other, "commit", "--quiet", "-m", "site")
        git(self.other, "push", "--quiet", "-u", "origin", "HEAD:main")
        other_pushes(self.other, "second")
        git(folder, "clone", "--quiet", *clone, f"file://{self.bare}", str(self.site))

    async def written(self, issue: Issue = TODAY) -> list[Path]:
        publication = Publication(issue, [issue], issues.DOCUMENTS)
        return [self.site / one.location for one in await Hugo(self.site).publish(publication)]

    async def step(self, way: str, issue: Issue = TODAY, **more: str) -> str:
        files = await self.written(issue)
        table = HugoTable(dir=self.site, git=way, **more)
        editions = await GitStep(table, lambda: files).publish(Publication(issue, [issue], issues.DOCUMENTS))
        assert {one.channel for one in editions} == {"hugo:git"}
        return editions[0].location

    def remote(self, *arguments: str) -> str:
        return git(self.bare, *arguments)


@pytest.fixture
def blog(tmp_path: Path) -> Blog:
    return Blog(tmp_path)


def day(number: int) -> Issue:
    return issues.issue(due=issues.DUE + timedelta(days=number), now=issues.NOW + timedelta(days=number))


async def test_a_commit_has_our_files_alone_and_a_name_that_git_knows_none_for(blog: Blog) -> None:
    (blog.site / "notes.md").write_text("mine")
    commit = await blog.step("commit")

    shown = git(blog.site, "show", "--format=%an|%s", "--name-only", commit).splitlines()
    assert [line for line in shown if "/card." not in line] == [
        "deepdaily|AI 技术深度日报（2026-02-11）",
        "",
        "content/posts/2026-02-11/evidence.json",
        POST,
    ]
    assert git(blog.site, "status", "--porcelain") == "?? notes.md"
    assert blog.remote("log", "--format=%s", "main").splitlines() == ["theirs: second", "site"]


async def test_what_others_staged_and_changed_stays_staged_and_changed(blog: Blog) -> None:
    (blog.site / "draft.md").write_text("staged")
    (blog.site / "second").write_text("changed")
    git(blog.site, "add", "draft.md")
    before = git(blog.site, "status", "--porcelain")
    other_pushes(blog.other, "third")
    await blog.step("push")

    assert git(blog.site, "status", "--porcelain") == before
    assert blog.remote("log", "--format=%s", "main").splitlines()[:2] == ["AI 技术深度日报（2026-02-11）", "theirs: third"]
    assert (blog.site / "third").exists()


async def test_the_same_issue_again_makes_no_second_commit(blog: Blog) -> None:
    assert await blog.step("push") == await blog.step("push")
    assert blog.remote("rev-list", "--count", "main") == "3"


async def test_an_author_of_git_s_configuration_is_the_author(blog: Blog) -> None:
    git(blog.site, "config", "user.name", "Grace")
    git(blog.site, "config", "user.email", "grace@example.com")

    assert git(blog.site, "log", "-1", "--format=%an", await blog.step("commit")) == "Grace"


@pytest.mark.parametrize(("clone", "rounds"), [((), 20), (("--depth", "1"), 3)])
async def test_of_days_pushed_while_others_push_none_is_lost_or_doubled(
    tmp_path: Path, clone: tuple[str, ...], rounds: int
) -> None:
    blog = Blog(tmp_path, *clone)
    for number in range(rounds):
        other_pushes(blog.other, f"their-{number}")
        await blog.step("push", day(number))

    told = blog.remote("log", "--format=%s", "main").splitlines()
    assert sorted(told) == sorted(
        [
            *(day(number).draft.title for number in range(rounds)),
            *(f"theirs: their-{n}" for n in range(rounds)),
            "theirs: second",
            "site",
        ]
    )
    assert blog.remote("ls-tree", "-r", "--name-only", "main").count("index.md") == rounds
    assert git(blog.site, "rev-parse", "HEAD") == blog.remote("rev-parse", "main")
    assert git(blog.site, "status", "--porcelain") == ""


async def test_a_remote_that_is_never_ours_in_three_tries_is_busy_and_nothing_is_lost(blog: Blog) -> None:
    hook = blog.bare / "hooks/update"
    hook.write_text("#!/bin/sh\necho 'cannot lock ref: somebody pushes' >&2\nexit 1\n")
    hook.chmod(0o755)

    with pytest.raises(ChannelBusy, match="3 tries"):
        await blog.step("push")
    hook.unlink()
    await blog.step("push")

    assert blog.remote("log", "--format=%s", "main").count("AI 技术") == 1


async def test_what_contradicts_ours_is_told_and_the_checkout_is_as_before(blog: Blog) -> None:
    other_pushes(blog.other, POST, "mine")

    with pytest.raises(PublishError, match="contradicts") as refused:
        await blog.step("push")

    assert "git pull --rebase origin main" in refused.value.remedy
    assert git(blog.site, "status", "--porcelain") == ""
    assert git(blog.site, "worktree", "list").count("\n") == 0
    assert blog.remote("log", "-1", "--format=%s", "main") == f"theirs: {POST}"


async def test_a_hook_that_refuses_is_told_and_leaves_nothing_staged(blog: Blog) -> None:
    hook = blog.site / ".git/hooks/pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\necho no posts today >&2\nexit 1\n")
    hook.chmod(0o755)

    with pytest.raises(PublishError, match="no posts today"):
        await blog.step("commit")

    assert git(blog.site, "diff", "--cached", "--name-only") == ""


async def test_a_push_that_a_server_declines_is_told_at_once(blog: Blog) -> None:
    hook = blog.bare / "hooks/pre-receive"
    hook.write_text("#!/bin/sh\necho protected >&2\nexit 1\n")
    hook.chmod(0o755)

    with pytest.raises(PublishError, match="protected") as refused:
        await blog.step("push")
    assert not isinstance(refused.value, ChannelBusy)


async def test_a_lock_of_another_git_is_waited_for(blog: Blog) -> None:
    (blog.site / ".git/index.lock").write_text("")
    with pytest.raises(ChannelBusy, match=r"index\.lock"):
        await blog.step("commit")

    (blog.site / ".git/index.lock").unlink()
    assert await blog.step("commit")


async def test_a_remote_that_is_away_is_busy_and_one_that_is_not_named_is_an_error(blog: Blog) -> None:
    with pytest.raises(PublishError, match="no remote upstream"):
        await blog.step("push", remote="upstream")
    git(blog.site, "remote", "set-url", "origin", "http://ada:secret@127.0.0.1:1/blog.git")
    with pytest.raises(ChannelBusy) as busy:
        await blog.step("push")
    assert "secret" not in str(busy.value)


async def test_a_detached_head_another_branch_a_merge_and_no_repository_are_refused(blog: Blog, tmp_path: Path) -> None:
    with pytest.raises(PublishError, match="branch = live"):
        await blog.step("commit", branch="live")
    (blog.site / ".git/MERGE_HEAD").write_text(git(blog.site, "rev-parse", "HEAD"))
    with pytest.raises(PublishError, match="under way"):
        await blog.step("commit")
    (blog.site / ".git/MERGE_HEAD").unlink()
    git(blog.site, "checkout", "--quiet", "--detach")
    with pytest.raises(PublishError, match="detached"):
        await blog.step("commit")
    with pytest.raises(PublishError, match="no git repository"):
        await GitStep(HugoTable(dir=tmp_path, git="commit"), lambda: []).publish(Publication(TODAY, [TODAY], {}))


async def test_a_branch_without_an_upstream_is_pushed_under_its_own_name(blog: Blog) -> None:
    git(blog.site, "switch", "--quiet", "-c", "daily")
    await blog.step("push", branch="daily")

    assert blog.remote("log", "-1", "--format=%s", "daily") == TODAY.draft.title


async def test_a_pull_request_is_a_branch_of_the_day_and_leaves_the_checkout_alone(blog: Blog) -> None:
    before = git(blog.site, "rev-parse", "HEAD")
    other_pushes(blog.other, "third")
    commit = await blog.step("pull-request")
    assert await blog.step("pull-request") == commit
    corrected = await blog.step("pull-request", replace(TODAY, draft=replace(TODAY.draft, notice="更正。")))

    assert git(blog.site, "rev-parse", "HEAD") == before
    assert blog.remote("rev-parse", f"{commit}^") == blog.remote("rev-parse", "main")
    assert blog.remote("rev-parse", "deepdaily/2026-02-11") == corrected
    assert blog.remote("rev-parse", f"{corrected}^") == commit


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_pull_request_says_what_it_rests_on_what_changes_what_is_doubtful_and_the_way_back(language: str) -> None:
    hostile = issues.hostile()
    body = body_of(replace(hostile, draft=replace(hostile.draft, language=language)))

    assert body.count("## ") >= 4
    assert "git revert" in body
    assert "<script>" not in body
    assert "search:brave\\:rate-limited" in body


async def test_commands_run_in_the_site_without_a_shell_and_what_they_say_is_kept(tmp_path: Path) -> None:
    table = HugoTable(dir=tmp_path, after=(f"{sys.executable} -c \"open('built', 'w'); print('$HOME')\"",))
    step = AfterStep(table)
    (edition,) = await step.publish(Publication(TODAY, [TODAY], {}))

    assert isinstance(step, Following)
    assert (step.channel, step.follows) == ("hugo:after", "hugo")
    assert (tmp_path / "built").exists()
    assert edition.location == table.after[0]
    assert step.said == "$HOME\n"


@pytest.mark.parametrize(
    ("after", "lines"),
    [
        (["hugo"], ["hugo"]),
        (["hugo", "--minify", "-d", "public"], ["hugo --minify -d public"]),
        (["hugo --minify", "rsync -a public/ web:/srv"], ["hugo --minify", "rsync -a public/ web:/srv"]),
        (["hugo", "rsync -a public/ web:/srv"], ["hugo", "rsync -a public/ web:/srv"]),
    ],
)
def test_after_is_a_command_with_its_arguments_or_command_lines(after: list[str], lines: list[str]) -> None:
    assert command_lines(after) == lines


async def test_files_that_are_gone_are_committed_as_gone(blog: Blog) -> None:
    files = await blog.written()
    table, publication = HugoTable(dir=blog.site, git="commit"), Publication(TODAY, [TODAY], issues.DOCUMENTS)
    await GitStep(table, lambda: files).publish(publication)
    for path in files:
        path.unlink()
    (edition,) = await GitStep(table, lambda: [*files, blog.site / "never-there"]).publish(publication)

    assert {line[0] for line in git(blog.site, "show", "--format=", "--name-status", edition.location).splitlines()} == {"D"}
    assert git(blog.site, "log", "-1", "--format=%s") == "Retract: AI 技术深度日报（2026-02-11）"
    assert git(blog.site, "status", "--porcelain") == ""


@pytest.mark.parametrize(
    ("command", "said"),
    [("nothing-of-that-name x", "cannot be started"), ('"', "cannot be started"), ("git no-such", "ended with 1")],
)
async def test_a_command_that_fails_is_told_with_what_it_said(tmp_path: Path, command: str, said: str) -> None:
    with pytest.raises(PublishError, match=said):
        await AfterStep(HugoTable(dir=tmp_path, after=(command,))).publish(Publication(TODAY, [TODAY], {}))


async def test_files_that_git_ignores_are_left_out_and_where_it_ignores_all_that_is_said(blog: Blog) -> None:
    (blog.site / ".gitignore").write_text("/static/\n*.svg\n")
    feed = blog.site / "static" / "feeds" / "atom.xml"
    feed.parent.mkdir(parents=True)
    feed.write_text("a feed")
    files = [*await blog.written(), feed]
    table, publication = HugoTable(dir=blog.site, git="commit"), Publication(TODAY, [TODAY], issues.DOCUMENTS)
    (edition,) = await GitStep(table, lambda: files).publish(publication)

    names = git(blog.site, "show", "--format=", "--name-only", edition.location).splitlines()
    assert POST in names
    assert not [name for name in names if name.endswith((".svg", ".xml"))]
    with pytest.raises(PublishError, match="git ignores them all"):
        await GitStep(table, lambda: [feed]).publish(publication)


async def test_a_name_with_signs_that_git_reads_as_a_pattern_is_a_name(blog: Blog) -> None:
    site = blog.site / "我的 博客 [a-z]*"
    site.mkdir()
    (site / "hugo.toml").write_text('title = "y"\n')
    (blog.site / "我的 博客 b").mkdir()
    (blog.site / "我的 博客 b" / "draft.md").write_text("mine")
    publication = Publication(TODAY, [TODAY], issues.DOCUMENTS)
    files = [site / one.location for one in await Hugo(site).publish(publication)]
    (edition,) = await GitStep(HugoTable(dir=site, git="commit"), lambda: files).publish(publication)

    names = git(blog.site, "-c", "core.quotePath=off", "show", "--format=", "--name-only", edition.location).splitlines()
    assert f"{site.name}/{POST}" in names
    assert len(names) == len(files)
    assert f"{site.name}/hugo.toml" not in names


async def test_two_digests_of_a_day_are_two_pull_requests(blog: Blog) -> None:
    weekly = replace(TODAY, draft=replace(TODAY.draft, slot=replace(TODAY.slot, digest="weekly")))
    files = await blog.written()
    table = HugoTable(dir=blog.site, git="pull-request")
    for issue in (TODAY, weekly):
        await GitStep(table, lambda: files).publish(Publication(issue, [issue], issues.DOCUMENTS))

    assert blog.remote("branch", "--list", "--format=%(refname:short)", "deepdaily/*").splitlines() == [
        "deepdaily/2026-02-11",
        "deepdaily/weekly-2026-02-11",
    ]


async def test_a_retracted_issue_goes_from_the_branch_of_its_pull_request(blog: Blog) -> None:
    await blog.step("pull-request")
    files = await blog.written()
    for path in files:
        path.unlink()
    table, retracted = HugoTable(dir=blog.site, git="pull-request"), Publication(TODAY, [], issues.DOCUMENTS)
    await GitStep(table, lambda: files).publish(retracted)

    assert blog.remote("ls-tree", "-r", "--name-only", "deepdaily/2026-02-11") == blog.remote(
        "ls-tree", "-r", "--name-only", "main"
    )


async def test_an_issue_that_was_retracted_before_it_was_committed_leaves_nothing_to_do(blog: Blog) -> None:
    files = await blog.written()
    for path in files:
        path.unlink()
    before = git(blog.site, "rev-parse", "HEAD")
    step = GitStep(HugoTable(dir=blog.site, git="commit"), lambda: files)

    assert await step.publish(Publication(TODAY, [], issues.DOCUMENTS)) == ()
    assert git(blog.site, "rev-parse", "HEAD") == before
    with pytest.raises(PublishError, match="no file of the issue"):
        await step.publish(Publication(TODAY, [TODAY], issues.DOCUMENTS))
