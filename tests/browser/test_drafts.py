"""Drafts in a real browser: written and signed by keyboard alone, compared, on a phone and on paper."""

from typing import Any

import pytest

from schemas.vocabulary import Role
from tests.api.drafts import WORDS, save, sent, start, step
from tests.browser.stage import LOOKS, Stage, Window

LONG = "Оченьдлинноесловобезпробелов" * 12


async def test_p_6_5_two_people_write_return_and_sign_by_keyboard(stage: Stage) -> None:
    officer: Window = await stage.open_window()
    page, keyboard = officer.page, officer.page.keyboard
    await officer.sign_in("KZ-MVD", "officer")
    await page.get_by_role("link", name="Новый запрос").focus()
    await keyboard.press("Enter")
    await page.wait_for_url("**/drafts/new")
    await page.get_by_label("Адресован").select_option("RU-MVD")
    await page.get_by_label("Исходящий №").fill("12/3")
    await page.get_by_label("Цель").focus()
    await keyboard.type("Установить лиц")
    await page.get_by_label("Исходящий №").focus()
    await keyboard.press("Enter")  # saves, and adds no rows
    await page.wait_for_url("**/drafts/*?told=saved")
    assert "Не готово" in await page.locator(".gaps h2").inner_text()
    await page.get_by_role("link", name="Обоснование").focus()
    await keyboard.press("Enter")
    await page.wait_for_function("document.activeElement?.id === 'f-grounds' || location.hash === '#f-grounds'")
    await page.get_by_label("Обоснование").fill("Дело № 5")
    await page.get_by_label("Существо вопроса").fill("Похищены средства")
    await page.get_by_label("Преступления с использованием информационных технологий").check()
    await page.get_by_label("Форма сотрудничества").select_option("other")
    await page.get_by_label("Что нужно").fill("Сохранить содержимое")
    await page.get_by_role("button", name="Добавить пункт").click()
    await page.locator("[name='assistance.1.text']").fill("Второй пункт")
    await page.locator("[name='assistance.1.form']").select_option("training")
    await page.get_by_label("Основание срока").select_option("protocol")
    await page.get_by_label("Срок, календарных дней").fill("30")
    await page.get_by_role("button", name="Сохранить и передать на подпись").click()
    await page.wait_for_url("**/drafts/*?told=sent")
    head: Window = await stage.open_window()
    page, keyboard = head.page, head.page.keyboard
    await head.sign_in("KZ-MVD", "head")
    await page.get_by_role("link", name="Ждут вашей подписи: 1").focus()
    await keyboard.press("Enter")
    await page.wait_for_url("**/drafts")
    await page.locator("#waiting ~ .table a").first.focus()
    await keyboard.press("Enter")
    await page.get_by_role("link", name="Прочитать и подписать").focus()
    await keyboard.press("Enter")
    await page.wait_for_url("**/sign")
    assert "Второй пункт" in await page.locator("main").inner_text()
    await page.get_by_role("button", name="Подписать").focus()
    await keyboard.press("Enter")
    await page.wait_for_url("**/requests/*?done=1")
    assert "Дело № 5" in await page.locator("main").inner_text()
    officer.prove_quiet()
    head.prove_quiet()


async def every_draft(stage: Stage) -> list[str]:
    """Make drafts in every state, full of long words; return their addresses."""
    node = stage.node
    words: dict[str, Any] = {**WORDS, "purpose": LONG, "grounds": LONG}
    gappy = await start(node, {**words, "purpose": "", "assistance": [{"form": "procedural_act", "text": LONG}]})
    shown = await sent(node, await start(node, words))
    returned = await sent(node, await start(node, words))
    await step(node, returned, "returns", Role.HEAD, remarks=LONG)
    paths = [f"/drafts/{one['id']}" for one in (gappy, shown, returned)]
    return ["/drafts", "/drafts/new", *paths, f"{paths[1]}/sign"]


@pytest.mark.parametrize(("theme", "locale"), LOOKS)
async def test_a_phone_shows_every_page_of_drafts_without_scrolling_sideways(
    stage: Stage, theme: str, locale: str
) -> None:
    paths = await every_draft(stage)
    made = await stage.node.submitted()
    phone = {"color_scheme": theme, "locale": locale, "is_mobile": True, "has_touch": True}
    window: Window = await stage.open_window(360, 740, **phone)
    await window.sign_in("KZ-MVD", "head")
    for path in paths:
        await window.go(path)
        await window.page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
        assert await window.width() == 360, path
        assert await window.faults() == [], path
    await window.sign_in("RU-MVD", "officer")
    await window.go(f"/requests/{made['id']}/acts/refuse")
    assert "/drafts/new?kind=refuse" in window.page.url
    assert await window.width() == 360
    window.prove_quiet()


async def test_both_versions_stand_side_by_side_and_the_summary_has_the_focus(stage: Stage) -> None:
    draft = await start(stage.node)
    window: Window = await stage.open_window()
    await window.sign_in("KZ-MVD", "officer")
    await window.go(f"/drafts/{draft['id']}")
    await save(stage.node, draft, {**WORDS, "purpose": "Цель другого"}, role=Role.HEAD)
    await window.page.get_by_label("Цель").fill("Моя цель")
    await window.page.get_by_role("button", name="Сохранить", exact=True).last.click()
    await window.page.wait_for_function("document.activeElement?.id === 'differences'")
    text = await window.page.locator("#differences").inner_text()
    assert "Цель другого" in text
    assert "Моя цель" in text
    assert await window.page.get_by_label("Цель").input_value() == "Моя цель"
    window.prove_quiet(refused=1)


async def test_a_draft_on_paper_is_its_words_without_forms(stage: Stage) -> None:
    shown = await sent(stage.node, await start(stage.node))
    window: Window = await stage.open_window()
    await window.sign_in("KZ-MVD", "head")
    await window.go(f"/drafts/{shown['id']}/sign")
    await window.page.emulate_media(media="print")
    assert await window.page.get_by_text("владельце").first.is_visible()
    assert not await window.page.get_by_role("button", name="Подписать").is_visible()
