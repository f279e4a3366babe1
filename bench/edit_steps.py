"""What each kind of edit costs at 2048 px, beside three ImageEnhance calls: CPU time, one thread.

Processes take turns, each warmed up; plans are compiled, and cubes sampled, before. Ours keeps its
freed memory as the worker's child does, which is a part of what it gains.
"""

import json
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from statistics import median
from time import process_time

from PIL import Image, ImageEnhance

from bench.drawing import draw_scene
from bench.figures import Figure
from chalicelib.imaging.colour import ColouredImage
from chalicelib.imaging.confinement import keep_freed_memory
from chalicelib.imaging.editing.run import run
from chalicelib.imaging.plan.compiling import compile_plan
from chalicelib.imaging.plan.layout import Output, Source
from chalicelib.imaging.recipe.document import parse_recipe

MAX_RATIO = 0.68
"""25 ms where three ImageEnhance calls take 37."""

_PROCESSES = 3
_ROUNDS = 7
_SIZE = (2048, 1536)
_CURVES = {"exposure_stops": 0.3, "contrast": 20, "shadows": 15}
_SPLIT = {
    "shadows": {"hue_degrees": 220, "strength": 40},
    "highlights": {"hue_degrees": 40, "strength": 30},
}
_WITHOUT_KERNELS: Mapping[str, Mapping[str, object]] = {
    "curves": {"tone": _CURVES},
    "saturation": {"tone": {"saturation": 15}},
    "curves_and_saturation": {"tone": {**_CURVES, "saturation": 15}},
    "auto": {"tone": {"auto": 80}},
    "equalize": {"tone": {"equalize": 60}},
    "sepia": {"tone": {"sepia": 80}},
    "split_tone": {"tone": {**_CURVES, "saturation": 15, "split_tone": _SPLIT}},
    "vibrance": {"tone": {**_CURVES, "vibrance": 30}},
    "vibrance_and_saturation": {"tone": {**_CURVES, "vibrance": 25, "saturation": 20}},
    "vignette": {"tone": {"vignette": {"amount": -40}}},
    "curves_saturation_vignette": {
        "tone": {**_CURVES, "saturation": 15, "vignette": {"amount": -40}}
    },
}
_DEARER: Mapping[str, Mapping[str, object]] = {
    # Above the ratio, and without a target: kernels, and docs/decisions/0034-vibrance-by-masks.md.
    "mixer": {"look": {"preset": "harbour@1"}},
    "everything": {
        "tone": {
            **_CURVES,
            "vibrance": 60,
            "saturation": -20,
            "split_tone": _SPLIT,
            "vignette": {"amount": -40},
        }
    },
    "sharpen": {"detail": {"sharpen": 40}},
    "clarity": {"detail": {"clarity": 40}},
    "denoise": {"detail": {"denoise": 40}},
    "blur": {"detail": {"blur": 20}},
    "grain": {"detail": {"grain": {"amount": 30}}},
    "straighten": {"geometry": {"straighten_degrees": 3}},
}


def measure(photos: Sequence[Path]) -> list[Figure]:
    """Time each on a drawn picture; a real one would cost the same."""
    rounds = [{**_run("ifotor"), **_run("enhance")} for _ in range(_PROCESSES)]
    times = {name: median(one[name] for one in rounds) for name in rounds[0]}
    theirs = times["three_enhance_calls"]
    figures = [Figure(f"edit_step_cpu/{name}", round(ms, 1), "ms") for name, ms in times.items()]
    for name in (*_WITHOUT_KERNELS, *_DEARER):
        target = MAX_RATIO if name in _WITHOUT_KERNELS else None
        ratio = round(times[name] / theirs, 3)
        figures.append(Figure(f"edit_step_vs_three_enhance_calls/{name}", ratio, "x", target))
    return figures


def _run(who: str) -> dict[str, float]:
    """Return medians in milliseconds, by name, out of a process that does nothing else."""
    asked = [sys.executable, "-m", "bench.edit_steps", who]
    done = subprocess.run(asked, capture_output=True, text=True, check=True)
    times: dict[str, float] = json.loads(done.stdout)
    return times


def main(who: str) -> None:
    """Print what `measure` asks for: ours as in the kept child, ImageEnhance as it comes."""
    if who == "ifotor":
        keep_freed_memory()
    image = draw_scene(*_SIZE)
    picture = ColouredImage(image, is_display_p3=False)
    work: dict[str, Callable[[], object]] = (
        {name: _runner(stages, picture) for name, stages in {**_WITHOUT_KERNELS, **_DEARER}.items()}
        if who == "ifotor"
        else {"three_enhance_calls": lambda: _enhance(image)}
    )
    samples: dict[str, list[float]] = {name: [] for name in work}
    for _ in range(_ROUNDS + 1):
        for name, do in work.items():
            started = process_time()
            do()
            samples[name].append(process_time() - started)
    print(json.dumps({name: median(values[1:]) * 1000 for name, values in samples.items()}))


def _runner(stages: Mapping[str, object], picture: ColouredImage) -> Callable[[], object]:
    recipe = parse_recipe({"version": 1, **stages})
    plan = compile_plan(recipe, Source(*_SIZE), Output(long_side_px=max(_SIZE)))
    return lambda: run(plan, picture)


def _enhance(image: Image.Image) -> None:
    image = ImageEnhance.Brightness(image).enhance(1.2)
    image = ImageEnhance.Contrast(image).enhance(1.2)
    ImageEnhance.Color(image).enhance(1.15)


if __name__ == "__main__":
    main(sys.argv[1])
