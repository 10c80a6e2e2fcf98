"""The registry in a real browser: a head notifies, another Party acknowledges; wide, narrow, light and dark."""

import os
from pathlib import Path
from typing import Any

import pytest

from tests.browser.stage import Stage, Window

SHOTS = os.environ.get("EXCHANGE_SHOTS")
"""A folder for pictures of the pages, if somebody wants to look at them."""

PAGES = ("/registry", "/registry/notices/21", "/registry/authorities/KZ-GP", "/registry/new/designation")


async def enter(window: Window) -> None:
    """Designate an authority by the form."""
    await window.go("/registry/new/designation")
    fields: dict[str, str] = {
        "authority": "KZ-GP",
        "name.ru": "Генеральная прокуратура Республики Казахстан (образец)",
        "zone": "Asia/Almaty",
        "mailbox": "kz-gp@node.example",
        "since": "2026-03-01",
        "reference": "Нота от 27 февраля 2026 года № 14/215",
    }
    for name, value in fields.items():
        await window.page.fill(f'[name="{name}"]', value)
    await window.page.select_option('[name="reach"]', "node")
    await window.page.select_option('[name="body"]', "competent")
    await window.page.click("main form button.primary")
    await window.page.wait_for_url("**/registry/notices/21?done=entered")


async def shoot(window: Window, name: str) -> None:
    if SHOTS:
        await window.page.screenshot(path=str(Path(SHOTS) / f"{name}.png"), full_page=True)


@pytest.mark.parametrize(
    ("width", "scheme", "locale"), [(1280, "light", "ru-RU"), (360, "dark", "ru-RU"), (360, "light", "kk-KZ")]
)
async def test_p_4_3_a_notice_is_entered_and_acknowledged_on_any_screen(
    stage: Stage, width: int, scheme: Any, locale: str
) -> None:
    kz = await stage.open_window(width, color_scheme=scheme, locale=locale)
    await kz.sign_in("KZ-MVD")
    await enter(kz)
    for path in PAGES:
        await kz.go(path)
        assert await kz.width() <= width, path
        assert await kz.faults() == [], path
        await shoot(kz, f"{path.strip('/').replace('/', '-')}-{width}")
    ru = await stage.open_window(width, color_scheme=scheme, locale=locale)
    await ru.sign_in("RU-MVD")
    await ru.go("/registry/notices?awaiting=RU")
    await ru.page.click("main .number")
    await ru.page.click("main form button.primary")
    await ru.page.wait_for_url("**/registry/notices/21?done=acknowledged")
    await shoot(ru, f"acknowledged-{width}")
    assert await ru.page.locator("main form").count() == 0
    kz.prove_quiet()
    ru.prove_quiet()
