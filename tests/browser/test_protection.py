"""The module's pages in a real browser: a secret's life by keyboard; wide, narrow, light, dark and on paper."""

import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.browser.conftest import PATIENCE
from tests.browser.stage import LOOKS, Window, listening
from tests.conftest import Database
from tests.web.chambers import ITEMS, PLAIN, Chambers, open_chambers, register
from tests.web.test_protection_pages import approved

SHOTS = os.environ.get("EXCHANGE_SHOTS")
"""A folder for pictures of the pages, if somebody wants to look at them."""

LONG = "Оченьдлинноесловобезпробелов" * 12
ACTS = ("authorise_release", "copy", "destroy", "regrade", "report_breach")


@dataclass
class Scene:
    """The node with the module, listening, and windows before it."""

    chambers: Chambers
    address: str
    browser: Any
    stack: AsyncExitStack

    async def window(self, authority: str, role: str = "secrecy_officer", **options: Any) -> Window:
        """Open a window of its own for somebody, signed in."""
        asked = {"viewport": {"width": 1280, "height": 900}, "locale": "ru-RU", **options}
        context = await self.browser.new_context(**asked)
        self.stack.push_async_callback(context.close)
        page = await context.new_page()
        page.set_default_timeout(PATIENCE)
        window = Window(page, self.address)
        page.on("console", lambda message: window.trouble.append(message.text))
        page.on("pageerror", lambda error: window.trouble.append(str(error)))
        page.on("request", lambda request: window.asked.append(request.url))
        await window.sign_in(authority, role)
        return window


@pytest.fixture
async def scene(database: Database, tmp_path: Path, browser: Any) -> AsyncIterator[Scene]:
    """Give a listening node with the module in it."""
    async with AsyncExitStack() as stack:
        chambers = await stack.enter_async_context(open_chambers(database.dsn, tmp_path))
        address = await stack.enter_async_context(listening(chambers.node))
        yield Scene(chambers, address, browser, stack)


async def press(window: Window, name: str, kind: str = "link") -> None:
    """Go to something by its name and press Enter on it: no mouse is needed."""
    await window.page.get_by_role(kind, name=name, exact=True).first.focus()
    await window.page.keyboard.press("Enter")


async def write(window: Window, **texts: str) -> None:
    """Type into fields by the keyboard; `__` stands for the dot in a name."""
    for name, text in texts.items():
        field = window.page.locator(f'main form.sheet [name="{name.replace("__", ".")}"]')
        await field.focus()
        if await field.evaluate("element => element.type === 'date' || element.tagName === 'SELECT'"):
            await (field.fill(text) if "-" in text else field.select_option(text))
        else:
            await window.page.keyboard.press("ControlOrMeta+a")
            await window.page.keyboard.type(text)


async def enter(window: Window, button: str) -> None:
    """Send the form by the keyboard and wait for the item's card, which says what stands."""
    await press(window, button, "button")
    await window.page.wait_for_url("**?done=*")
    assert await window.page.locator(".flash").count() == 1


async def shoot(window: Window, name: str) -> None:
    if SHOTS:
        await window.page.screenshot(path=str(Path(SHOTS) / f"{name}.png"), full_page=True)


async def registers(kz: Window) -> str:
    """Register an item with content and return its id."""
    await press(kz, "Секреты")
    await press(kz, "Поставить на учёт")
    await kz.page.wait_for_url("**/items/new")
    await kz.page.locator('[name="mark"]').select_option("secret")
    await kz.page.locator('[name="kind"]').select_option("electronic")
    await write(kz, designation="Справка о сети", purpose="розыск участников сети")
    file = {"name": "справка.txt", "mimeType": "text/plain", "buffer": PLAIN.encode()}
    await kz.page.locator('[name="file"]').set_input_files(file)
    await enter(kz, "Поставить на учёт")
    item = kz.page.url.split("?")[0].rsplit("/", 1)[1]
    assert "Құпия / Секретно" in await kz.page.locator(".stamps").inner_text()
    return str(item)


async def gives(kz: Window, item: str) -> None:
    """Decide on the release, and send a copy electronically."""
    await kz.go(f"{ITEMS}/{item}")
    await press(kz, "Решение о передаче")
    await kz.page.locator('main form.sheet [name="recipient"]').select_option("AM-POL")
    days = dict.fromkeys(("decision__date", "own_consent__date", "recipient_cleared__date"), "2026-02-27")
    await write(
        kz,
        basis="запрос",
        until="2027-12-31",
        decision__reference="2",
        own_consent__reference="24",
        recipient_cleared__reference="А-7",
        **days,
    )
    await enter(kz, "Внести: решение о передаче")
    await press(kz, "Отправка")
    await kz.page.locator('[name="channel"]').select_option("electronic")
    await kz.page.locator('[name="means"]').select_option("M-AM")
    await write(kz, cover_document__reference="5", cover_document__date="2026-02-27")
    await enter(kz, "Внести: отправка")


async def receives(am: Window) -> None:
    """Confirm the arrival from the desk, and open access to an officer."""
    await press(am, "Секреты")
    await am.page.locator("a.figure").first.focus()
    await am.page.keyboard.press("Enter")
    await am.page.wait_for_url("**box=awaiting")
    await am.page.locator("tbody a").first.focus()
    await am.page.keyboard.press("Enter")
    await press(am, "Подтверждение получения")
    await write(am, reference__reference="Е-1", reference__date="2026-02-27", own_number="AM-POL/С-14")
    await enter(am, "Внести: подтверждение получения")
    await press(am, "Открыть доступ")
    await am.page.locator('[name="person"]').select_option("am-pol.officer")
    await write(am, document="приказ 7")
    await press(am, "Внести", "button")
    await am.page.wait_for_url("**/protection/people")


