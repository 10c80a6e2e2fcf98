"""The embedded PostgreSQL as root and as an ordinary user, in closed directories and on a full disk."""

import os
import shutil
import subprocess
import sys
import tempfile
from functools import partial
from pathlib import Path

import pytest

from exchange.store.localpg import LocalPostgresError, programs, start
from tests.faults.localpg.node import NODE, ROOT, Node, as_root, ask, eventually, gone, node_environment


def test_a_file_in_the_way_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(LocalPostgresError, match=r"cannot use the data directory: Not a directory .*file"):
        start(tmp_path / "file" / "data")


@as_root
def test_a_directory_closed_to_us_is_named(tmp_path: Path) -> None:
    python = an_interpreter_for_everybody()
    done = subprocess.run(
        [python, "-c", NODE, str(tmp_path / "data")], user="nobody", group=65534, extra_groups=[],
        env=node_environment(), cwd="/", capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    assert "cannot use the data directory: Permission denied" in done.stderr


@as_root
def test_it_runs_for_an_ordinary_user() -> None:
    python = an_interpreter_for_everybody()
    with tempfile.TemporaryDirectory(prefix="чужой дом ") as place:
        os.chown(place, 65534, 65534)
        packages = str(programs.installation().parent.parent)
        done = subprocess.run(
            [python, "-c", NODE + "server.stop()\n", f"{place}/data"],
            user="nobody", group=65534, extra_groups=[], cwd="/",
            env=node_environment(PYTHONPATH=f"{ROOT}:{packages}"), capture_output=True, text=True, check=False,
            stdin=subprocess.DEVNULL,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        assert "exchange_owner" in done.stdout


def an_interpreter_for_everybody() -> str:
    """Return a Python that `nobody` can run, together with our modules."""
    for python in (sys.executable, "/usr/bin/python3", "/usr/local/bin/python3"):
        check = f"import sys; sys.path.insert(0, {str(ROOT)!r}); import exchange.store.localpg"
        try:
            subprocess.run(
                [python, "-c", check], user="nobody", group=65534, extra_groups=[], cwd="/", check=True,
                capture_output=True,
            )  # fmt: skip
        except (OSError, subprocess.SubprocessError):
            continue
        return python
    pytest.skip("no interpreter, or not our modules, for an ordinary user here")


@as_root
def test_root_runs_it_from_a_closed_environment(tmp_path: Path) -> None:
    """The programs stand below a directory of mode 0700, and the caller's settings would mislead the server."""
    closed = tmp_path / "закрыто" / "site-packages"
    ours = programs.installation()
    for name in (programs.LIBRARIES, f"{programs.PACKAGE}/{programs.INSTALLATION}"):
        shutil.copytree(ours.parent.parent / name, closed / name)
    for listing in ours.parent.parent.glob(f"{programs.PACKAGE}-*.dist-info"):
        shutil.copytree(listing, closed / listing.name)
    (closed / programs.PACKAGE / "__init__.py").touch()
    tmp_path.chmod(0o700)
    with tempfile.TemporaryDirectory(dir="/var/tmp") as cache:
        Path(cache).chmod(0o755)
        code = f"import pathlib, exchange.store.localpg.programs as p; p.CACHES = (pathlib.Path({cache!r}),)\n"
        misleading = {"PGDATA": "/nowhere", "PGPORT": "1", "PGOPTIONS": "-c x=y", "LANG": "ru_RU.KOI8-R"}
        for _ in range(2):
            node = Node(tmp_path / "data", code + NODE, PYTHONPATH=f"{closed}:{ROOT}", **misleading)
            pid, dsn = node.started()
            assert ask(dsn, "SELECT 1") == "1"
            assert Path(f"/proc/{pid}/exe").readlink().is_relative_to(cache)
            node.process.communicate()
            eventually(partial(gone, pid), "its end")
        assert len(list(Path(cache).iterdir())) == 1


@as_root
def test_a_copy_that_others_could_have_written_is_not_trusted(tmp_path: Path) -> None:
    copied = programs.copy_below(tmp_path, programs.installation())
    assert copied is not None
    home = next(tmp_path.iterdir())
    home.chmod(0o777)
    assert programs.copy_below(tmp_path, programs.installation()) is None
    home.chmod(0o755)
    os.chown(home, 65534, 65534)
    assert programs.copy_below(tmp_path, programs.installation()) is None


@as_root
def test_a_copy_restored_by_root_is_given_to_the_server(data: Path) -> None:
    subprocess.run(["chown", "-R", "0:0", data / "cluster"], check=True)
    pg = start(data)
    assert ask(pg.dsn, "SELECT 1") == "1"
    pg.stop()
    assert (data / "cluster").stat().st_uid != 0


@as_root
def test_a_full_disk_is_named(tmp_path: Path) -> None:
    small = tmp_path / "small"
    small.mkdir()
    options = ["mount", "-t", "tmpfs", "-o", "size=20m", "tmpfs", str(small)]
    if subprocess.run(options, check=False, capture_output=True).returncode:
        pytest.skip("no mounting here")
    try:
        with pytest.raises(LocalPostgresError, match="No space left on device"):
            start(small / "data")
        assert not (small / "data" / "cluster").exists()
        assert not list((small / "data").glob("cluster.new-*"))
    finally:
        subprocess.run(["umount", small], check=True)
