"""The compose file: valid by the published schema, hardened, without defaults for secrets, and each command works."""

import json
import re
import secrets as random
import shlex
import signal
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import jsonschema
import pytest

from exchange.store import localpg
from tests.conftest import address, memory
from tests.deploy.compose import ROOT, command, compose, environment, interpolated, run, running

SCHEMA = Path(__file__).parent / "schema" / "compose_spec.json"
GIVEN = {"SMTP_HOST": "127.0.0.1", "SMTP_PORT": "1", "SMTP_FROM": "exchange@agency.example"}
NODES = ("api1", "api2", "scheduler1", "scheduler2")
FACTS = re.compile(r"```json\n(.*?)```", re.DOTALL)
REGISTRY = re.compile(r"(?m)^exchange (registry (?:found|key|sign|import|export) .*)$")


@dataclass(frozen=True, slots=True)
class Place:
    """A PostgreSQL of its own, and the secrets as files."""

    dsn: str
    secrets: Path

    def environment(self, service: str) -> dict[str, str]:
        """Return what a service's process gets."""
        return environment(compose()["services"][service], self.secrets, GIVEN)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """Start a server whose roles and databases are nobody else's, and write the secrets down."""
    folder = tmp_path_factory.mktemp("deploy", numbered=True)
    server = localpg.start((memory() or folder) / f"deploy-{random.token_hex(8)}", durable=False)
    held = folder / "secrets"
    held.mkdir()
    owner, app, door, module, gate = (random.token_hex(16) for _ in range(5))
    at, secret = (f"127.0.0.1:{server.port}/{name}" for name in ("exchange", "protection"))
    files = {
        "postgres_password": server.dsn.partition("://")[2].partition("@")[0].partition(":")[2],
        "owner_password": owner,
        "node_password": app,
        "migrate_database_url": f"postgresql://exchange_owner:{owner}@{at}",
        "database_url": f"postgresql://exchange_node:{app}@{at}",
        "node_key": random.token_hex(32),
        "door_password": door,
        "door_database_url": f"postgresql://exchange_module:{door}@{at}",
        "keeper_password": owner,
        "protection_migrate_database_url": f"postgresql://protection_owner:{owner}@{secret}",
        "module_password": module,
        "protection_database_url": f"postgresql://protection_module:{module}@{secret}",
        "gate_password": gate,
        "gate_database_url": f"postgresql://protection_node:{gate}@{secret}",
        "protection_passphrase": random.token_hex(16),
        "smtp_password": "",
        "relay_authorities": "",
        "mail_key": "",
    }
    for name, text in files.items():
        (held / name).write_text(text)
        (held / name).chmod(0o400)
    yield Place(server.dsn, held)
    server.stop()


def test_the_file_is_valid_by_the_published_schema() -> None:
    schema = json.loads(SCHEMA.read_text("utf-8"))
    errors = jsonschema.Draft201909Validator(schema).iter_errors(compose())
    assert [f"{'/'.join(map(str, error.path))}: {error.message}" for error in errors] == []


@pytest.mark.parametrize("name", sorted(compose()["services"]))
def test_a_service_is_hardened(name: str) -> None:
    service = compose()["services"][name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]
    assert re.fullmatch(r"[\w./-]+:v?\d[\w.-]*", service["image"]), "an image is pinned by tag"
    assert all(port.startswith("127.0.0.1:") for port in service.get("ports", ()))
    assert service["restart"] in {"unless-stopped", "no"}
    assert "privileged" not in service


def test_no_secret_has_a_value_or_a_default() -> None:
    file = compose()
    assert all(set(secret) == {"file"} for secret in file["secrets"].values())
    used = {name for service in file["services"].values() for name in service.get("secrets", ())}
    assert used == set(file["secrets"])
    for service in file["services"].values():
        for name, value in service["environment"].items():
            if re.search("PASSWORD|KEY|SECRET|DATABASE_URL", name):
                assert "/run/secrets" in str(value)


@pytest.mark.parametrize("missing", ["SMTP_HOST", "SMTP_FROM"])
def test_nothing_starts_without_what_has_no_default(missing: str) -> None:
    given = {name: value for name, value in GIVEN.items() if name != missing}
    with pytest.raises(KeyError, match=missing):
        interpolated(str(compose()["services"]["api1"]["environment"][missing]), given)


