"""Files in a real browser: chosen on a form, listed by act, taken out; on a phone, in the dark."""

import asyncio
import os
from pathlib import Path
from typing import Any

import pytest

from tests.browser.stage import Stage, Window

LONG = "Протокол_осмотра_сервера_с_очень_длинным_именем_" * 2
SHOTS = os.environ.get("SHOTS")


async def shot(page: Any, name: str) -> None:
    """Keep a picture of the page where one was asked for."""
    if SHOTS:
        await page.screenshot(path=str(Path(SHOTS) / f"{name}.png"), full_page=True)


async def bytes_of(download: Any) -> bytes:
    """Return what a download brought."""
    return await asyncio.to_thread(Path(await download.path()).read_bytes)


async def test_files_go_with_an_act_and_come_out_again(stage: Stage, tmp_path: Path) -> None:
    pdf, page_file = tmp_path / f"{LONG}.pdf", tmp_path / "страница.html"
    pdf.write_bytes(b"%PDF-1.7\n" + b"x" * 300_000)
    page_file.write_text("<!doctype html><script>document.title = 'run'</script>", encoding="utf-8")
    made = await stage.node.submitted()
    window: Window = await stage.open_window()
    page = window.page
    await window.sign_in("KZ-MVD", "officer")
    await window.go(f"/requests/{made['id']}/acts/note")
    await page.get_by_label("Текст").fill("Направляем протокол")
    await page.get_by_label("Добавить файлы").set_input_files([pdf, page_file])
    await page.get_by_role("button", name="Внести: переписка").click()
    assert "переписка" in (await page.get_by_role("status").inner_text()).lower()
    async with page.expect_download() as waiting:
        await page.get_by_role("link", name=f"{LONG}.pdf").click()
    download = await waiting.value
    assert await bytes_of(download) == pdf.read_bytes()
    assert download.suggested_filename == f"{LONG}.pdf"
    async with page.expect_download() as waiting:
        await page.get_by_role("link", name="страница.html").click()
    assert await bytes_of(await waiting.value) == page_file.read_bytes()
    assert "run" not in await page.title()
    window.prove_quiet()


async def test_a_lying_file_brings_the_form_back_with_the_others_in_it(stage: Stage, tmp_path: Path) -> None:
    good, bad = tmp_path / "good.txt", tmp_path / "bad.png"
    good.write_text("text")
    bad.write_text("no picture")
    made = await stage.node.submitted()
    window: Window = await stage.open_window()
    page = window.page
    await window.sign_in("KZ-MVD", "officer")
    await window.go(f"/requests/{made['id']}/acts/note")
    await page.get_by_label("Текст").fill("Направляем копию")
    await page.get_by_label("Добавить файлы").set_input_files([good, bad])
    await page.get_by_role("button", name="Внести: переписка").click()
    alert = page.get_by_role("alert")
    assert "bad.png" in await alert.inner_text()
    assert await page.get_by_label("Текст").input_value() == "Направляем копию"
    assert await page.get_by_label("good.txt").is_checked()
    await page.get_by_role("button", name="Внести: переписка").click()
    await page.wait_for_url("**?done=*")
    assert await page.get_by_role("link", name="good.txt").is_visible()
    window.prove_quiet(refused=1)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
async def test_files_fit_every_window(stage: Stage, tmp_path: Path, theme: str, width: int) -> None:
    upload = await stage.node.upload(b"<svg/>", f"{LONG}.svg", Content_Type="image/svg+xml")
    made = await stage.node.submitted(attachments=[upload.json()["id"]])
    bad = tmp_path / f"{LONG}.png"
    bad.write_text("no picture")
    window: Window = await stage.open_window(width=width, color_scheme=theme)
    page = window.page
    await window.sign_in("KZ-MVD", "officer")
    await window.go(f"/requests/{made['id']}")
    assert await window.width() <= width
    await shot(page, f"request-{theme}-{width}")
    await window.go(f"/requests/{made['id']}/acts/note")
    kept = tmp_path / "kept.txt"
    kept.write_text("text")
    await page.get_by_label("Добавить файлы").set_input_files([kept, bad])
    await page.get_by_role("button", name="Внести: переписка").click()
    await page.get_by_role("alert").wait_for()
    assert await window.width() <= width
    await shot(page, f"form-{theme}-{width}")
    await window.go("/drafts/new")
    assert await window.width() <= width
    await shot(page, f"draft-{theme}-{width}")
