"""`make demo`: one photo through everything on a throw-away cloud, and every promise checked by
looking."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, SpinnerColumn, TextColumn
from rich.table import Table

from chalicelib.keys import TOMBSTONES
from local.client import Client, UnexpectedAnswer
from local.inspection import find_copies, find_secrets, list_items, list_objects
from local.leaks import spellings
from local.machine import CannotStart
from local.photo_files import find_content_type
from local.promises import Verdicts, judge_photo, judge_rendition
from local.system import System, running_system

OWNER_PHONE = "+8613800138000"
STRANGER_PHONE = "+8613800138001"

DRAWN_SIZE_PX = (4032, 3024)
"""What a phone of 12 megapixels takes."""

EDIT = {
    "version": 1,
    "geometry": {"crop": {"ratio": "1:1"}},
    "tone": {"contrast": 15},
    "look": {"preset": "golden@1"},
}

NO_PHOTO = b"\xff\xd8\xff\xe0" + bytes(range(256)) * 64
"""Begins like a JPEG and is none."""


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of some bytes."""

    what: str
    size_bytes: int
    fate: str


@dataclass(slots=True)
class Story:
    """What the demo saw: the verdicts, where bytes went, and what must be found nowhere."""

    verdicts: Verdicts = field(default_factory=Verdicts)
    fates: list[Fate] = field(default_factory=list)
    secrets: list[str] = field(default_factory=list)


def demo(console: Console, photo_file: Path | None) -> int:
    """Drive one photo through everything and print what happened to every byte.

    Args:
        console: where to speak.
        photo_file: a photo of an accepted type; one is drawn when it is None.
    Returns:
        The exit status: 0 when every promise held, else 1.
    Raises:
        CannotStart: the file is no photo, or the local cloud can't run.
    """
    data, content_type = _read_photo(photo_file)
    story = Story()
    with _progress(console) as progress:
        task = progress.add_task("Starting", total=None)
        system = running_system(tell=lambda step: progress.update(task, description=step))
        with system as running:
            try:
                _tell(running, story, data, content_type, progress)
            except (UnexpectedAnswer, ValueError, KeyError, OSError) as error:
                story.verdicts.note("", "the whole path can be walked", holds=False, seen=error)
    _print(console, story)
    return 0 if story.verdicts.hold else 1


def _read_photo(file: Path | None) -> tuple[bytes, str]:
    if file is None:
        # Imported here: a photo of one's own needs no drawing.
        from bench.drawing import draw_photo

        return draw_photo(*DRAWN_SIZE_PX, orientation=6, display_p3=True, gps=True), "image/jpeg"
    try:
        data = file.read_bytes()
    except OSError as error:
        raise CannotStart(f"{file} can't be read: {error.strerror}.") from error
    content_type = find_content_type(data)
    if content_type is None:
        raise CannotStart(f"{file} is no JPEG, PNG, WebP, GIF, HEIC, AVIF, TIFF or BMP photo.")
    return data, content_type


def _tell(system: System, story: Story, data: bytes, content_type: str, progress: Progress) -> None:
    """Live through the whole path, noting verdicts on the way."""
    step = progress.add_task("Logging in", total=None)
    owner = Client(system.url)
    _log_in(owner, OWNER_PHONE, story)
    stranger = Client(system.url)
    _log_in(stranger, STRANGER_PHONE, story)

    progress.update(step, description="Uploading", total=len(data))
    granted = owner.grant(content_type, data)
    sent = owner.upload(
        granted["upload"], data, progress=lambda n: progress.update(step, advance=n)
    )
    story.verdicts.note(
        "FD.7", "S3 takes exactly what was granted", sent.status == 204, sent.status
    )

    progress.update(step, description="Processing", total=None)
    photo_id = granted["photo"]["id"]
    photo = owner.wait_for(photo_id)
    story.verdicts.note("FD.2", "the photo is processed", photo["state"] == "ready", photo["state"])
    judge_photo(story.verdicts, photo)
    progress.update(step, description="Looking into every bucket")
    _judge_original(system, story, photo, data)
    _fetch_renditions(owner, story, photo)
    progress.update(step, description="Editing")
    _edit(owner, story, photo_id)
    _try_as_stranger(stranger, story, photo_id)

    progress.update(step, description="Sending a file that is no photo")
    _send_garbage(system, owner, story)
    progress.update(step, description="Deleting")
    _delete_all(system, owner, story, photo_id)
    progress.update(step, description="Searching tables and logs")
    found = find_secrets(system.cloud, story.secrets)
    story.verdicts.note(
        "SE.1", "no phone, code or token in any table or log", not found, ", ".join(found) or "none"
    )


def _log_in(client: Client, phone: str, story: Story) -> None:
    code = client.log_in(phone)
    story.secrets += [*spellings(phone), code, client.access_token, client.refresh_token]


