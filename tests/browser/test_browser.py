"""The pages in a real browser: by mouse, by keyboard alone, on a phone, in the dark, on paper."""

from typing import Any

import pytest

from tests.api.house import URGENT
from tests.browser.stage import LOOKS, Stage, Window

LONG = "Оченьдлинноесловобезпробелов" * 12
THEMES = ("light", "dark")


async def story(stage: Stage) -> dict[str, Any]:
    """Leave one request overdue, one of them urgent and full of long words."""
    node = stage.node
    overdue = await node.submitted(reference="12/3")
    await node.done(overdue, "RU-MVD", "report_impediment", circumstances=LONG, expected_delay="неделя")
    await node.submitted(urgent=URGENT, purpose=LONG, handling="official_use", signatory=None)
    await node.done(overdue, "RU-MVD", "redirect", to_body={"name": LONG, "address": "г. Казань"}, reason="подсудность")
    await node.submitted(requested_authority="RU-MVD", reference="13/1")
    node.clock.advance(days=33)
    return overdue


async def test_from_sign_in_to_an_act(stage: Stage) -> None:
    made = await story(stage)
    window: Window = await stage.open_window()
    page = window.page
    await window.go("/requests?box=out")
    assert "/sign-in?next=" in page.url
    await page.get_by_role("button", name="KZ-MVD: руководитель", exact=True).click()
    await page.wait_for_url("**/requests?box=out")
    await page.get_by_role("link", name="Сроки").first.click()
    await page.locator(".figure-overdue").click()
    await page.wait_for_url("**/duties?*")
    assert await page.locator("h1").inner_text() == "Обязанности: просрочено"
    await page.locator(f'a[href="/requests/{made["id"]}"]').first.click()
    await page.get_by_text("Как рассчитан срок").first.click()
    assert await page.locator(".steps").first.is_visible()
    await page.get_by_role("link", name="Переписка").click()
    await page.get_by_label("Текст").fill("Просим сообщить о ходе исполнения")
    await page.get_by_role("button", name="Внести: переписка").click()
    assert "переписка" in (await page.get_by_role("status").inner_text()).lower()
    assert "Просим сообщить" in await page.locator("#record ~ ol").inner_text()
    await page.get_by_role("link", name="English").click()
    await page.wait_for_function("document.documentElement.lang === 'en'")
    await page.get_by_role("link", name="Қазақша").click()
    await page.wait_for_function("document.documentElement.lang === 'kk'")
    assert "2026 ж." in await page.locator("footer").inner_text()
    await page.get_by_role("button", name="Шығу").click()
    await page.wait_for_url("**/sign-in")
    await window.go("/")
    assert "/sign-in" in page.url
    window.prove_quiet()


async def test_an_act_by_keyboard_alone_and_an_error_keeps_what_was_typed(stage: Stage) -> None:
    made = await stage.node.submitted()
    window: Window = await stage.open_window()
    page, keyboard = window.page, window.page.keyboard
    await window.sign_in("RU-MVD")
    await window.go(f"/requests/{made['id']}/acts/propose_term")
    await keyboard.press("Tab")
    assert await page.evaluate("document.activeElement.className") == "skip"
    await keyboard.press("Enter")
    assert await page.evaluate("document.activeElement.id") == "main"
    for _ in range(2):
        await keyboard.press("Tab")
    await keyboard.type("много")
    await keyboard.press("Tab")
    await keyboard.type("Договор от 15 мая 1992 года")
    await keyboard.press("Enter")
    alert = page.get_by_role("alert")
    await alert.wait_for()
    await page.wait_for_function("document.activeElement.id === 'remarks'")
    assert "Ожидается целое число" in await alert.inner_text()
    assert await page.locator("[name=citation]").input_value() == "Договор от 15 мая 1992 года"
    await keyboard.press("Tab")
    await keyboard.press("Enter")
    await page.wait_for_function("document.activeElement.id === 'f-days'")
    await keyboard.press("Control+A")
    await keyboard.type("45")
    await keyboard.press("Enter")
    await page.wait_for_url("**/requests/*?done=3")
    assert (await stage.node.get(f"/v1/requests/{made['id']}")).json()["facts"]["asks"][0]["asked"]["days"] == 45
    window.prove_quiet(refused=1)


@pytest.mark.parametrize(("theme", "locale"), LOOKS)
async def test_a_phone_shows_every_page_without_scrolling_sideways(stage: Stage, theme: str, locale: str) -> None:
    made = await story(stage)
    phone = {"color_scheme": theme, "locale": locale, "is_mobile": True, "has_touch": True}
    window: Window = await stage.open_window(360, 740, **phone)
    await window.go("/sign-in")
    assert await window.width() == 360
    await window.sign_in("KZ-MVD")
    listed = (await stage.node.get("/v1/requests")).json()["items"]
    acts = (await stage.node.get(f"/v1/requests/{made['id']}")).json()["allowed_acts"]
    paths = ["/", "/duties?due=overdue", "/requests", "/requests?q=nothing", "/mail"]
    paths += [f"/requests/{one['id']}" for one in listed]
    paths += [f"/requests/{made['id']}/acts/{one['act']}" for one in acts]
    for path in paths:
        await window.go(path)
        await window.page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
        assert await window.width() == 360, path
        assert await window.faults() == [], path
        assert await window.language() == locale[:2], path
    window.prove_quiet()


