"""Odoo 19 itself: the person's own (`ODOO_HOME`), or Debian's package unpacked."""

import re

from . import paths
from .apt import PrivateApt, sha256
from .command import run
from .console import DevError, note, step
from .stamps import digest, is_done, mark_done

PACKAGE = "odoo-19"
KNOWN_SHA256 = {
    "odoo-19_19.0.0+dfsg-1_all.deb": (
        "9d2f598b0555db17e291d48ed24df184c70823c053c4c5ed53c467ca7f629bbf"
    ),
}
# Odoo's package holds links into these. Two fonts changed their layout after
# Debian 12, Montserrat's static files came later.
COMPANIONS = {
    "bookworm": (
        "fonts-font-awesome",
        "fonts-inconsolata",
        "fonts-ocr-b",
        "fonts-roboto-unhinted",
        "libjs-jquery",
        "libjs-jquery-form",
        "libjs-underscore",
    ),
    "unstable": ("fonts-montserrat",),
}
# Left out of Debian's build, yet listed in the asset bundle of every page.
MISSING_ASSET = "mail/static/lib/selfie_segmentation/selfie_segmentation.js"


def ensure():
    """Make Odoo's source available and return its version as text.

    :raises DevError: when `ODOO_HOME` holds no Odoo 19 or the package cannot be had
    """
    if not paths.odoo_home():
        _unpack()
    return version()


def version():
    """Odoo's version with what tells two builds apart, e.g. `19.0 (1a2b3c4d)`."""
    release = paths.odoo_python_path() / "odoo" / "release.py"
    if not release.exists():
        raise DevError(f"No Odoo at {release.parent.parent} (ODOO_HOME?)")
    text = release.read_text()
    info = re.search(r"^version_info = \((\d+), (\d+)", text, re.MULTILINE)
    if not info or info[1] != "19":
        raise DevError(f"{release} is not Odoo 19.")
    build = digest(text, _build_stamp())
    return f"{info[1]}.{info[2]} ({build[:8]})"


def _build_stamp():
    """What changes when Odoo's code does: the git commit, or the package's name."""
    if not paths.odoo_home():
        return next(iter(sorted(p.name for p in _cached(PACKAGE))), "")
    done = run("git", "-C", paths.odoo_home(), "rev-parse", "HEAD", check=False)
    return done.stdout


def _cached(package):
    """Packages in the cache, oldest version first: the proven one stays in use."""
    return sorted(paths.CACHE.glob(f"{package}_*.deb"))


def _deb(package, apt):
    """The package's file, from the cache or from the mirror."""
    if found := _cached(package):
        return found[0]
    paths.CACHE.mkdir(parents=True, exist_ok=True)
    return apt.download(package, paths.CACHE)


def _unpack():
    packages = [name for names in COMPANIONS.values() for name in names]
    key = digest(PACKAGE, *packages, *sorted(p.name for p in _cached(PACKAGE)))
    if is_done("odoo", key) and paths.ODOO_UNPACKED.is_dir():
        return
    with step(f"Odoo: fetch and unpack Debian's {PACKAGE} and {len(packages)} others"):
        unstable = PrivateApt("unstable")
        odoo = _deb(PACKAGE, unstable)
        _check(odoo)
        debs = [odoo, *(_deb(name, unstable) for name in COMPANIONS["unstable"])]
        stable = PrivateApt("bookworm")
        debs += [_deb(name, stable) for name in COMPANIONS["bookworm"]]
        run("rm", "-rf", paths.ODOO_UNPACKED)
        for deb in debs:
            run("dpkg", "-x", deb, paths.ODOO_UNPACKED)
        _mend()
    key = digest(PACKAGE, *packages, *sorted(p.name for p in _cached(PACKAGE)))
    mark_done("odoo", key)


def _check(deb):
    """Refuse a damaged copy of a known package and a package that is not 19.0."""
    found = sha256(deb)
    known = KNOWN_SHA256.get(deb.name)
    if known and known != found:
        raise DevError(f"{deb} is damaged (sha256 {found}); delete it and try again.")
    if not known and "_19.0" not in deb.name:
        raise DevError(f"{deb.name} is not Odoo 19.0.")
    if not known:
        note(f"{deb.name} is newer than the proven one (sha256 {found})")


def _mend():
    asset = paths.odoo_python_path() / "odoo" / "addons" / MISSING_ASSET
    if not asset.exists():
        asset.parent.mkdir(parents=True, exist_ok=True)
        asset.write_text("// Not in Debian's build; only video calls use it.\n")
    broken = [p for p in paths.ODOO_UNPACKED.rglob("*") if _is_broken_link(p)]
    if broken:
        names = "\n".join(str(path) for path in broken)
        raise DevError(f"Odoo's package points to files that are not there:\n{names}")


def _is_broken_link(path):
    return path.is_symlink() and not path.exists()
