"""Starts a sandbox node of its own, plays the story, prints what it came to, and serves until it is stopped."""

import logging
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import httpx

from exchange.demo import folder, protected, story, tied
from exchange.demo.folder import Folder
from exchange.demo.player import Player, Tally
from exchange.demo.protected import Protected

START_SECONDS = 90
STOP_SECONDS = 20
ADDRESS = re.compile(r"http://127\.0\.0\.1:\d+")

CURL_AUTHORITY = "KZ-MVD"
SIGN_INS = (
    ("KZ-MVD", "head", "МВД Казахстана, руководитель"),
    ("BY-KGB", "head", "КГБ Беларуси, руководитель (ждёт подписи)"),
    ("RU-MVD", "officer", "МВД России, сотрудник"),
    ("KG-GKNB", "head", "ГКНБ Кыргызстана, руководитель (есть просроченное)"),
    ("TJ-MVD", "registrar", "МВД Таджикистана, регистратор"),
    ("AM-NSS", "auditor", "СНБ Армении, проверяющий"),
    ("KZ-MVD", "secrecy_officer", "МВД Казахстана, режимно-секретный орган"),
)


def run(*, once: bool, port: int = 0) -> int:
    """Play the story on a fresh node; return 0 if all of it held. Unless `once`, serve until Ctrl-C."""
    logging.getLogger("httpx").setLevel(logging.WARNING)  # the story tells what it does
    told = story.read()
    with folder.taken() as ours:
        with _node(ours, told.begins, port) as (process, address):
            _say(f"Узел-песочница: {address}\n")
            with httpx.Client(base_url=address, timeout=60) as api:
                player = Player(api, told, _say)
                with player.frozen():
                    player.play()
                    Protected(player, protected.read()).play()
                    player.check()
                tally = player.tally
                _summary(player, tally)
                if not once:
                    _invite(address, player)
            if not once:
                _serve(process)
        return 0 if not tally.broken else 1


@contextmanager
def _node(ours: Folder, begins: str, port: int) -> Iterator[tuple["subprocess.Popen[str]", str]]:
    """Start a node in a process of its own and end it when done; it ends too when we are killed."""
    command = [sys.executable, "-I", "-S", tied.__file__, str(os.getpid())]
    command += [sys.executable, "-m", "exchange.cli", "serve", "--host", "127.0.0.1", "--port", str(port)]
    command += ["--mode", "sandbox", "--data", str(ours.path / "data"), "--now", begins]
    log = (ours.path / "node.log").open("w", encoding="utf-8")
    # A session of its own: Ctrl-C reaches us, and we end the node when the last answer is in.
    process = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=log,
        text=True,
        encoding="utf-8",
        start_new_session=True,
        pass_fds=(ours.lock,),
    )
    try:
        yield process, _address(process, ours.path / "node.log")
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        log.close()


def _address(process: "subprocess.Popen[str]", log: Path) -> str:
    """Return the address that the node prints once it serves; raise RuntimeError when it ends or is silent."""
    found: list[str] = []
    ready = threading.Event()

    def listen(output: IO[str]) -> None:
        for line in output:
            match = ADDRESS.search(line)
            if match and not found:
                found.append(match[0])
                ready.set()
        ready.set()

    threading.Thread(target=listen, args=(process.stdout,), daemon=True).start()
    if not ready.wait(START_SECONDS) or not found:
        raise RuntimeError(f"the node did not start:\n{log.read_text('utf-8')[-2000:]}")
    return found[0]


def _summary(player: Player, tally: Tally) -> None:
    """Print where every request stands, and whether the story held."""
    _say("\nИтог:")
    overdue = 0
    for name, request in player.requests.items():
        shown = player.get(f"/v1/requests/{request}", player.requesting(name))
        marks = [word for fact, word in FACTS.items() if shown["facts"][fact]]
        overdue += shown["facts"]["overdue"]
        _say(
            f"  {shown['number']:22} → {shown['holder']:24} {player.words.state(shown['state']):40} {', '.join(marks)}"
        )
    mails = player.mails()
    reminders = sum(1 for item in mails if item["notice"]["step"])
    _say(f"\nЗапросов: {len(player.requests)}, из них просрочено: {overdue}")
    _say(f"Писем: {len(mails)}, из них напоминаний: {reminders}")
    _say(f"Шагов и проверок, которые сошлись: {tally.held}; не сошлось: {len(tally.broken)}")
    for fault in tally.broken:
        _say(f"  НЕ СОШЛОСЬ: {fault}")


FACTS = {
    "overdue": "просрочен",
    "urgent": "срочный",
    "unconfirmed": "не подтверждён",
    "held": "ждёт подтверждения",
    "partly_refused": "отказ в части",
    "question_open": "открыт вопрос",
    "receipt_pending": "получение не внесено",
}


def _invite(address: str, player: Player) -> None:
    """Print where to look next."""
    token = player.token(CURL_AUTHORITY, "head")
    _say(f"\nУзел работает:      {address}")
    _say("Войти одним щелчком:")
    for authority, role, words in SIGN_INS:
        _say(f"  {words:52} {address}/sign-in?authority={authority}&role={role}")
    _say(f"  {'другой орган или роль':52} {address}/sign-in")
    _say(f"Сроки и запросы:    {address}/  {address}/duties  {address}/requests")
    _say(f"Предметы с грифом:  {address}/protection")
    _say(f"Письма узла:        {address}/mail")
    _say(f"Описание API:       {address}/docs")
    _say(f"Просроченные дела:  curl -H 'Authorization: Bearer {token}' '{address}/v1/requests?due=overdue'")
    _say("Остановить: Ctrl-C")


def _serve(process: "subprocess.Popen[str]") -> None:
    """Wait until the node ends or somebody stops us."""
    try:
        process.wait()
    except KeyboardInterrupt:
        _say("\nОстанавливаю узел…")


def _say(line: str) -> None:
    """Print a line at once, whoever reads it."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
