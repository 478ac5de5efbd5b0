"""What is built is what runs: an sdist and a wheel, in an environment that has nothing else of ours."""

import json
import os
import subprocess
import sys
import sysconfig
import tarfile
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.end_to_end.program import ROOT, database_url

_HOOK = "import os, sys; from hatchling.build import build_{0}; os.chdir(sys.argv[1]); build_{0}(sys.argv[2])"


def built(kind: str, source: Path, into: Path) -> Path:
    """Build by the hook that pip and others call."""
    subprocess.run([sys.executable, "-c", _HOOK.format(kind), source, into], check=True, capture_output=True)
    (found,) = into.glob("*.tar.gz" if kind == "sdist" else "*.whl")
    return found


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Build an sdist from the repository, and from nothing but that a wheel."""
    folder = tmp_path_factory.mktemp("packages")
    sdist = built("sdist", ROOT, folder)
    with tarfile.open(sdist) as archive:
        archive.extractall(folder, filter="data")
    (unpacked,) = (one for one in folder.iterdir() if one.is_dir())
    return sdist, built("wheel", unpacked, folder)


@pytest.fixture(scope="module")
def program(packages: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install the wheel without a network, beside the libraries that are here; return the program."""
    folder = tmp_path_factory.mktemp("clean")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True, capture_output=True)
    scheme = {"base": str(folder), "platbase": str(folder)}
    own = Path(sysconfig.get_path("purelib", "venv", scheme))
    # A path in such a file is searched last, and what makes this checkout importable from there is not heeded.
    (own / "libraries.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    python, wheel = str(folder / "bin" / "python"), str(packages[1])
    pip = [sys.executable, "-m", "pip", "--python", python, "--disable-pip-version-check", "--quiet"]
    install = [*pip, "install", "--no-index", "--no-deps", "--force-reinstall", wheel]
    subprocess.run(install, check=True, capture_output=True)
    return folder / "bin" / "teamcheck"


def run(
    program: Path, folder: Path, *arguments: str, typed: str = "", **system: str
) -> "subprocess.CompletedProcess[str]":
    """Run it somewhere else than in the repository."""
    kept: Mapping[str, str] = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
    ours = {**kept, "TEAMCHECK_DATABASE_URL": database_url(folder / "checks.sqlite3"), "HOME": str(folder), **system}
    return subprocess.run(
        [program, *arguments], cwd=folder, env=ours, input=typed, capture_output=True, text=True, check=False
    )


def test_the_wheel_runs_in_a_clean_environment(program: Path, tmp_path: Path) -> None:
    where = subprocess.run(
        [program.with_name("python"), "-c", "import bot; print(bot.__file__)"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert not Path(where.stdout.strip()).is_relative_to(ROOT)
    version = run(program, tmp_path, "--version")
    assert (version.returncode, version.stderr) == (0, "")
    chat = run(program, tmp_path, "chat", typed="Acme\n1\nquit\n")
    assert (chat.returncode, chat.stderr) == (0, "")
    assert "Acme" in run(program, tmp_path, "checks").stdout
    assert "Acme" in run(program, tmp_path, "report").stdout
    assert json.loads(run(program, tmp_path, "slack", "manifest").stdout)["display_information"]["name"] == "teamcheck"
    assert run(program, tmp_path, "chat", typed="我的团队\nquit\n", LANG="zh_CN.UTF-8").returncode == 0
    assert run(program, tmp_path, "pack", "new", "mine").returncode == 0
    assert run(program, tmp_path, "pack", "check", "mine").returncode == 0
    posting = tmp_path / "posting.txt"
    posting.write_text("We build the training platform that other teams use. You know Kubernetes and PyTorch.", "utf-8")
    read = run(program, tmp_path, "posting", str(posting))
    assert (read.returncode, read.stderr) == (0, "")
    assert run(program, tmp_path, "run").returncode == 78


def test_a_picture_and_a_pdf_are_drawn_by_the_wheel(program: Path, tmp_path: Path) -> None:
    run(program, tmp_path, "chat", typed="Acme\n1\nquit\n")
    for form, start in (("png", b"\x89PNG"), ("pdf", b"%PDF")):
        file = tmp_path / f"report.{form}"
        drawn = run(program, tmp_path, "report", "--format", form, "--output", str(file))
        assert (drawn.returncode, drawn.stderr) == (0, "")
        assert file.read_bytes().startswith(start)


def test_everything_that_is_read_at_run_time_is_in_both(packages: tuple[Path, Path]) -> None:
    sdist, wheel = packages
    rooms = ("bot", "adapters", "conversations")
    here = (one for room in rooms for one in (ROOT / room).rglob("*") if one.is_file())
    wanted = {str(one.relative_to(ROOT)) for one in here if "__pycache__" not in one.parts}
    assert any(name.endswith(".sql") for name in wanted)
    with zipfile.ZipFile(wheel) as archive:
        assert {name for name in archive.namelist() if name.split("/")[0] in rooms} == wanted
    with tarfile.open(sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert wanted <= names
