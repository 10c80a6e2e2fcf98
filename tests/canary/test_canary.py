"""Secrets planted in protected content are found nowhere outside of it; and a planted leak is found.

Two kinds are planted: what stands in contents, which only a reader with access ever gets; and what is told of them
(designations, purposes, circumstances, passports), which the module alone shows.
"""

import secrets
from base64 import b64encode
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZIP_STORED

import httpx
import pypdf
import pytest

from exchange.demo import protected, story
from exchange.demo.player import Player
from exchange.demo.protected import Protected
from tests.canary.leavings import Ear, Node, dump, node
from tests.canary.search import Find, Search, plantings
from tests.unpacking.files import docx, pdf, runs, zipped

READER = "kz-mvd.officer"
IN_CONTENT = "объекта «Ёлка-"
TOLD = "предмета «Кедр-"


@dataclass
class Secrets:
    """What was planted, by name."""

    contents: dict[str, str] = field(default_factory=dict)
    story: dict[str, str] = field(default_factory=dict)
    told: dict[str, str] = field(default_factory=dict)

    def content(self, name: str) -> str:
        """Make a secret that stands in a content."""
        return self.contents.setdefault(name, f"Тайна {IN_CONTENT}{secrets.token_hex(6)}», канарейка")

    def word(self, name: str) -> str:
        """Make a secret that the module alone is told."""
        return self.told.setdefault(name, f"Обозначение {TOLD}{secrets.token_hex(6)}», канарейка")


class Office:
    """Those who plant: clients of a node as roles of authorities."""

    def __init__(self, client: httpx.Client, ear: Ear) -> None:
        self.client, self.ear = client, ear
        self._tokens: dict[tuple[str, str], str] = {}

    def call(
        self, method: str, path: str, by: str = "KZ-MVD", role: str = "secrecy_officer", **options: Any
    ) -> httpx.Response:
        """Call as a role of an authority."""
        if (by, role) not in self._tokens:
            answer = self.client.post("/v1/sandbox/tokens", json={"authority": by, "role": role})
            self._tokens[by, role] = answer.raise_for_status().json()["token"]
        headers = {"Authorization": f"Bearer {self._tokens[by, role]}", **options.pop("headers", {})}
        return self.client.request(method, path, headers=headers, **options)

    def page(self, path: str, by: str, role: str) -> httpx.Response:
        """Look at a page as somebody who signed in by a link."""
        with httpx.Client(base_url=self.client.base_url, event_hooks={"response": [self.ear.listen]}) as browser:
            form = browser.get(f"/sign-in?authority={by}&role={role}")
            token = form.text.partition('name="csrf" value="')[2].partition('"')[0]
            browser.post("/sign-in", data={"authority": by, "role": role, "csrf": token})
            return browser.get(path)


def item(planted: Secrets, name: str, content: bytes, **changes: Any) -> dict[str, Any]:
    """Return a registration whose words and content are secrets."""
    plain = {
        "mark": "secret",
        "designation": planted.word(f"designation of {name}"),
        "purpose": planted.word(f"purpose of {name}"),
        "kind": "electronic",
        "content": b64encode(content).decode(),
    }
    return {**plain, **changes}


def submission(**changes: Any) -> dict[str, Any]:
    """Return a request that could be submitted."""
    plain = {
        "requested_authority": "AM-POL",
        "reference": "1/1",
        "purpose": "Установить лиц (образец)",
        "grounds": "Материалы дела (образец)",
        "substance": "Похищены деньги (образец)",
        "matters": ["information_technology"],
        "assistance": [{"form": "information", "subject": "persons", "text": "Сведения о лицах (образец)"}],
        "execution_term": {"days": 30, "basis": "protocol"},
        "language": "ru",
        "signatory": {"name": "Образцов О. О.", "position": "head"},
    }
    return {**plain, **changes}