async def destroys(am: Window, kz: Window, item: str) -> None:
    """Ask for the consent, get it, and destroy after a second look."""
    await am.go(f"{ITEMS}/{item}")
    await press(am, "Запрос согласия")
    await press(am, "уничтожение")
    await am.page.wait_for_url("**?kind=destroy")
    await am.page.locator('[name="scope.copies"]').focus()
    await am.page.keyboard.press("Space")
    await write(am, reason="использовано", reference__reference="Е-2", reference__date="2026-02-27")
    await enter(am, "Внести: запрос согласия")
    await kz.go(f"{ITEMS}/{item}")
    await press(kz, "Согласие")
    await write(kz, reference__reference="6", reference__date="2026-02-27")
    await enter(kz, "Внести: согласие")
    await am.go(f"{ITEMS}/{item}/acts/destroy")
    await am.page.locator('[name="irrecoverable"]').focus()
    await am.page.keyboard.press("Space")
    await am.page.locator('[name="consent"]').select_option("1")
    await write(
        am,
        method="сожжено",
        people="Саргсян, сотрудник",
        date="2026-03-01",
        document__reference="Е-3",
        document__date="2026-02-27",
    )
    await press(am, "Внести: уничтожение", "button")
    await am.page.locator("#sure").wait_for()
    await shoot(am, "sure")
    await enter(am, "Да, уничтожено: внести")
    assert "уничтожен" in await am.page.locator("table.copies").inner_text()


async def test_a_secret_lives_and_ends_by_keyboard(scene: Scene) -> None:
    kz = await scene.window("KZ-MVD")
    item = await registers(kz)
    applicant, expert = await scene.chambers.keeper("KZ-MVD"), await scene.chambers.keeper("KZ-NSC")
    await approved(applicant, expert, item, "AM-POL")
    await gives(kz, item)
    am = await scene.window("AM-POL")
    await receives(am)
    officer = await scene.window("AM-POL", "officer")
    await officer.go(f"{ITEMS}/{item}")
    await press(officer, "Прочитать содержание")
    await press(officer, "Показать на экране", "button")
    await officer.page.locator("pre.reading").wait_for()
    assert await officer.page.locator("pre.reading").inner_text() == PLAIN
    await shoot(officer, "reading")

    await destroys(am, kz, item)
    for window in (kz, am, officer):
        window.prove_quiet()


@pytest.mark.parametrize(("scheme", "locale"), LOOKS)
async def test_every_page_fits_a_phone_and_has_its_landmarks(scene: Scene, scheme: Any, locale: str) -> None:
    keeper = await scene.chambers.keeper("KZ-MVD")

    wordy = {"designation": LONG, "purpose": LONG, "requirements.text": LONG}
    item = await register(keeper, PLAIN.encode(), **wordy)
    nsc = await scene.chambers.keeper("KZ-NSC")
    release = await approved(keeper, nsc, item, "AM-POL")
    look: Any = {"color_scheme": scheme, "locale": locale}
    window = await scene.window("KZ-MVD", viewport={"width": 360, "height": 800}, **look)
    wide = await scene.window("KZ-MVD", **look)
    places = (
        "",
        "/items",
        "/items/new",
        f"/items/{item}",
        f"/items/{item}/record",
        f"/items/{item}/copies",
        f"/items/{item}/content",
        *(f"/items/{item}/acts/{act}" for act in ("authorise_release", "copy", "destroy", "regrade", "report_breach")),
        "/releases",
        "/releases/new",
        f"/releases/{release}",
        "/visits",
        "/visits/new",
        "/entries",
        "/entries/new/kz-am-2025/contract",
        "/people",
        "/people/grants",
        "/agreements",
        "/agreements/means",
    )
    for place in places:
        for one, width in ((window, 360), (wide, 1280)):
            await one.go(f"/protection{place}")
            await one.page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
            assert await one.width() <= width, (place, width)
            assert await one.page.locator("h1").count() == 1, place
            assert await one.page.locator("main, header, nav").count() >= 3, place
            assert await one.faults() == [], place
            await shoot(
                one, f"{place.strip('/').replace('/', '-').replace(item, 'item') or 'desk'}-{width}-{scheme}-{locale}"
            )
    window.prove_quiet()
    wide.prove_quiet()


async def test_a_refused_form_leads_to_its_fields_and_the_card_prints_without_its_buttons(scene: Scene) -> None:

    item = await register(await scene.chambers.keeper("KZ-MVD"))
    window = await scene.window("KZ-MVD")
    await window.go(f"{ITEMS}/{item}/acts/authorise_release")
    await window.page.locator('main form.sheet [name="recipient"]').select_option("AM-POL")
    await press(window, "Внести: решение о передаче", "button")
    await window.page.locator("#remarks").wait_for()
    assert await window.page.evaluate("document.activeElement.id") == "remarks"
    await window.page.locator("#remarks a").first.focus()
    await window.page.keyboard.press("Enter")
    await window.page.wait_for_function("location.hash.startsWith('#f-')")
    assert await window.page.locator('[name="recipient"]').input_value() == "AM-POL"
    await window.go(f"{ITEMS}/{item}")
    await window.page.emulate_media(media="print")
    await window.page.set_viewport_size({"width": 718, "height": 1000})
    assert await window.faults() == []
    for hidden in (".acts", ".places", ".top"):
        assert not await window.page.locator(hidden).first.is_visible(), hidden
    assert await window.page.locator("table.copies").is_visible()
    window.prove_quiet(refused=1)
