"""A draft pull request: what it says, and how it is opened."""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
from pathlib import Path
from urllib.parse import quote

from deepdaily.core.errors import ChannelBusy, FetchError, PublishError
from deepdaily.core.types import Issue
from deepdaily.models.spawned import spawned
from deepdaily.read.web_wire import WebWire
from deepdaily.render.markdown import escape, escape_line
from deepdaily.settings.table import secret
from deepdaily.words import of

ASK_S = 60.0


def body_of(issue: Issue) -> str:
    """What people decide by, as Markdown: on what it rests, what changes, what is doubtful, and the way back."""
    words, draft = of(issue.draft.language).pull_request, issue.draft
    facts = sum(bool(claim.evidence) for claim in issue.claims())
    doubts = [*map(escape, draft.degraded), *(escape(draft.notice) for _ in range(bool(draft.notice)))]
    blocks = {
        words["rests"]: [words["rests_on"].format(facts=facts, items=len(issue.items), rung=draft.rung)],
        words["changes"]: [escape_line(item.title.text) for item in issue.items],
        words["risks"]: [*doubts, words["judgements"].format(sum(claim.judgement for claim in issue.claims()))],
        words["back"]: [words["way_back"]],
    }
    return "\n\n".join(f"## {head}\n\n" + "\n".join(f"- {line}" for line in lines) for head, lines in blocks.items()) + "\n"


async def opened(folder: Path, remote: str, base: str, branch: str, title: str, body: str, token_env: str) -> str:
    """Where it is, or where a person can open it. Raises PublishError or ChannelBusy."""
    project = re.search(r"(?:^|[/@.])github\.com[:/]([\w.-]+/[\w.-]+?)(?:\.git)?/?$", remote)
    if project is None:
        return f"branch {branch}"
    if secret(token_env):
        return await _by_api(project[1], base, branch, title, body, secret(token_env))
    if shutil.which("gh"):
        return await _by_gh(folder, project[1], base, branch, title, body)
    return f"https://github.com/{project[1]}/compare/{quote(base)}...{quote(branch)}?expand=1"


async def _by_gh(folder: Path, project: str, base: str, branch: str, title: str, body: str) -> str:
    asked = [
        "gh",
        "pr",
        "create",
        "--draft",
        "--repo",
        project,
        "--base",
        base,
        "--head",
        branch,
        "--title",
        title,
        "--body-file",
        "-",
    ]
    run = await spawned(asked, body.encode(), str(folder), {**os.environ, "GH_PROMPT_DISABLED": "1"}, ASK_S)
    said = (run.stdout + run.stderr).decode("utf-8", "replace").strip()
    if run.late:
        raise ChannelBusy(f"gh did not end in {ASK_S:.0f} s", "it is tried again")
    if run.status and "already exists" not in said:
        raise PublishError(f"gh opened no pull request: {said[-300:]}", f"the branch {branch} is pushed; run `gh auth status`")
    return said.splitlines()[-1] if said else branch


async def _by_api(project: str, base: str, branch: str, title: str, body: str, token: str) -> str:
    asked = {"title": title, "head": branch, "base": base, "body": body, "draft": True}
    heads = {"Authorization": f"Bearer {token}", "Accept": "application/vnd.github+json", "User-Agent": "deepdaily"}
    try:
        async with asyncio.timeout(ASK_S), WebWire() as wire:
            answer = await wire.post(
                f"https://api.github.com/repos/{project}/pulls", heads, json.dumps(asked).encode(), cap_bytes=1 << 20
            )
    except (FetchError, TimeoutError) as error:
        raise ChannelBusy(f"GitHub did not answer: {type(error).__name__}", "it is tried again") from None
    if answer.status == 422 and b"already exists" in answer.body:
        return f"https://github.com/{project}/pulls?q=head:{quote(branch)}"
    if answer.status >= 500 or answer.status == 429:
        raise ChannelBusy(f"GitHub answered {answer.status}", "it is tried again")
    if answer.status >= 300:
        raise PublishError(f"GitHub answered {answer.status}", f"the branch {branch} is pushed; see the token's rights")
    return str(json.loads(answer.body).get("html_url", ""))
