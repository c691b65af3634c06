"""The build backend of `pyproject.toml`: whool, given only what Odoo loads.

whool packs all that git knows in an add-on's folder, under the folder's name. Here that
folder is the whole repository, tests and tools and all, in a clone of any name. So a
folder with the right name and only the parts of the add-on is made for it.

Whoever installs has neither `./dev` nor git: nothing of the two is used here.
"""

import os
import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path

from whool import buildapi

from . import paths

# What is in the wheel. What git has beside it is for development.
PACKED = (*paths.ADDON_PARTS, "migrations", "README.md", "CHANGELOG.md")
# What a source distribution needs to make the wheel of.
BUILDER = ("pyproject.toml", "tools/__init__.py", "tools/paths.py")
BUILDER += ("tools/distribution.py",)


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    """Make the wheel and return its name (PEP 517)."""
    target = os.path.abspath(wheel_directory)
    with _addon("pyproject.toml"):
        return buildapi.build_wheel(target, config_settings)


def build_sdist(sdist_directory, config_settings=None):
    """Make the source distribution and return its name (PEP 517)."""
    target = os.path.abspath(sdist_directory)
    with _addon(*BUILDER):
        return buildapi.build_sdist(target, config_settings)


def prepare_metadata_for_build_wheel(metadata_directory, config_settings=None):
    """Write what the wheel says of itself and return its folder's name (PEP 517)."""
    target = os.path.abspath(metadata_directory)
    with _addon("pyproject.toml"):
        return buildapi.prepare_metadata_for_build_wheel(target, config_settings)


@contextmanager
def _addon(*extra):
    """Inside, the working folder is the add-on's, with its parts and ``extra``."""
    with tempfile.TemporaryDirectory() as above:
        folder = Path(above, paths.MODULE)
        folder.mkdir()
        for name in (*PACKED, *extra):
            _copy(paths.ROOT / name, folder / name)
        before = os.getcwd()
        os.chdir(folder)  # whool builds what it is called in
        try:
            _describe(Path(above))
            yield
        finally:
            os.chdir(before)


def _copy(source, target):
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        ignored = shutil.ignore_patterns("__pycache__", "*.py[co]")
        shutil.copytree(source, target, ignore=ignored)
    else:
        shutil.copy(source, target)


def _describe(above):
    """Write *PKG-INFO*: with it whool takes all of a folder that git does not know."""
    name = buildapi.prepare_metadata_for_build_wheel(str(above))
    shutil.copy(above / name / "METADATA", "PKG-INFO")