def plant_contents(office: Office, planted: Secrets) -> None:
    """Register contents in every form; let one be read by who may, and by nobody else."""
    for name in plantings(""):
        body = item(planted, name, plantings(planted.content(name))[name])
        made = office.call("POST", "/v1/protection/items", json=body)
        assert made.status_code == 201, made.text
        where = f"/v1/protection/items/{made.json()['id']}"
        for path in ("", "/record", "/copies", "/accesses", "/papers/extract.pdf"):
            assert office.call("GET", where + path).status_code == 200
        assert office.call("GET", f"{where}/content", role="officer").status_code == 403
        assert office.call("GET", where, by="RU-MVD").status_code == 404
        grant = {"person": READER, "item": made.json()["id"], "purpose": body["purpose"], "document": "приказ 1"}
        assert office.call("POST", "/v1/protection/grants", json=grant).status_code == 201
        office.ear.deaf = True
        read = office.call("GET", f"{where}/content", role="officer")
        office.ear.deaf = False
        assert read.content == plantings(planted.content(name))[name]
        office.page(f"/protection/items/{made.json()['id']}", "KZ-MVD", "secrecy_officer")
        office.page("/protection", "KZ-MVD", "secrecy_officer")


def plant_uploads(office: Office, planted: Secrets) -> None:
    """Upload contents whole and cut off, and register one of them."""
    whole = planted.content("upload").encode() * 5000
    sent = office.call("POST", "/v1/protection/contents", content=whole, headers={"Content-Type": "text/plain"})
    assert sent.status_code == 201, sent.text
    body = item(planted, "upload", b"")
    body["content"] = {"sha256": sent.json()["sha256"], "size": sent.json()["size"]}
    assert office.call("POST", "/v1/protection/items", json=body).status_code == 201
    cut = planted.content("upload cut off").encode() * 5000

    def torn() -> Any:
        yield cut
        raise ConnectionError

    with pytest.raises(ConnectionError):
        office.call("POST", "/v1/protection/contents", content=torn(), headers={"Content-Type": "text/plain"})


def plant_inline(office: Office, planted: Secrets) -> None:
    """Hand contents over with requests: one that is taken, and those that are refused for every kind of reason."""
    system = {"by": "KZ-MVD", "role": "system"}

    def inline(name: str, **changes: Any) -> dict[str, Any]:
        bare = item(planted, name, planted.content(name).encode(), **changes)
        del bare["purpose"]
        return bare

    def submit(key: str | None, inside: dict[str, Any], **changes: Any) -> int:
        headers = {"Idempotency-Key": key} if key else {}
        body = submission(protected=inside, **changes)
        return office.call("POST", "/v1/requests", **system, json=body, headers=headers).status_code

    assert submit("1", inline("taken")) == 201
    assert submit("1", inline("taken")) == 201
    assert submit("1", inline("another call")) == 422
    assert submit(None, inline("no key")) == 400
    assert submit("2", inline("no such mark", mark="cosmic")) == 422
    assert submit("3", inline("not of our scheme", mark="confidential")) == 422
    assert submit("4", inline("unlawful"), requested_authority="KZ-NSC") == 422
    assert submit("5", inline("misshapen"), purpose=7) == 422
    broken = inline("broken")
    broken["content"] = planted.content("broken")  # no base64
    assert submit("6", broken) == 422


