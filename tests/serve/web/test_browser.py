"""The reader in a real browser, started as its users start it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any, get_args

import pytest
from playwright import sync_api as playwright

from deepdaily.core.types import Decision, DecisionKind
from deepdaily.store.opening import open_store
from render import issues
from serve import shelves
from waiting import CEILING_S, first_line

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium")
if CHROMIUM is None and os.environ.get("CI"):
    pytest.fail("no chromium, without which the reader is not tested (set CHROMIUM)", pytrace=False)
if CHROMIUM is None:
    pytest.skip("no chromium (set CHROMIUM)", allow_module_level=True)

AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8")
PATHS = (
    "/",
    "/archive",
    "/nothing",
    f"/e/{shelves.SECOND.day}/1",
    "/s/s-tuning-10",
    "/watch",
    "/search?q=微调",
    "/board",
    "/feeds",
    "/desk",
    "/?lang=en",
    "/archive?lang=en",
)
WIDTHS = (390, 768, 1280)


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where `deepdaily serve` says it listens."""
    folder = tmp_path_factory.mktemp("reader")
    store = open_store(folder)
    shelves.shelf(store, folder).snapshots.close()
    for number, kind in enumerate(get_args(DecisionKind)):
        store.keep_decision(Decision(f"d-{number}", kind, f"https://{kind}.example/a", issues.NOW, title="微调 7B 模型"))
    store.keep_decision(Decision("d-said", "useless", shelves.TUNING_AGAIN.url, issues.NOW))
    store.close()
    command = [sys.executable, "-m", "deepdaily", "serve", "--data", str(folder), "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=folder) as server:
        yield first_line(server, server.stdout).split()[2]
        server.terminate()


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with playwright.sync_playwright() as driver:
        arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        opened = driver.chromium.launch(executable_path=CHROMIUM, args=arguments, timeout=CEILING_S * 1000)
        yield opened
        opened.close()


def patient(browser: Any, **how: Any) -> Any:
    """A window that waits as long as any test does."""
    context = browser.new_context(**how)
    context.set_default_timeout(CEILING_S * 1000)
    return context


@pytest.fixture(params=[True, False], ids=["script", "no script"])
def page(browser: Any, address: str, request: pytest.FixtureRequest) -> Iterator[Any]:
    """A tab at the newest day; at its end nothing was asked of any other host and nothing was refused by the policy."""
    context = patient(browser, base_url=address, java_script_enabled=request.param)
    opened, asked, said = context.new_page(), list[str](), list[str]()
    opened.on("request", lambda sent: asked.append(sent.url))
    opened.on("console", lambda line: said.append(line.text))
    opened.goto("/")
    yield opened
    context.close()
    assert [url for url in asked if not url.startswith((address, "data:"))] == []
    assert said == []


def test_a_figure_opens_to_its_evidence_and_leads_to_the_marked_passage_and_back(page: Any) -> None:
    fact = page.locator("details.fact", has=page.locator(".figure")).first
    assert not fact.locator(".proof").first.is_visible()
    fact.locator("summary").click()
    fact.locator(".proof a", has_text="看快照摘录").first.click()

    mark = page.locator("mark:target")
    assert mark.is_visible()
    assert "prefill reaches 18.4K tokens per GPU per second" in mark.inner_text()
    page.locator("a.back").first.click()
    assert page.locator("details.fact:target").count() == 1


def test_search_story_and_board_are_reached_from_the_day(page: Any) -> None:
    page.get_by_role("link", name="搜索", exact=True).click()
    page.get_by_label("要找的词").fill("微调")
    page.get_by_role("button", name="搜索").click()
    assert page.locator(".entries li").count() == 2

    page.locator(".entries li", has_text="1.1").get_by_role("link", name="时间线").click()
    assert page.locator(".timeline time").all_inner_texts() == [shelves.SECOND.day, shelves.FIRST.day]

    page.get_by_role("link", name="运行", exact=True).click()
    page.get_by_text("看数字").first.click()
    assert page.get_by_role("cell", name="search:brave:rate-limited").is_visible()


def test_a_word_on_an_item_is_given_and_taken_back_by_its_button(page: Any) -> None:
    button = page.locator("main > article").first.get_by_role("button", name="有用")
    for state in ("true", "false"):
        button.click()
        page.wait_for_url("**/d/*#s-*")
        page.wait_for_load_state()
        assert button.get_attribute("aria-pressed") == state

    page.get_by_role("link", name="编辑台").click()
    row = page.locator(".entries li", has_text="不再关注")
    assert row.get_by_role("button", name="撤回").is_visible()


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("path", PATHS)
def test_no_page_is_wider_than_the_screen(browser: Any, address: str, width: int, path: str) -> None:
    context = patient(browser, base_url=address, viewport={"width": width, "height": 900})
    opened = context.new_page()
    opened.goto(path)

    assert opened.evaluate("document.documentElement.scrollWidth") <= width
    context.close()


def violations(page: Any) -> list[str]:
    """What axe-core finds wrong; it comes past the page's policy, as a debugger does."""
    page.evaluate(AXE)
    found = page.evaluate("axe.run()")["violations"]
    return [f"{one['id']}: {node['html'][:200]} {node['failureSummary']}" for one in found for node in one["nodes"]]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", PATHS)
def test_axe_finds_nothing_wrong(browser: Any, address: str, path: str, scheme: str) -> None:
    context = patient(browser, base_url=address, color_scheme=scheme)
    opened = context.new_page()
    opened.goto(path)
    for closed in opened.locator("details").all():  # what is folded is not looked at
        closed.evaluate("one => { one.open = true }")
    for width in WIDTHS:
        opened.set_viewport_size({"width": width, "height": 900})
        assert violations(opened) == []
    context.close()


def test_axe_sees_what_is_wrong(browser: Any) -> None:
    opened = patient(browser).new_page()
    opened.set_content('<html><body><img src="data:,"><p style="color: #ccc">pale</p></body></html>')

    assert {line.partition(":")[0] for line in violations(opened)} >= {"image-alt", "color-contrast", "html-has-lang"}
    opened.context.close()


def test_keys_go_from_item_to_item_and_close_what_is_open(browser: Any, address: str) -> None:
    context = patient(browser, base_url=address)
    opened = context.new_page()
    opened.goto("/")
    opened.keyboard.press("j")
    opened.keyboard.press("j")
    assert opened.evaluate("document.activeElement.id") == "s-tool-protocol-21"
    opened.keyboard.press("k")
    assert opened.evaluate("document.activeElement.id") == "s-quillserve-09"

    opened.locator("details.fact summary").first.click()
    opened.keyboard.press("Escape")
    assert opened.locator("details[open]").count() == 0
    context.close()


def test_a_port_in_use_is_said_in_one_line(address: str, tmp_path: Path) -> None:
    port = address.rstrip("/").rpartition(":")[2]
    command = [sys.executable, "-m", "deepdaily", "serve", "--data", str(tmp_path), "--port", port]
    ended = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=False)

    assert ended.returncode == 2
    assert f"cannot listen on 127.0.0.1:{port}" in ended.stderr
    assert "Traceback" not in ended.stderr
