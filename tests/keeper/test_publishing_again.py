"""What was published is looked at again, brought out again on demand, and can be taken back."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import pytest

from deepdaily.cli.console import LineMeter
from deepdaily.core.errors import SettingsError
from deepdaily.demo import sample_web
from deepdaily.house import House
from deepdaily.keeper import Outcome, run_slot
from deepdaily.run import Errand, Task
from making import SLOT
from webs import files_below

POST, FEED = f"content/posts/{SLOT.day}/index.md", "feeds/atom.xml"


def house(folder: Path, out: str = "out") -> House:
    return House(sample_web.settings(), {}, folder / "data", folder / out, sample_web.DemoWire(), sample_web.SEARCH_KEY)


async def asked(folder: Path, task: Task = "write", channels: Collection[str] = (), out: str = "out") -> Outcome:
    return await run_slot(house(folder, out), Errand(SLOT, sample_web.NOW, LineMeter(), task=task, channels=channels))


@pytest.fixture
async def published(tmp_path: Path) -> dict[str, bytes]:
    """The files of the sample day below `out`."""
    await asked(tmp_path)
    return files_below(tmp_path / "out")


async def test_a_published_slot_is_left_alone(tmp_path: Path, published: dict[str, bytes]) -> None:
    outcome = await asked(tmp_path)

    assert (outcome.exit, outcome.issue, outcome.changed) == (0, None, [])
    assert files_below(tmp_path / "out") == published


@pytest.mark.parametrize("lost", [[POST], [FEED], ["page/index.html"], [POST, FEED]])
@pytest.mark.parametrize("emptied", [False, True])
async def test_a_lost_file_comes_back_at_the_next_run(
    tmp_path: Path, published: dict[str, bytes], lost: list[str], emptied: bool
) -> None:
    for name in lost:
        path = tmp_path / "out" / name
        path.write_bytes(b"") if emptied else path.unlink()
    outcome = await asked(tmp_path)

    assert outcome.exit == 0
    assert files_below(tmp_path / "out") == published


async def test_another_folder_gets_what_it_misses(tmp_path: Path, published: dict[str, bytes]) -> None:
    await asked(tmp_path, out="other")

    assert files_below(tmp_path / "other") == published


async def test_an_edited_post_is_left_as_it_is_and_told_and_a_feed_is_written_anew(
    tmp_path: Path, published: dict[str, bytes]
) -> None:
    for name in (POST, FEED):
        (tmp_path / "out" / name).write_text("changed")
    await asked(tmp_path)
    outcome = await asked(tmp_path)

    assert outcome.changed == [("hugo", tmp_path / "out" / POST)]
    assert files_below(tmp_path / "out") == published | {POST: b"changed"}


async def test_publish_writes_an_edited_post_again_and_leaves_other_channels_alone(
    tmp_path: Path, published: dict[str, bytes]
) -> None:
    post, page = tmp_path / "out" / POST, tmp_path / "out" / f"page/{SLOT.day}.html"
    post.write_text(f'+++\n[deepdaily]\nslot = "{SLOT.stamp}"\n+++\nedited')
    page.write_text("edited")
    outcome = await asked(tmp_path, "publish", ["hugo"])

    assert outcome.exit == 0
    assert post.read_bytes() == published[POST]
    assert page.read_text() == "edited"


async def test_a_channel_that_is_not_in_the_settings_is_refused_by_name(tmp_path: Path, published: dict[str, bytes]) -> None:
    with pytest.raises(SettingsError, match="no channel 'hogo'"):
        await asked(tmp_path, "publish", ["hogo"])


@pytest.mark.parametrize("task", ["publish", "send", "retract", "correct"])
async def test_a_day_without_an_issue_is_refused(tmp_path: Path, task: Task) -> None:
    with pytest.raises(SettingsError, match="has no issue"):
        await asked(tmp_path, task)


async def test_a_retracted_issue_is_gone_from_files_and_reader_and_no_run_writes_it_again(
    tmp_path: Path, published: dict[str, bytes]
) -> None:
    await asked(tmp_path, "retract")
    again = await asked(tmp_path)

    assert again.retracted
    assert files_below(tmp_path / "out") == {}
    with house(tmp_path).store() as store:
        assert store.issue(SLOT.day) is None
        assert store.find("LiteLLM", 10) == []
        assert store.status(SLOT.key) == "retracted"


async def test_a_retracted_issue_is_brought_out_again_as_it_was(tmp_path: Path, published: dict[str, bytes]) -> None:
    await asked(tmp_path, "retract")
    outcome = await asked(tmp_path, "publish")

    assert outcome.exit == 0
    assert files_below(tmp_path / "out") == published
    with house(tmp_path).store() as store:
        assert store.earlier_issues(SLOT.key) == []


async def test_retracting_keeps_what_a_person_changed_and_says_so(tmp_path: Path, published: dict[str, bytes]) -> None:
    (tmp_path / "out" / POST).write_text("mine")
    outcome = await asked(tmp_path, "retract")

    assert outcome.remarks == [f"{tmp_path / 'out' / POST} was changed by somebody and stays: remove it yourself"]
    assert files_below(tmp_path / "out") == {POST: b"mine"}