def plant_in_the_open(office: Office, planted: Secrets) -> None:
    """Put marked texts where they do not belong."""
    system = {"by": "KZ-MVD", "role": "system"}

    def marked(name: str, mark: str = "Совершенно секретно") -> str:
        return f"{mark}\nЭкз. № 1\n{planted.content(name)}"

    for mark in ("Секретно", "С е к р е т н о", "Гриф: Өте құпия", "ՀՈՒՅԺ ԳԱՂՏՆԻ", "SLAPTAI", "Cекpeтнo"):
        body = submission(substance=marked(f"field {mark}", mark))
        refused = office.call(
            "POST", "/v1/requests", **system, json=body, headers={"Idempotency-Key": mark.encode().hex()}
        )
        assert refused.json()["code"] == "state_secret_in_open_field"
    draft = {"kind": "submit", "body": submission(grounds=marked("draft"))}
    assert office.call("POST", "/v1/drafts", role="officer", json=draft).status_code == 422
    files = [
        ("list.txt", marked(f"attachment in {encoding}").encode(encoding) * 400)
        for encoding in ("utf-8", "utf-16", "utf-16-be")
    ]
    plain = planted.content("docx"), planted.content("header of docx"), planted.content("pdf"), planted.content("zip")
    files += [
        ("list.docx", docx(runs("Секретно"), runs(plain[0]), header=runs(plain[1]), method=ZIP_STORED)),
        ("list.pdf", pdf(f"Совершенно секретно\nЭкз. № 1\n{plain[2]}", attached={"list.txt": plain[2].encode()})),
        ("list.zip", zipped({"list.docx": docx(runs("Құпия"), runs(plain[3]), method=ZIP_STORED)}, ZIP_STORED)),
    ]
    for name, content in files:
        sent = office.call(
            *("POST", "/v1/attachments"),
            role="officer",
            content=content,
            headers={
                "Content-Type": "application/octet-stream",
                "Content-Disposition": f"attachment; filename*=UTF-8''{name}",
            },
        )
        assert sent.status_code == 422, sent.text
        assert sent.json()["code"] == "state_secret_in_open_field"


def plant_misshapen(office: Office, planted: Secrets) -> None:
    """Send the module what it cannot take: the words of it come back in no problem and stand in no log."""
    secret = planted.content
    bodies: dict[str, Any] = {
        "json that breaks off": b'{"designation": "' + secret("json that breaks off").encode(),
        "an unknown field": {**item(planted, "unknown", b"x"), secret("an unknown field"): 1},
        "a wrong type": {**item(planted, "wrong type", b"x"), "designation": [secret("a wrong type")]},
        "an unknown mark": {**item(planted, "mark", b"x"), "mark": secret("an unknown mark")},
        "no base64": {**item(planted, "no base64", b"x"), "content": secret("no base64")},
        "an unknown source": {**item(planted, "source", b"x"), "derived_from": [secret("an unknown source")]},
    }
    for body in bodies.values():
        options = {"content": body, "headers": {"Content-Type": "application/json"}}
        options = options if isinstance(body, bytes) else {"json": body}
        assert 400 <= office.call("POST", "/v1/protection/items", **options).status_code < 500
    for path in (f"/v1/protection/items/{secret('an address')}", f"/protection/items/{secret('an address')}"):
        assert office.call("GET", path).status_code in {404, 401}


def plant_words(office: Office, planted: Secrets) -> None:
    """Tell the module of breaches and visits in words that nobody else may learn."""
    made = office.call("POST", "/v1/protection/items", json=item(planted, "breach", b"content"))
    breach = {
        "act": "report_breach",
        "kinds": ["loss"],
        "disclosure": False,
        "circumstances": planted.word("circumstances"),
        "happened_on": "2026-03-01",
    }
    told = office.call("POST", f"/v1/protection/items/{made.json()['id']}/acts", json=breach)
    assert told.status_code == 201, told.text
    visitor = {
        "person": "kz-nsc.officer",
        "surname": planted.word("surname"),
        "given_names": "Образец",
        "birth_date": "1980-01-01",
        "birth_place": "Алматы",
        "citizenship": "KZ",
        "passport": planted.word("passport"),
        "position": "сотрудник",
        "body": "орган",
        "clearance": "secret",
    }
    visit = {
        "act": "request_visit",
        "host": "AM-POL",
        "visitors": [visitor],
        "degree": "secret",
        "first_day": "2026-06-01",
        "length_days": 2,
        "purpose": planted.word("purpose of a visit"),
        "questions": planted.word("questions"),
        "bodies_to_visit": "Полиция",
        "people_to_meet": "начальник",
        "providing_document": "план 1",
    }
    asked = office.call("POST", "/v1/protection/visits", by="KZ-NSC", json=visit)
    assert asked.status_code == 201, asked.text


