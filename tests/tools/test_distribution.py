"""What people install with says the same everywhere."""

import re
import subprocess
from ast import literal_eval

import tomllib

from tools import paths

# Top of the repository: what stays out of the wheel, and what is for no one's Odoo.
FOR_DEVELOPMENT = {".ci", "bench", "dev", "docs", "sandbox", "tests", "tools"}
FOR_INSTALLING = {"Dockerfile", "compose.yaml", "pyproject.toml", "requirements.txt"}
MANIFEST = literal_eval((paths.ROOT / "__manifest__.py").read_text())


def text(name):
    return (paths.ROOT / name).read_text()


def requirements():
    """{name: whole line} of requirements.txt."""
    lines = [row for row in text("requirements.txt").splitlines() if row[0] != "#"]
    return {re.match(r"[\w.-]+", row)[0]: row for row in lines}


def packed():
    """Parts of the wheel, by the builder's own words: it needs whool to be run."""
    found = re.search(r"^PACKED = (.*)$", text("tools/distribution.py"), re.MULTILINE)
    return {*paths.ADDON_PARTS, *re.findall(r'"(.+?)"', found[1])}


def test_requirements_txt_names_what_the_manifest_needs():
    assert list(requirements()) == MANIFEST["external_dependencies"]["python"]


def test_the_wheel_asks_for_the_versions_of_requirements_txt():
    tool = tomllib.loads(text("pyproject.toml"))["tool"]["whool"]
    overridden = tool["external_dependencies_override"]["python"]
    plain = {name: name for name in requirements()}
    assert plain | overridden == requirements()


def test_the_newest_entry_of_the_changelog_is_the_version_of_the_manifest():
    versions = re.findall(r"^## (\S+)", text("CHANGELOG.md"), re.MULTILINE)
    assert versions[0] == MANIFEST["version"]
    numbers = [[int(part) for part in version.split(".")] for version in versions]
    assert numbers == sorted(numbers, reverse=True)


def test_each_version_with_a_migration_stands_in_the_changelog():
    versions = re.findall(r"^## (\S+)", text("CHANGELOG.md"), re.MULTILINE)
    folders = (paths.ROOT / "migrations").iterdir()
    assert {path.name for path in folders if path.name[0].isdigit()} <= {*versions}


def test_each_part_of_the_repository_is_in_the_wheel_or_for_development():
    listed = subprocess.run(
        ["git", "-C", paths.ROOT, "ls-files"], capture_output=True, text=True
    ).stdout
    top = {name.split("/")[0] for name in listed.splitlines()}
    settings = {name for name in top if name.startswith(".")}
    assert top - settings - FOR_DEVELOPMENT - FOR_INSTALLING == packed()


def test_the_image_is_built_of_what_the_wheel_is_built_of():
    rows = text(".dockerignore").splitlines()
    kept = {row[1:] for row in rows if row.startswith("!")}
    builder = re.findall(r'"(tools/.+?)"', text("tools/distribution.py"))
    wanted = packed() | {"pyproject.toml", "requirements.txt", *builder}
    assert kept == wanted


def test_the_image_is_that_of_the_series_of_the_manifest():
    series = ".".join(MANIFEST["version"].split(".")[:2])
    assert f"FROM odoo:{series}\n" in text("Dockerfile")
