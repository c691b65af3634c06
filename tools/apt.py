"""Debian packages: fetched with a private apt state, or installed when missing."""

import hashlib
import os
import re
from pathlib import Path

from . import paths
from .command import environment, run
from .console import DevError, note

KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
STATE = paths.DEV / "apt"


def mirror():
    """Address of the Debian mirror this machine itself uses.

    :raises DevError: when the machine's apt knows no Debian mirror
    """
    targets = run(
        "apt-get",
        "indextargets",
        "--format",
        "$(REPO_URI)|$(SUITE)|$(ORIGIN)",
        "Created-By: Packages",
        check=False,
    ).stdout
    for line in targets.splitlines():
        address, suite, origin = line.split("|")
        if "security" not in suite + address and origin == "Debian":
            return address
    address = mirror_in_sources("/etc/apt")
    if not address:
        raise DevError("No Debian mirror in this machine's apt sources.")
    return address


def mirror_in_sources(folder):
    """Mirror named in the source files, for machines that never ran apt update."""
    folder = Path(folder)
    files = [folder / "sources.list", *sorted(folder.glob("sources.list.d/*"))]
    for path in filter(Path.is_file, files):
        for line in path.read_text().splitlines():
            found = re.match(r"(?:deb\s+(?:\[.*?\]\s*)?|URIs:\s*)(\S+)", line)
            if found and re.search(r"/debian/?$", found[1]):
                return found[1]
    return None


class PrivateApt:
    """apt with sources, lists and cache of its own; the machine's stay untouched."""

    def __init__(self, suite):
        self.suite = suite
        self.folder = STATE / suite
        self.options = [
            f"-oDir::Etc::sourcelist={self.folder}/sources.list",
            "-oDir::Etc::sourceparts=-",
            "-oDir::Etc::preferences=/dev/null",
            "-oDir::Etc::preferencesparts=-",
            f"-oDir::State::lists={self.folder}/lists",
            f"-oDir::Cache={self.folder}/cache",
            "-oAcquire::Languages=none",
            "-oAcquire::Retries=3",
            "-oAPT::Sandbox::User=root",
        ]
        self.updated = False

    def update(self):
        if self.updated:
            return
        if not KEYRING.exists():
            raise DevError(f"{KEYRING} is missing (package debian-archive-keyring).")
        for name in ("lists/partial", "cache/archives/partial"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        source = f"deb [signed-by={KEYRING}] {mirror()} {self.suite} main\n"
        (self.folder / "sources.list").write_text(source)
        run("apt-get", *self.options, "update", log=f"apt-update-{self.suite}")
        self.updated = True

    def download(self, package, folder):
        """Download a package's newest version, verified by apt, and return its path."""
        self.update()
        before = set(folder.glob("*.deb"))
        run("apt-get", *self.options, "download", package, cwd=folder)
        found = set(folder.glob(f"{package}_*.deb"))
        return sorted(found - before or found)[-1]


def install_missing(programs):
    """Install Debian packages for programs that are missing; never upgrade others.

    The machine's own sources are used, its package lists stay as they are.

    :param programs: {package: true when what it brings is already there}
    :raises DevError: when not root, or when a package cannot be had
    """
    missing = [package for package, present in programs.items() if not present]
    if not missing:
        return
    command = ["install", "-y", "--no-install-recommends", "--no-upgrade", *missing]
    if os.geteuid() != 0:
        raise DevError(f"Please install first: sudo apt-get {' '.join(command)}")
    note(f"installing {', '.join(missing)}")
    lists = STATE / "machine" / "lists"
    (lists / "partial").mkdir(parents=True, exist_ok=True)
    apt = ["apt-get", f"-oDir::State::lists={lists}", "-oAPT::Sandbox::User=root"]
    env = environment(DEBIAN_FRONTEND="noninteractive")
    # A third party's broken source must not stop us: install says what is missing.
    run(*apt, "update", log="apt-update", env=env, check=False)
    run(*apt, *command, log="apt-install", env=env)


def sha256(path):
    with path.open("rb") as handle:
        sha = hashlib.sha256()
        while block := handle.read(1 << 20):
            sha.update(block)
    return sha.hexdigest()
