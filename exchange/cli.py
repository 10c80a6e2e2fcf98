"""The command `exchange`: reads what the operator typed, calls, and says in one line what went wrong."""

import argparse
import resource
import signal
import sys
import zoneinfo
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import NoReturn

from exchange import (
    admit,
    force_commands,
    keys_commands,
    ledger_commands,
    logs,
    operate,
    registry_commands,
    rotation_commands,
    serve,
    serve_module,
)
from exchange.core.errors import ExchangeError
from exchange.runtime import Mode
from exchange.settings import Settings, from_environment
from exchange.store.localpg import LocalPostgresError
from schemas.base import FIRST_YEAR, LAST_YEAR
from schemas.vocabulary import Role

UNUSABLE = 2
FOR_A_NODE = ("scheduler", "verify", "token", "account", "registry", "audit")
"""Commands that need a node and make none."""

DATA = Path("data")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return the status to exit with: 0, 1 for faults found, 2 for what the operator can mend."""
    zoneinfo.reset_tzpath(to=[])  # the zones of the pinned package, on every machine alike
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core dump would hold keys and cases
    asked = parser().parse_args(arguments)
    signal.signal(signal.SIGTERM, _end)
    if asked.command != "demo":  # which ends in its own words, and whose node logs for itself
        signal.signal(signal.SIGINT, _end)
        logs.to_stderr()
    try:
        return _run(asked, from_environment())
    except (ExchangeError, LocalPostgresError) as trouble:
        sys.stderr.write(f"exchange: {trouble or type(trouble).__name__}\n")
        return UNUSABLE


def parser() -> argparse.ArgumentParser:
    """Return the parser of all commands."""
    top = argparse.ArgumentParser(prog="exchange", description="Узел обмена запросами. A node that exchanges requests.")
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")

    node = commands.add_parser("serve", help="запустить узел / run the node")
    node.add_argument("--mode", type=Mode, choices=list(Mode), required=True)
    node.add_argument("--data", type=Path, default=DATA, help="the node's directory; default: ./data")
    node.add_argument("--host", default="127.0.0.1", help="default: 127.0.0.1")
    node.add_argument("--port", type=_port, default=8000, help="0 takes a free one; default: 8000")
    node.add_argument("--now", type=_instant, help="first moment of a new sandbox, such as 2026-03-01T09:00:00Z")
    node.add_argument("--no-scheduler", action="store_true", help="leave due work to `exchange scheduler`")
    node.add_argument("--expose", action="store_true", help="let a sandbox listen beyond the loopback")

    for name, words in {
        "scheduler": "только планировщик / the scheduler alone",
        "migrate": "обновить схему базы / bring the database up to date",
    }.items():
        _common(commands.add_parser(name, help=words))
    verify = commands.add_parser("verify", help="проверить все записи / prove every record")
    _common(verify)
    verify.add_argument("--files", action="store_true", help="read every attachment too, to its last byte")

    _token_parser(commands.add_parser("token", help="токены программ / tokens of programs"))
    _account_parser(commands.add_parser("account", help="учётные записи людей / accounts of people"))

    _registry_commands(commands.add_parser("registry", help="реестр Сторон / the registry of Parties"))
    _audit_commands(commands.add_parser("audit", help="журнал доступа / the audit trail"))

    _protection_commands(commands.add_parser("protection", help="модуль защиты / the protection module"))

    demo = commands.add_parser("demo", help="показать на примерах / play sample requests")
    demo.add_argument("--once", action="store_true", help="play the story, print a summary and end")
    demo.add_argument("--port", type=_port, default=0, help="default: a free one")
    return top


def _token_parser(tokens: argparse.ArgumentParser) -> None:
    kinds = tokens.add_subparsers(dest="token_command", required=True, metavar="create|list|revoke")
    create = kinds.add_parser("create", help="создать и показать один раз / make one and show it once")
    _common(create)
    create.add_argument("--authority", required=True)
    create.add_argument("--role", required=True, type=Role, choices=list(Role))
    create.add_argument("--label", default="-", help="what it is for")
    create.add_argument("--days", type=_days, help="expires after so many days; default: 365, in a sandbox never")
    create.add_argument(
        "--scope", action="append", default=[], metavar="RIGHT", help="narrow it down, such as read; may be repeated"
    )
    create.add_argument("--bearer", metavar="LOGIN", help="whose program it is; an officer's needs one")
    _common(kinds.add_parser("list", help="перечислить / list them"))
    revoke = kinds.add_parser("revoke", help="отозвать / revoke one")
    _common(revoke)
    revoke.add_argument("number", type=int)


def _account_parser(accounts: argparse.ArgumentParser) -> None:
    kinds = accounts.add_subparsers(
        dest="account_command", required=True, metavar="create|list|role|reset|enable|disable|unlock"
    )
    create = kinds.add_parser("create", help="открыть и показать код один раз / open one and show its code once")
    listed = kinds.add_parser("list", help="перечислить / list them")
    role = kinds.add_parser("role", help="изменить роль / give another role")
    changes = [
        kinds.add_parser("reset", help="сбросить доступ и показать код один раз / void its access, show a code once"),
        kinds.add_parser("enable", help="включить / enable one"),
        kinds.add_parser("disable", help="отключить / disable one"),
        kinds.add_parser("unlock", help="снять запрет входа после неудач / let one sign in after failures"),
    ]
    for each in (create, listed, role, *changes):
        _common(each)
        each.add_argument("--authority", required=True)
    for each in (create, role, *changes):
        each.add_argument("--login", required=True)
    create.add_argument("--name", required=True)
    for each in (create, role):
        each.add_argument("--post", default="-", help="the person's post")
        each.add_argument(
            "--role", required=True, type=Role, choices=[role for role in Role if role is not Role.SYSTEM]
        )


def _audit_commands(audit: argparse.ArgumentParser) -> None:
    kinds = audit.add_subparsers(dest="audit_command", required=True, metavar="verify")
    export = kinds.add_parser("verify", help="проверить выгрузку / prove an export")
    _common(export)
    export.add_argument("file", type=Path)


def _run(asked: argparse.Namespace, settings: Settings) -> int:
    if asked.command in FOR_A_NODE:
        serve.require_node(settings, asked.data)
    match asked.command:
        case "serve":
            serve.serve(settings, _plan(asked))
            return 0
        case "scheduler":
            serve.tick(settings, asked.mode, asked.data)
            return 0
        case "migrate":
            return operate.migrate(settings, asked.mode, asked.data)
        case "verify":
            return operate.verify(settings, asked.mode, asked.data, whole_files=asked.files)
        case "token" | "account" | "registry" | "audit" | "protection":
            own = {
                "token": _token,
                "account": _account,
                "registry": _registry,
                "audit": _audit,
                "protection": _protection,
            }
            return own[asked.command](asked, settings)
        case _:
            from exchange import demo

            return demo.run(once=asked.once, port=asked.port)


def _audit(asked: argparse.Namespace, settings: Settings) -> int:
    return operate.verify_export(settings, asked.mode, asked.data, asked.file)


def _token(asked: argparse.Namespace, settings: Settings) -> int:
    match asked.token_command:
        case "create":
            wanted = admit.Wanted(
                authority=asked.authority,
                role=asked.role,
                label=asked.label,
                days=asked.days,
                scopes=tuple(asked.scope),
                bearer=asked.bearer,
            )
            return admit.create_token(settings, asked.mode, asked.data, wanted)
        case "list":
            return admit.list_tokens(settings, asked.mode, asked.data)
        case _:
            return admit.revoke_token(settings, asked.mode, asked.data, asked.number)


def _account(asked: argparse.Namespace, settings: Settings) -> int:
    match asked.account_command:
        case "create":
            somebody = admit.Somebody(
                authority=asked.authority, login=asked.login, name=asked.name, post=asked.post, role=asked.role
            )
            return admit.create_account(settings, asked.mode, asked.data, somebody)
        case "list":
            return admit.list_accounts(settings, asked.mode, asked.data, asked.authority)
        case _:
            change = {"change": asked.account_command}
            if asked.account_command == "role":
                change |= {"role": asked.role, "post": asked.post}
            return admit.change_account(settings, asked.mode, asked.data, asked.authority, asked.login, change)


def _protection_commands(top: argparse.ArgumentParser) -> None:
    """Add the commands of the protection module."""
    kinds = top.add_subparsers(
        dest="protection_command",
        required=True,
        metavar="serve|migrate|keys|passphrase|rotate|rewrap|status|public|force|accept",
    )
    alone = kinds.add_parser("serve", help="отдельным процессом / run it in a process of its own")
    alone.add_argument("--mode", type=Mode, choices=list(Mode), required=True)
    alone.add_argument("--data", type=Path, default=DATA, help="the module's directory; default: ./data")
    alone.add_argument("--host", default="127.0.0.1", help="default: 127.0.0.1")
    alone.add_argument("--port", type=_port, default=8100, help="0 takes a free one; default: 8100")
    for name, words in {
        "migrate": "обновить схему базы модуля / bring the module's own database up to date",
        "keys": "создать файл ключей / make the key file",
        "passphrase": "сменить парольную фразу / give the key file another passphrase",
        "rewrap": "перешифровать ключи до конца / go on wrapping anew after a rotation",
        "status": "состояние ключей / how the keys are, and what waits under former ones",
    }.items():
        _common(kinds.add_parser(name, help=words))
    public = kinds.add_parser("public", help="открытые ключи и отпечатки / the bodies' public keys with fingerprints")
    public.add_argument("--body", help="code of the only body whose keys are shown; default: all")
    _common(public)
    rotate = kinds.add_parser("rotate", help="сменить ключи / give every owner new keys, and wrap anew")
    rotate.add_argument("--body", help="code of the only body whose keys are replaced; default: all keys")
    _common(rotate)
    accept = kinds.add_parser("accept", help="принять реестр из резервной копии / accept a registry from a backup")
    accept.add_argument("--reference", required=True, help="the document by which the backup was restored")
    _common(accept)
    force = kinds.add_parser("force", help="дни действия договоров / from when the treaties are in force, for whom")
    force.add_argument("file", type=Path, help="TOML: [[binding]], [[competent]], [[body]]")
    _common(force)


def _protection(asked: argparse.Namespace, settings: Settings) -> int:
    if asked.protection_command == "serve":
        plan = serve.Plan(mode=asked.mode, host=asked.host, port=asked.port, data=asked.data)
        serve_module.serve(settings, plan, keys_commands.passphrase(settings, asked.mode))
        return 0
    if asked.protection_command == "force":
        return force_commands.take_in(settings, asked.mode, asked.data, asked.file)
    if asked.protection_command == "accept":
        return ledger_commands.accept(settings, asked.mode, asked.data, asked.reference)
    if asked.protection_command == "public":
        return rotation_commands.public(settings, asked.mode, asked.data, asked.body)
    if asked.protection_command == "rotate":
        return rotation_commands.rotate(settings, asked.mode, asked.data, asked.body)
    commands = {
        "migrate": serve_module.migrate,
        "keys": keys_commands.make,
        "passphrase": keys_commands.change_passphrase,
        "rewrap": rotation_commands.rewrap,
        "status": rotation_commands.status,
    }
    return commands[asked.protection_command](settings, asked.mode, asked.data)


def _registry_commands(top: argparse.ArgumentParser) -> None:
    """Add the commands of the registry."""
    kinds = top.add_subparsers(dest="registry_command", required=True, metavar="found|outside|key|sign|export|import")
    found = kinds.add_parser("found", help="внести Секретариат в пустой реестр / enter the Secretariat first")
    outside = kinds.add_parser(
        "outside", help="внести орган модуля защиты / enter a body of the protection module alone"
    )
    for one in (found, outside):
        one.add_argument("--name", required=True, help="its name in Russian")
        one.add_argument("--zone", default="Europe/Moscow")
        one.add_argument("--mailbox")
    key = kinds.add_parser("key", help="показать открытый ключ органа (JWK) / show an authority's public key")
    sign = kinds.add_parser("sign", help="подписать перечень сведений / sign a list of facts")
    sign.add_argument("file", type=Path, help="JSON: a list of facts")
    export = kinds.add_parser("export", help="выгрузить подписанным файлом / write it out as a signed file")
    for one in (found, outside, key, sign, export):
        one.add_argument("--authority", required=True)
    taken = kinds.add_parser("import", help="принять подписанный файл / take a signed file in")
    taken.add_argument("file", type=Path)
    taken.add_argument("--trust", type=Path, required=True, help="the signer's public key (JWK)")
    taken.add_argument("--dry-run", action="store_true", help="only say what would change")
    for one in (found, outside, key, sign, export, taken):
        _common(one)


def _registry(asked: argparse.Namespace, settings: Settings) -> int:
    node = registry_commands.Office(settings, asked.mode, asked.data)
    match asked.registry_command:
        case "found":
            return node.found(asked.authority, asked.name, asked.zone, asked.mailbox)
        case "outside":
            return node.outside(asked.authority, asked.name, asked.zone, asked.mailbox)
        case "key":
            return node.key(asked.authority)
        case "sign":
            return node.sign(asked.authority, asked.file)
        case "export":
            return node.export(asked.authority)
        case _:
            return node.take_in(asked.file, asked.trust, dry_run=asked.dry_run)


def _plan(asked: argparse.Namespace) -> serve.Plan:
    return serve.Plan(
        mode=asked.mode,
        host=asked.host,
        port=asked.port,
        data=asked.data,
        first_moment=asked.now,
        scheduler=not asked.no_scheduler,
        expose=asked.expose,
    )


def _common(command: argparse.ArgumentParser) -> None:
    command.add_argument("--mode", type=Mode, choices=list(Mode), help="default: what the database was made for")
    command.add_argument("--data", type=Path, default=DATA, help="the node's directory; default: ./data")


def _port(text: str) -> int:
    number = int(text)
    if not 0 <= number <= 65535:  # noqa: PLR2004 - the ports there are
        raise argparse.ArgumentTypeError("a port lies between 0 and 65535")
    return number


def _days(text: str) -> int:
    number = int(text)
    if not 1 <= number <= 3650:  # noqa: PLR2004 - ten years
        raise argparse.ArgumentTypeError("from 1 to 3650 days")
    return number


def _instant(text: str) -> datetime:
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        instant = None
    if instant is None or instant.tzinfo is None or not FIRST_YEAR < instant.year < LAST_YEAR:
        years = f"between {FIRST_YEAR} and {LAST_YEAR}"
        raise argparse.ArgumentTypeError(f"an instant such as 2026-03-01T09:00:00Z, in a year {years}")
    return instant.astimezone(UTC)


def _end(_number: int, _frame: FrameType | None) -> NoReturn:
    """End before the loop runs as after it: in order, with status 0."""
    raise SystemExit(0)


if __name__ == "__main__":
    sys.exit(main())
