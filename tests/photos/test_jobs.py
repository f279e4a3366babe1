"""What a job took is said once, in one line, and not of a job that did not end."""

import json
from collections.abc import Mapping
from functools import partial

import pytest

from chalicelib.photos.edits.model import OutputWish
from chalicelib.photos.jobs import WORKER_MEMORY_MB, cost_nanousd
from tests.photos.edits.editing import ask, deliver, made, ready_photo
from tests.world import JPEG, ROOT, World, running_world


def ended(world: World) -> list[Mapping[str, object]]:
    return [line for line in world.log.lines if line["message"] == "job_ended"]


class TestUpload:
    def test_line_has_time_memory_bytes_and_cost(self) -> None:
        with running_world() as world:
            user_id = world.log_in()
            photo_id = world.upload(user_id)
            world.renderer.meanwhile = partial(world.clock.advance, milliseconds=310.2)
            world.deliver(user_id, photo_id)
            world.deliver(user_id, photo_id)

            [line] = ended(world)
            renditions = world.library.get_photo(user_id, photo_id).photo.renditions
            assert (line["kind"], line["photo_id"]) == ("upload", photo_id)
            assert (line["duration_ms"], line["cpu_ms"], line["peak_mb"]) == (311, 210, 140)
            assert line["bytes_in"] == len(JPEG)
            assert line["bytes_out"] == sum(one.size_bytes for one in renditions.values())
            assert line["cost_nanousd"] == cost_nanousd(311)

    def test_refused_one_says_why_and_what_it_took(self) -> None:
        with running_world() as world:
            user_id = world.log_in()
            world.deliver(user_id, world.upload(user_id, data=b"%PDF-1.7"))

            [line] = ended(world)
            assert (line["reason"], line["bytes_out"]) == ("unsupported_type", 0)
            assert "peak_mb" not in line

    def test_our_failure_has_no_line_but_those_that_count_it(self) -> None:
        with running_world() as world:
            user_id = world.log_in()
            photo_id = world.upload(user_id)
            world.renderer.failure = RuntimeError("a bug of ours")
            world.deliver(user_id, photo_id)

            assert ended(world) == []
            assert "upload_attempt_failed" in world.log.events()


class TestEdit:
    def test_line_has_time_memory_bytes_and_cost(self) -> None:
        with running_world() as world:
            photo = ready_photo(world)
            edit = made(world, photo)

            line = ended(world)[-1]
            assert (line["kind"], line["edit_id"]) == ("edit", edit.id)
            assert (line["cpu_ms"], line["peak_mb"]) == (90, 120)
            full = world.library.get_photo(photo.user_id, photo.photo_id).photo.renditions["full"]
            assert line["bytes_in"] == full.size_bytes

    def test_refused_one_says_why(self) -> None:
        with running_world() as world:
            deliver(world, ask(world, ready_photo(world), wish=OutputWish(max_bytes=1024)))

            assert ended(world)[-1]["reason"] == "cannot_fit"


class TestPrice:
    @pytest.mark.parametrize(("duration_ms", "expected"), [(0, 0), (1, 28), (1_000, 28_792)])
    def test_is_gigabytes_times_seconds_times_price(self, duration_ms: int, expected: int) -> None:
        assert cost_nanousd(duration_ms) == expected

    @pytest.mark.parametrize("function", ["process_upload", "process_edit"])
    def test_is_that_of_the_memory_the_workers_have(self, function: str) -> None:
        functions = json.loads((ROOT / ".chalice" / "config.json").read_text())["lambda_functions"]

        assert functions[function]["lambda_memory_size"] == WORKER_MEMORY_MB