PLANTERS = (plant_contents, plant_uploads, plant_inline, plant_in_the_open, plant_misshapen, plant_words)


def test_what_is_planted_in_the_module_is_found_nowhere_else_and_a_leak_is_found(tmp_path: Path) -> None:
    planted, ear = Secrets(), Ear()
    with node(tmp_path) as running, running.client(ear) as client:
        assert no_core_dumps(running)
        player = Player(client, story.read(), lambda _: None)
        office = Office(client, ear)
        with player.frozen():
            for plant in PLANTERS:
                plant(office, planted)
            player.play()
            told = protected.read()
            for step in told.step:
                if step.content or step.inline:
                    planted.story[str(step.as_ or step.says)] = str(step.content or step.inline)
            Protected(player, told).play()
        assert player.tally.broken == []
        for path in ("/", "/requests", "/duties", "/mail", "/audit", "/registry"):
            office.page(path, "KZ-MVD", "auditor")
        for path in ("/v1/sandbox/mail", "/metrics", "/readyz", "/openapi.json", "/v1/events", "/v1/audit"):
            office.call("GET", path, role="auditor")
    rows = dump(tmp_path / "data")
    read_by_right = [(place, body) for place, body in ear.heard if place.endswith("/content")]
    ear.heard = [each for each in ear.heard if not each[0].endswith("/content")]
    assert read_by_right
    inside = [Search(planted.contents, stem=IN_CONTENT), Search(planted.story)]
    outside = [*inside, Search(planted.told, stem=TOLD)]
    found = [*_within_answers(inside, ear.of_module()), *_within_answers(outside, ear.of_others())]
    for search in outside:
        found += [find for table, content in rows.items() for find in search.within(f"table {table}", content)]
        found += search.within_files(tmp_path)
    assert found == []
    assert len(planted.contents) > 30
    assert outside[0].places > 500
    assert outside[0].bytes > 50_000_000
    assert_leaks_are_found(tmp_path, planted)


def _within_answers(searches: Sequence[Search], answers: Iterable[tuple[str, bytes]]) -> list[Find]:
    """Return what stands in answers; a PDF is read as its readers would."""
    found: list[Find] = []
    for place, body in answers:
        head, _, content = body.partition(b"\n\n")
        texts = [body]
        if b"application/pdf" in head:
            pages = pypdf.PdfReader(BytesIO(content)).pages
            texts.append("\n".join(page.extract_text() for page in pages).encode())
        found += [find for search in searches for text in texts for find in search.within(place, text)]
    return found


def assert_leaks_are_found(folder: Path, planted: Secrets) -> None:
    """Plant a leak of every kind by hand; each is found where it was put."""
    name, secret = next(iter(planted.contents.items()))
    with (folder / "node.log").open("a", encoding="utf-8") as log:
        log.write(f"INFO item {secret} was read\n")
    (folder / "tmp" / "upload.tmp").write_bytes(plantings(secret)["split"])
    search = Search({name: secret}, stem=IN_CONTENT)
    rows = dump(folder / "data", leak=secret)
    assert [table for table, content in rows.items() if list(search.within(table, content))] == ["public.job"]
    places = {find.place for find in search.within_files(folder)}
    assert {"node.log", "tmp/upload.tmp"} <= places
    assert any("pg_wal" in place for place in places)


def no_core_dumps(running: Node) -> bool:
    """Tell whether the node's process leaves no core file."""
    limits = Path(f"/proc/{running.process.pid}/limits").read_text("ascii")
    return next(line for line in limits.splitlines() if line.startswith("Max core file size")).split()[4] == "0"