async def test_a_desktop_cuts_no_table_off_however_long_a_body_s_name_is(stage: Stage) -> None:
    await story(stage)
    window: Window = await stage.open_window()
    await window.sign_in("KZ-MVD")
    for path in ("/", "/duties?due=overdue", "/requests", "/dispatch"):
        await window.go(path)
        assert await window.width() == 1280, path
        assert await window.faults() == [], path
    window.prove_quiet()


PAPER = {"width": 718, "height": 1000}
"""A sheet of A4 between its margins, in CSS pixels."""


@pytest.mark.parametrize("locale", ["ru-RU", "kk-KZ"])
async def test_no_page_scrolls_sideways_on_a_tablet(stage: Stage, locale: str) -> None:
    await story(stage)
    window: Window = await stage.open_window(800, 1000, locale=locale)
    await window.sign_in("KZ-MVD")
    for path in ("/", "/duties?due=overdue", "/requests", "/registry", "/registry/notices", "/mail", "/dispatch"):
        await window.go(path)
        assert await window.width() <= 800, path
    window.prove_quiet()


@pytest.mark.parametrize(("locale", "column"), [("ru-RU", "приостановлено"), ("kk-KZ", "тоқтатыла тұрған")])
async def test_paper_cuts_no_table_off(stage: Stage, locale: str, column: str) -> None:
    await story(stage)
    window: Window = await stage.open_window(locale=locale)
    await window.sign_in("KZ-MVD")
    await window.page.set_viewport_size(PAPER)
    await window.page.emulate_media(media="print")
    for path in ("/", "/duties?due=overdue", "/requests", "/registry", "/registry/notices"):
        await window.go(path)
        assert await window.width() <= PAPER["width"], path
        assert await window.faults() == [], path
    await window.go("/")
    assert await window.page.get_by_role("columnheader", name=column).is_visible()
    await window.page.locator("tbody a").first.click()
    await window.page.wait_for_url("**/requests/*")
    lefts = "[...document.querySelectorAll('.record .seq')].map(one => one.getBoundingClientRect().left)"
    assert min(await window.page.evaluate(lefts)) >= 0
    window.prove_quiet()


async def test_on_a_phone_a_late_term_is_read_to_its_end_and_the_own_row_stands_out(stage: Stage) -> None:
    await story(stage)
    stage.node.clock.advance(hours=5)
    window: Window = await stage.open_window(390, 740)
    await window.sign_in("KZ-MVD")
    cut = await window.page.evaluate(
        "[...document.querySelectorAll('.due strong')].filter(one => one.getBoundingClientRect().right >"
        " one.closest('.table').getBoundingClientRect().right).length"
    )
    assert cut == 0
    window.prove_quiet()


async def test_the_dark_is_dark_and_paper_is_white(stage: Stage) -> None:
    await story(stage)
    seen = {}
    background = "getComputedStyle(document.body).backgroundColor"
    for theme in THEMES:
        window: Window = await stage.open_window(color_scheme=theme)
        await window.sign_in("KZ-MVD")
        seen[theme] = await window.page.evaluate(background)
        await window.page.emulate_media(media="print")
        assert await window.page.evaluate(background) == "rgb(255, 255, 255)"
        assert not await window.page.locator(".top").is_visible()
        window.prove_quiet()
    assert seen == {"light": "rgb(244, 246, 248)", "dark": "rgb(16, 22, 28)"}


async def test_a_payload_stays_text(stage: Stage) -> None:
    payload = "<img src=x onerror=document.title='owned'><script>document.title='owned'</script>"
    made = await stage.node.submitted(purpose=payload, substance=payload)
    await stage.node.done(made, "RU-MVD", "ask_information", question=payload)
    window: Window = await stage.open_window()
    await window.sign_in("KZ-MVD")
    for path in ("/requests", f"/requests/{made['id']}", f"/requests/{made['id']}/acts/provide_information"):
        await window.go(path)
        assert await window.page.title() != "owned"
        assert await window.page.get_by_text("onerror").count()
    window.prove_quiet()


async def test_a_foreign_page_cannot_send_our_forms(stage: Stage) -> None:
    made = await stage.node.submitted()
    window: Window = await stage.open_window()
    await window.sign_in("RU-MVD")
    await window.go(f"/requests/{made['id']}/acts/note")
    token = await window.page.locator("form.sheet [name=token]").input_value()
    address = f"{stage.address}/requests/{made['id']}/acts/note"
    form = f'<form method=post action="{address}"><input name=token value="{token}"><input name=text value=x><button>'
    await window.page.goto("about:blank")
    await window.page.set_content(form)
    await window.page.get_by_role("button").click()
    await window.page.wait_for_url("**/acts/note")
    assert "не принята" in await window.page.locator("h1").inner_text()
    assert (await stage.node.get(f"/v1/requests/{made['id']}")).json()["seq"] == 2