def test_all_processes_of_a_node_share_one_folder_of_files() -> None:
    file = compose()
    for name in NODES:
        service = file["services"][name]
        assert service["volumes"] == [f"files:{service['environment']['EXCHANGE_FILES']}"]
    assert "files" in file["volumes"]
    assert file["services"]["api1"]["environment"]["EXCHANGE_FILES"] in (ROOT / "Dockerfile").read_text("utf-8")


def test_two_processes_answer_and_two_remind() -> None:
    services = compose()["services"]
    assert [services[name]["command"][0] for name in NODES] == ["serve", "serve", "scheduler", "scheduler"]
    assert all("healthcheck" in services[name] for name in ("database", "api1", "api2"))
    assert all(services[name]["depends_on"]["migrate"] for name in NODES)
    assert services["mail"]["profiles"] == ["trial"]


async def test_the_commands_bring_a_node_up(place: Place) -> None:
    """Roles, schema, then an api and a scheduler side by side, in the order and with the environment of the file."""
    services = compose()["services"]
    owner = await asyncpg.connect(place.dsn)
    await owner.close()
    spare = await asyncpg.connect(address(place.dsn, "postgres"))
    await spare.execute("ALTER DATABASE exchange RENAME TO spare")  # the service makes its own
    await spare.close()

    port = place.dsn.rpartition(":")[2].partition("/")[0]
    server = {"PGHOST": "127.0.0.1", "PGPORT": port, "PGUSER": "exchange_owner"}
    # The password that the server was made with is replaced by the service's own at its first run.
    status, said = await run(command(services["roles"]), place.environment("roles") | server)
    assert status == 0, said
    (place.secrets / "postgres_password").chmod(0o600)
    (place.secrets / "postgres_password").write_text((place.secrets / "owner_password").read_text())
    status, said = await run(command(services["roles"]), place.environment("roles") | server)
    assert status == 0, said

    for said_last in ("applied", "nothing to apply"):
        status, said = await run(command(services["migrate"]), place.environment("migrate"))
        assert status == 0, said
        assert said_last in said

    api = [{"0.0.0.0": "127.0.0.1", "8000": "0"}.get(part, part) for part in command(services["api1"])]  # noqa: S104
    async with (
        running(api, place.environment("api1"), r"http://127\.0\.0\.1:\d+") as (answering, told),
        running(command(services["scheduler1"]), place.environment("scheduler1"), "at work") as (ticking, _),
    ):
        found = re.search(r"http://127\.0\.0\.1:\d+", told)
        assert found is not None
        await registry_is_entered(place, found[0])
        await module_comes_up(place, server)
        check = services["api1"]["healthcheck"]["test"][1:]
        healthy = [part.replace("http://127.0.0.1:8000", found[0]) for part in check]
        assert await run([sys.executable, *healthy[1:]], place.environment("api1")) == (0, "")
        for process in (answering, ticking):
            process.send_signal(signal.SIGTERM)
            assert await process.wait() == 0


async def module_comes_up(place: Place, server: dict[str, str]) -> None:
    """Bring the protection module up beside the node, by its own logins, and a node that asks it."""
    services = compose()["services"]
    kept = str(place.secrets.parent / "protection")
    status, said = await run(command(services["protection-roles"]), place.environment("protection-roles") | server)
    assert status == 0, said
    for said_last in ("applied protection/", "nothing to apply"):
        status, said = await run(command(services["protection-migrate"]), place.environment("protection-migrate"))
        assert (status, said_last in said) == (0, True), said
    serve = [{"0.0.0.0": "127.0.0.1", "8100": "0"}.get(part, part) for part in command(services["protection"])]  # noqa: S104
    serve = [part.replace("/var/lib/protection", kept) for part in serve]
    own = place.environment("protection")
    status, said = await run(serve, own)
    assert status == 2, said
    assert "exchange protection keys" in said
    status, said = await run([sys.executable, "-m", "exchange.cli", "protection", "keys", "--data", kept], own)
    assert status == 0, said
    asking = place.environment("api1") | {
        "EXCHANGE_PROTECTION": "apart",
        "PROTECTION_DATABASE_URL_FILE": str(place.secrets / "gate_database_url"),
    }
    api = [{"0.0.0.0": "127.0.0.1", "8000": "0"}.get(part, part) for part in command(services["api1"])]  # noqa: S104
    async with (
        running(serve, own, r"http://127\.0\.0\.1:\d+") as (module, told),
        running(api, asking, r"http://127\.0\.0\.1:\d+") as (node, _),
    ):
        found = re.search(r"http://127\.0\.0\.1:\d+", told)
        assert found is not None
        async with httpx.AsyncClient(base_url=found[0]) as client:
            assert (await client.get("/readyz")).json() == {"status": "ok", "parts": {"protection": "ok"}}
            token = (place.secrets / "token").read_text()
            asked = await client.get("/v1/protection/items", headers={"Authorization": f"Bearer {token}"})
            assert asked.status_code == 200, asked.text
            await keys_are_rotated(place, own, kept)
            asked = await client.get("/v1/protection/items", headers={"Authorization": f"Bearer {token}"})
            assert asked.status_code == 200, asked.text
        for process in (module, node):
            process.send_signal(signal.SIGTERM)
            assert await process.wait() == 0