def _judge_original(system: System, story: Story, photo: dict[str, Any], data: bytes) -> None:
    copies = find_copies(system.cloud, data)
    left = list_objects(system.cloud, system.outputs["OriginalsBucketName"])
    story.verdicts.note(
        "FD.1",
        "the original is in no bucket",
        not copies and not left,
        f"{len(copies) + len(left)} copies",
    )
    story.fates.append(
        Fate("original", len(data), f"deleted {photo['original']['deleted_at'] or 'never'}")
    )


def _fetch_renditions(owner: Client, story: Story, photo: dict[str, Any]) -> None:
    for name, told in photo["renditions"].items():
        answer = owner.fetch(told["url"])
        judge_rendition(story.verdicts, name, told, answer)
        story.fates.append(Fate(name, len(answer.data), "shown to its owner, then deleted"))


def _edit(owner: Client, story: Story, photo_id: str) -> None:
    edit = owner.edit(photo_id, EDIT, "image/webp")
    story.verdicts.note("FD.7", "an edit is made as asked", edit["state"] == "ready", EDIT["look"])
    shown = owner.expect(200, "GET", f"/photos/{photo_id}")
    full = shown["renditions"]["full"]
    picture = owner.fetch(full["url"]).data
    is_square = full["width_px"] == full["height_px"] and picture[8:12] == b"WEBP"
    is_shown = shown["current_edit_id"] == edit["id"] and is_square
    seen = f"{full['width_px']} × {full['height_px']} px, {full['content_type']}"
    story.verdicts.note("FD.2", "the photo is shown as edited", is_shown, seen)
    story.fates.append(Fate("edit", len(picture), "shown to its owner, then deleted"))


def _try_as_stranger(stranger: Client, story: Story, photo_id: str) -> None:
    looked = stranger.call("GET", f"/photos/{photo_id}").status
    deleted = stranger.call("DELETE", f"/photos/{photo_id}").status
    story.verdicts.note(
        "SE.1", "for anyone else it does not exist", (looked, deleted) == (404, 404), looked
    )


def _send_garbage(system: System, owner: Client, story: Story) -> None:
    granted = owner.grant("image/jpeg", NO_PHOTO)
    owner.upload(granted["upload"], NO_PHOTO)
    refused = owner.wait_for(granted["photo"]["id"])
    code = (refused["rejection"] or {}).get("code", refused["state"])
    gone = not list_objects(system.cloud, system.outputs["OriginalsBucketName"])
    story.verdicts.note(
        "FD.1",
        "a refused file is deleted too",
        refused["state"] == "rejected" and gone,
        code,
    )
    story.fates.append(
        Fate(
            "no photo",
            len(NO_PHOTO),
            f"refused ({code}), deleted {refused['original']['deleted_at']}",
        )
    )


def _delete_all(system: System, owner: Client, story: Story, photo_id: str) -> None:
    receipt = owner.expect(200, "DELETE", f"/photos/{photo_id}")
    owner.expect(200, "POST", "/photos/deletions", {"all": True})
    buckets = [system.outputs[name] for name in ("OriginalsBucketName", "RenditionsBucketName")]
    # An empty mark, named by a hash, keeps a restored table from bringing the photo back.
    left = [
        each
        for each in list_objects(system.cloud, *buckets)
        if each.size_bytes or not each.key.startswith(TOMBSTONES)
    ]
    # A row that repeats a grant names its photos for a day; the photo's own row has it in its key.
    rows = [item for _, item in list_items(system.cloud) if photo_id in item["sk"]["S"]]
    seen = f"{receipt['objects']} objects, {receipt['bytes']:,} bytes destroyed"
    story.verdicts.note("FD.3", "deleted means gone: no object", not left, seen)
    story.verdicts.note("FD.3", "deleted means gone: no row", not rows, f"{len(rows)} rows")
    after = owner.call("GET", f"/photos/{photo_id}").status
    story.verdicts.note("FD.3", "deleted means gone: 404", after == 404, after)


def _progress(console: Console) -> Progress:
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        console=console,
        transient=True,
    )


def _print(console: Console, story: Story) -> None:
    fates = Table(title="What happened to every byte", title_justify="left")
    fates.add_column("what")
    fates.add_column("bytes", justify="right")
    fates.add_column("fate")
    for fate in story.fates:
        fates.add_row(fate.what, f"{fate.size_bytes:,}", fate.fate)
    console.print(fates)
    promises = Table(title="Promises", title_justify="left")
    for heading in ("", "clause", "promise", "seen"):
        promises.add_column(heading)
    for each in story.verdicts.all:
        mark = "[green]✓[/green]" if each.holds else "[red]✗[/red]"
        promises.add_row(mark, each.clause, each.promise, each.seen)
    console.print(promises)
    broken = sum(not each.holds for each in story.verdicts.all)
    console.print(
        f"[red]{broken} promises did not hold.[/red]" if broken else "Every promise held."
    )
