"""The demo's own judgement: it must be able to say no."""

import http.client
import subprocess
import sys
from pathlib import Path

import pytest

from bench.drawing import PhotoFormat, draw_photo
from local.client import Answer
from local.machine import PROJECT
from local.photo_files import find_content_type, read_jpeg
from local.promises import Verdicts, judge_photo, judge_rendition


class TestContentType:
    @pytest.mark.parametrize(
        ("drawn_as", "content_type"),
        [
            ("JPEG", "image/jpeg"),
            ("PNG", "image/png"),
            ("WEBP", "image/webp"),
            ("GIF", "image/gif"),
            ("AVIF", "image/avif"),
            ("HEIF", "image/heic"),
        ],
    )
    def test_the_first_bytes_decide(self, drawn_as: PhotoFormat, content_type: str) -> None:
        assert find_content_type(draw_photo(64, 48, format=drawn_as)) == content_type

    @pytest.mark.parametrize(
        "data", [b"", b"<svg/>", b"%PDF-1.7", b"\0\0\0\x18ftypisom" + bytes(8)]
    )
    def test_anything_else_is_none_of_ours(self, data: bytes) -> None:
        assert find_content_type(data) is None


class TestJpeg:
    def test_metadata_is_seen(self) -> None:
        facts = read_jpeg(draw_photo(64, 48, gps=True))

        assert (facts.width_px, facts.height_px) == (64, 48)
        assert any(extra.startswith("APP1") for extra in facts.extras)

    def test_bytes_after_the_end_are_seen(self) -> None:
        assert read_jpeg(draw_photo(64, 48) + b"hidden").extras[-1] == "6 bytes after the end"

    def test_a_cut_file_is_no_jpeg(self) -> None:
        with pytest.raises(ValueError, match="cut off"):
            read_jpeg(draw_photo(64, 48)[:-200])


class TestVerdicts:
    def test_a_rendition_that_breaks_every_promise_fails_each(self) -> None:
        verdicts = Verdicts()
        answer = Answer(200, http.client.HTTPMessage(), draw_photo(640, 480, gps=True))

        judge_rendition(verdicts, "thumb", {"width_px": 320, "height_px": 240}, answer)

        assert [each.holds for each in verdicts.all] == [False, False, False]
        assert not verdicts.hold

    @pytest.mark.parametrize(
        ("created_at", "expires_at", "holds"),
        [
            ("2026-08-30T16:00:00Z", "2027-02-27T16:00:00Z", True),
            ("2026-08-30T16:00:00Z", "2027-02-28T16:00:00Z", False),
            ("2026-01-15T08:00:00Z", "2026-07-15T08:00:00Z", True),
            ("2026-01-15T08:00:00Z", "2026-07-14T08:00:00Z", False),
        ],
    )
    def test_six_months_are_counted_in_shanghai(
        self, created_at: str, expires_at: str, holds: bool
    ) -> None:
        verdicts = Verdicts()
        original = {"deleted_at": created_at}

        judge_photo(
            verdicts, {"created_at": created_at, "expires_at": expires_at, "original": original}
        )

        assert verdicts.all[-1].holds is holds


@pytest.mark.live
@pytest.mark.allow_hosts(["127.0.0.1"])
@pytest.mark.usefixtures("system")
def test_the_demo_keeps_every_promise(tmp_path: Path) -> None:
    photo = tmp_path / "photo.png"
    photo.write_bytes(draw_photo(1200, 900, format="PNG", gps=True))

    done = subprocess.run(
        [sys.executable, "-m", "local", "demo", "--photo", str(photo)],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        timeout=120,
    )

    assert done.returncode == 0, done.stdout
    assert "Every promise held." in done.stdout
