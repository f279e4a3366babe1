"""The zip that every function runs from: the same bytes for the same content, whenever made."""

import hashlib
import shutil
import tempfile
import zipfile
from pathlib import Path

from infra.wheels import PackageError, compile_tree

UNZIPPED_LIMIT_BYTES = 250 * 1024 * 1024
"""What Lambda accepts, layers included (Lambda quotas)."""

_EPOCH = (1980, 1, 1, 0, 0, 0)
"""The oldest time a zip can hold; time stamps would make equal bundles differ."""


def write_bundle(chalice_zip: Path, vendor: Path, bundle: Path) -> None:
    """Join what Chalice ships (its run time, app.py, chalicelib) with the dependencies, compiled.

    Raises:
        PackageError: the bundle would be larger than Lambda accepts.
    """
    with tempfile.TemporaryDirectory(dir=bundle.parent, prefix="new-") as fresh:
        code = Path(fresh) / "code"
        with zipfile.ZipFile(chalice_zip) as archive:
            archive.extractall(code)
        compile_tree(code)
        files = _files(vendor) | _files(code)
        size_bytes = sum(path.stat().st_size for path in files.values())
        if size_bytes > UNZIPPED_LIMIT_BYTES:
            raise PackageError(f"The bundle is {size_bytes:,} bytes unzipped; Lambda takes 250 MB.")
        written = Path(fresh) / "bundle.zip"
        with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
            for name in sorted(files):
                _add(archive, name, files[name])
        shutil.move(written, bundle)


def digest_of(path: Path) -> str:
    """Hash a file: SHA-256, 64 hex digits."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def unzipped_bytes(bundle: Path) -> int:
    with zipfile.ZipFile(bundle) as archive:
        return sum(entry.file_size for entry in archive.infolist())


def _files(folder: Path) -> dict[str, Path]:
    found = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path for path in found}


def _add(archive: zipfile.ZipFile, name: str, path: Path) -> None:
    entry = zipfile.ZipInfo(name, date_time=_EPOCH)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.create_system = 3  # Unix: the mode below is read
    entry.external_attr = (0o755 if ".so" in path.suffixes else 0o644) << 16
    archive.writestr(entry, path.read_bytes())
