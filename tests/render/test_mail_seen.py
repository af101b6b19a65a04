"""A mail as a browser shows it: on a phone and on a desk, light and dark, for everybody."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from importlib.resources import files
from typing import Any

import pytest
from playwright import sync_api as playwright

from deepdaily.core.types import Issue
from deepdaily.render.mail import message
from render import issues
from waiting import CEILING_S

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium")
if CHROMIUM is None and os.environ.get("CI"):
    pytest.fail("no chromium, without which mails are not looked at (set CHROMIUM)", pytrace=False)
if CHROMIUM is None:
    pytest.skip("no chromium (set CHROMIUM)", allow_module_level=True)

AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8")
MANY = issues.issue(issues.serving(), issues.priced(), issues.protocol(), *issues.briefed().items[1:])


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with playwright.sync_playwright() as driver:
        arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        opened = driver.chromium.launch(executable_path=CHROMIUM, args=arguments, timeout=CEILING_S * 1000)
        yield opened
        opened.close()


def page_of(issue: Issue, shape: Any) -> str:
    mail = message(issue, sender="a@b.example", recipients=["c@d.example"], shape=shape, link="https://b.example/x")
    return str(mail.get_body(("html",)).get_content())  # type: ignore[union-attr]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 800])
@pytest.mark.parametrize("shape", ["full", "brief", "headline"])
def test_a_mail_fits_its_screen_and_can_be_read_by_everybody(browser: Any, shape: str, width: int, scheme: str) -> None:
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page = context.new_page()
    for issue in (MANY, issues.hostile()):
        page.set_content(page_of(issue, shape))
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.set_content(page_of(MANY, shape))
    page.evaluate(AXE)

    found = page.evaluate("axe.run()")["violations"]
    assert [f"{one['id']}: {node['html'][:200]}" for one in found for node in one["nodes"]] == []
    context.close()


def test_a_mail_is_dark_where_the_reader_s_programs_are(browser: Any) -> None:
    seen = []
    for scheme in ("light", "dark"):
        context = browser.new_context(color_scheme=scheme)
        page = context.new_page()
        page.set_content(page_of(MANY, "full"))
        seen.append(page.evaluate("getComputedStyle(document.querySelector('main')).backgroundColor"))
        context.close()

    assert seen == ["rgb(252, 251, 248)", "rgb(21, 22, 24)"]