async def keys_are_rotated(place: Place, own: dict[str, str], kept: str) -> None:
    """Rotate the module's keys beside it, as the owner; the module's own login does its part and leaves the rest."""
    rotate = [part.replace("/var/lib/protection", kept) for part in command(compose()["services"]["protection-keys"])]
    status, said = await run(rotate, place.environment("protection-keys"))
    assert status == 0, said
    assert "new signing keys" in said
    assert " wrapped anew" in said
    assert "wait" not in said
    narrow = {name: value for name, value in own.items() if not name.startswith("PROTECTION_MIGRATE")}
    status, said = await run(rotate, narrow)
    assert status == 0, said
    assert "PROTECTION_MIGRATE_DATABASE_URL must sign in as the owner" in said
    status, said = await run(["rewrap" if part == "rotate" else part for part in rotate], narrow)
    assert status == 0, said


async def registry_is_entered(place: Place, api: str) -> None:
    """Enter the registry as the documentation says, make a token, and ask with it."""
    text = (ROOT / "docs" / "deployment.md").read_text("utf-8")
    (facts,) = FACTS.findall(text)
    (place.secrets / "facts.json").write_text(facts, "utf-8")
    commands = REGISTRY.findall(text)
    first = next(number for number, line in enumerate(commands) if line.startswith("registry found"))
    national, whole = commands[:first], commands[first:]
    assert [line.split()[1] for line in whole] == ["found", "key", "sign", "import", "export"]
    for line in [*whole, *national]:  # what the national node is told changes nothing here
        asked, _, into = line.partition(" > ")
        arguments = [
            str(place.secrets / part) if "." in part and "@" not in part else part for part in shlex.split(asked)
        ]
        status, said = await run([sys.executable, "-m", "exchange.cli", *arguments], place.environment("api1"))
        assert status == 0, said
        if into:
            (place.secrets / into).write_text(said.strip().splitlines()[-1])
    wanted = ["token", "create", "--authority", "KZ-MVD", "--role", "system", "--days", "365", "--label", "case system"]
    status, said = await run([sys.executable, "-m", "exchange.cli", *wanted], place.environment("api1"))
    assert status == 0, said
    token = said.strip().splitlines()[-1]
    (place.secrets / "token").write_text(token)
    async with httpx.AsyncClient(base_url=api, headers={"Authorization": f"Bearer {token}"}) as client:
        listed = (await client.get("/v1/authorities")).raise_for_status().json()
    assert "KZ-MVD" in {authority["code"] for authority in listed["items"]}


def test_the_image_takes_only_what_the_lock_names() -> None:
    """Not built here: what can be read of it is checked."""
    text = (ROOT / "Dockerfile").read_text("utf-8")
    assert all(re.search(r":\d[\w.]+-", base) for base in re.findall(r"(?m)^FROM (\S+)", text))
    assert "--require-hashes --only-binary :all:" in text
    assert re.findall(r"(?m)^USER (\S+)", text) == ["10001:10001"]
    ignored = (ROOT / ".dockerignore").read_text("utf-8").split()
    copied = [name for line in re.findall(r"(?m)^COPY (?!--from)(.+) \S+$", text) for name in line.split()]
    assert copied
    for name in copied:
        assert (ROOT / name).exists()
        assert f"!{name}" in ignored


def test_the_file_of_the_documentation_is_this_one() -> None:
    """Every secret that the file names is one that the documentation says how to make."""
    text = (ROOT / "docs" / "deployment.md").read_text("utf-8")
    missing: list[Any] = [name for name in compose()["secrets"] if name not in text]
    assert missing == []
