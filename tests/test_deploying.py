"""The files that teamcheck is deployed with agree with the program, and with each other."""

import re
import shutil
import subprocess
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path

import pytest

from bot.settings import setting_names

ROOT = Path(__file__).parents[1]
DOCKERFILE, UNIT = ROOT / "Dockerfile", ROOT / "deploy" / "teamcheck.service"
COMPOSE, WITH_POSTGRES = ROOT / "compose.yaml", ROOT / "deploy" / "compose.postgres.yaml"
FILES = (DOCKERFILE, UNIT, COMPOSE, WITH_POSTGRES)


def read(file: Path) -> str:
    return file.read_text(encoding="utf-8")


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_every_setting_that_is_named_is_one(file: Path) -> None:
    named = set(re.findall(r"\b(?:TEAMCHECK|SLACK|DISCORD)_[A-Z_]+\b", read(file)))
    assert named <= set(setting_names())


def test_what_the_image_is_built_from_is_there_and_sent_along() -> None:
    copied = [line.split()[1:-1] for line in read(DOCKERFILE).splitlines() if re.match(r"COPY (?!--from)", line)]
    sources = {source for line in copied for source in line}
    sent = {line.removeprefix("!") for line in read(ROOT / ".dockerignore").splitlines() if line.startswith("!")}
    assert sources == sent
    assert all((ROOT / source).exists() for source in sources)
    assert {"bot", "adapters", "conversations"} <= sources


def test_the_image_runs_as_nobody_of_importance_and_is_asked_where_it_answers() -> None:
    image = read(DOCKERFILE).rpartition("\nFROM ")[2]
    (user,) = re.findall(r"^USER (\S+)$", image, re.MULTILINE)
    assert int(user) > 0
    assert image.index("USER ") < image.index("ENTRYPOINT ")
    (address,) = re.findall(r"TEAMCHECK_METRICS_ADDRESS=(\S+)", image)
    assert f"http://{address}/healthz" in image.partition("HEALTHCHECK")[2]
    assert "read_only: true" in read(COMPOSE)


def needed_by(package: str) -> set[str]:
    """Return what a package stands on here, all the way down, without its optional parts."""
    found, look = set[str](), [package]
    while look:
        for line in requires(look.pop()) or ():
            name, _, marker = line.partition(";")
            one = re.split(r"[^\w.-]", name)[0].lower()
            if not re.search("extra|python_version <", marker) and one not in found and is_here(one):
                found.add(one)
                look.append(one)
    return found


def is_here(package: str) -> bool:
    try:
        version(package)
    except PackageNotFoundError:  # another system or another Python needs it
        return False
    return True


def test_of_what_the_image_is_built_with_nothing_stays_in_it() -> None:
    image = read(DOCKERFILE)
    (line,) = re.findall(r"INTO_APP uninstall --yes --quiet ([^\\]+)", image)
    taken_out = set(line.split())
    assert taken_out == {"hatchling", "editables", *needed_by("hatchling")}
    assert not taken_out & needed_by("teamcheck")
    assert "-m venv --without-pip /app" in image
    assert "uninstall --yes --quiet setuptools wheel pip" in image.rpartition("\nFROM ")[2]


def test_what_the_image_is_built_from_can_be_named_and_stays_so_when_it_is_built_again() -> None:
    arguments = dict(re.findall(r"^ARG (BASE|PICTURES)=(\S+)$", read(DOCKERFILE), re.MULTILINE))
    passed = re.findall(r"^        ([A-Z]+): \$\{([A-Z]+):-([^}]+)\}$", read(COMPOSE), re.MULTILINE)
    assert passed == [(name, name, value) for name, value in sorted(arguments.items())]
    assert sorted(arguments) == ["BASE", "PICTURES"]
    assert {line.split()[1] for line in read(DOCKERFILE).splitlines() if line.startswith("FROM ")} == {"${BASE}"}
    assert (ROOT / arguments["PICTURES"]).exists()


def test_no_service_takes_the_whole_machine() -> None:
    services = [read(COMPOSE), read(WITH_POSTGRES).partition("\n  postgres:\n")[2]]
    for service in services:
        for limit in ("mem_limit", "pids_limit", "cap_drop", "security_opt", "stop_grace_period", "max-size"):
            assert service.count(f"{limit}: ") == 1, limit


def test_the_unit_is_one_that_systemd_takes(tmp_path: Path) -> None:
    lines = [line for line in read(UNIT).splitlines() if line and not line.startswith("#")]
    assert all(re.fullmatch(r"\[\w+\]|[A-Z]\w+=.*", line) for line in lines)
    assert [line for line in lines if line.startswith("[")] == ["[Unit]", "[Service]", "[Install]"]
    if analyze := shutil.which("systemd-analyze"):  # a Mac has none; what runs for every change does
        checked = tmp_path / UNIT.name
        checked.write_text(read(UNIT).replace("/opt/teamcheck/bin/teamcheck", shutil.which("true") or ""), "utf-8")
        done = subprocess.run([analyze, "verify", checked], capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (0, "")


def test_every_lock_is_written_by_make_and_what_is_deployed_is_audited() -> None:
    locks = {file.name for file in ROOT.glob("requirements*.txt")}
    assert set(re.findall(r"--output-file (\S+)", read(ROOT / "Makefile").partition("lock-peers:  ")[0])) == locks
    checks = read(ROOT / ".github" / "workflows" / "ci.yml")
    audit = checks.partition("pip-audit --disable-pip --require-hashes")[2]
    assert set(re.findall(r"--requirement (\S+)", audit)) == locks - {"requirements-dev.txt", "requirements-audit.txt"}
    assert "pip install --require-hashes --requirement requirements-audit.txt" in checks
    for lock in locks:
        pinned = re.findall(r"^\S+==\S+.*\n    --hash=", read(ROOT / lock), re.MULTILINE)
        assert len(pinned) == len(re.findall(r"^\w", read(ROOT / lock), re.MULTILINE)) > 20, lock
