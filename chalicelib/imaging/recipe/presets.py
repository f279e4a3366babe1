"""The presets, made by us. A name keeps its meaning for ever: what changes gets a new number.

A preset is settings like anybody's, and a mixer that no recipe has by itself. `NAMES` is the
allow-list of the schema; the golden test pins what each does.
"""

from typing import Annotated

from msgspec import Meta

from chalicelib.imaging.recipe.detail import Grain
from chalicelib.imaging.recipe.parts import Part, exactly
from chalicelib.imaging.recipe.tone import Curves, Hued, Levels, SplitTone, Tone, Vignette


class Band(Part, frozen=True):
    """What happens to the colours around one hue; weaker, the greyer they are.

    Attributes:
        hue: degrees to turn; saturation: in percent; light: in percent of white.
    """

    hue: int = 0
    saturation: int = 0
    light: int = 0


class Mixer(Part, frozen=True):
    """Six hues, 60 degrees apart; what lies between two gets some of both."""

    red: Band = Band()
    yellow: Band = Band()
    green: Band = Band()
    cyan: Band = Band()
    blue: Band = Band()
    magenta: Band = Band()


class Preset(Part, frozen=True):
    tone: Tone = Tone()
    mixer: Mixer = Mixer()
    grain: Grain = Grain()


def _split(shadows: tuple[int, int], highlights: tuple[int, int]) -> SplitTone:
    return SplitTone(
        shadows=Hued(hue_degrees=shadows[0], strength=shadows[1]),
        highlights=Hued(hue_degrees=highlights[0], strength=highlights[1]),
    )


_MATTE = Curves(rgb=((0, 26), (64, 70), (190, 196), (255, 246)))
_FILM = Curves(rgb=((0, 12), (60, 52), (128, 132), (200, 210), (255, 250)))
_PUNCH = Curves(rgb=((0, 0), (64, 52), (128, 132), (192, 206), (255, 255)))

PRESETS: dict[str, Preset] = {
    # Nearer to what was seen.
    "clean@1": Preset(tone=Tone(contrast=12, shadows=18, highlights=-18, vibrance=20)),
    "vivid@1": Preset(tone=Tone(contrast=25, saturation=22, vibrance=25)),
    "soft@1": Preset(tone=Tone(brightness=12, contrast=-22, highlights=-20, saturation=-8)),
    "bright@1": Preset(tone=Tone(exposure_stops=0.35, shadows=25, highlights=-25, vibrance=12)),
    "deep@1": Preset(tone=Tone(exposure_stops=-0.3, contrast=35, saturation=10)),
    # Light of a time of day.
    "dawn@1": Preset(
        tone=Tone(temperature=14, tint=10, brightness=10, curves=_MATTE,
             split_tone=_split((265, 18), (28, 30))),
    ),
    "noon@1": Preset(tone=Tone(temperature=6, contrast=22, curves=_PUNCH, saturation=12)),
    "golden@1": Preset(
        tone=Tone(
            temperature=34, contrast=10, highlights=-15, split_tone=_split((30, 10), (42, 34))
        ),
        mixer=Mixer(yellow=Band(hue=-6, saturation=18), green=Band(hue=-14, saturation=-12)),
    ),
    "dusk@1": Preset(
        tone=Tone(temperature=-10, tint=14, exposure_stops=-0.15, contrast=14,
             split_tone=_split((248, 40), (18, 32))),
    ),
    "night@1": Preset(
        tone=Tone(temperature=-30, exposure_stops=-0.4, contrast=18, saturation=-20,
             split_tone=_split((222, 44), (200, 12)), vignette=Vignette(amount=-36)),
    ),
    # Film and print.
    "film@1": Preset(
        tone=Tone(curves=_FILM, saturation=-10, split_tone=_split((170, 14), (40, 18))),
        mixer=Mixer(green=Band(hue=10, saturation=-22), blue=Band(hue=-8, saturation=-8)),
        grain=Grain(amount=16),
    ),
    "slide@1": Preset(
        tone=Tone(contrast=34, curves=_PUNCH, vibrance=30),
        mixer=Mixer(red=Band(saturation=14), blue=Band(saturation=20, light=-8)),
    ),
    "faded@1": Preset(
        tone=Tone(levels=Levels(black_out=34, white_out=240), saturation=-28,
             split_tone=_split((210, 22), (48, 24))),
    ),
    "matte@1": Preset(tone=Tone(curves=_MATTE, contrast=8, saturation=-14)),
    "instant@1": Preset(
        tone=Tone(levels=Levels(black_out=22, white_out=246), temperature=10, contrast=-8,
             split_tone=_split((190, 28), (52, 36)), vignette=Vignette(amount=-24)),
        mixer=Mixer(red=Band(hue=6), green=Band(saturation=-25)),
        grain=Grain(amount=8),
    ),
    "bleach@1": Preset(tone=Tone(contrast=55, saturation=-55, highlights=-10)),
    "cross@1": Preset(
        tone=Tone(
            saturation=14,
            curves=Curves(
                red=((0, 0), (70, 48), (190, 214), (255, 255)),
                green=((0, 0), (80, 72), (180, 196), (255, 255)),
                blue=((0, 34), (128, 126), (255, 218)),
            ),
        ),
    ),
    # Places.
    "harbour@1": Preset(
        tone=Tone(contrast=14, split_tone=_split((190, 42), (32, 36))),
        mixer=Mixer(
            red=Band(hue=8), yellow=Band(hue=-14), green=Band(hue=40, saturation=-25),
            cyan=Band(saturation=10), blue=Band(hue=-20), magenta=Band(saturation=-30),
        ),
    ),
    "forest@1": Preset(
        tone=Tone(contrast=10, shadows=14, split_tone=_split((150, 18), (60, 12))),
        mixer=Mixer(
            yellow=Band(hue=16, saturation=-10), green=Band(hue=12, saturation=10, light=-10),
            blue=Band(saturation=-30), magenta=Band(saturation=-40),
        ),
    ),
    "desert@1": Preset(
        tone=Tone(temperature=22, contrast=6, highlights=-22, saturation=-12,
             split_tone=_split((18, 24), (38, 24))),
        mixer=Mixer(green=Band(hue=-30, saturation=-35), blue=Band(saturation=-35, light=8)),
    ),
    "snow@1": Preset(
        tone=Tone(temperature=-16, exposure_stops=0.25, highlights=-18, saturation=-22,
             split_tone=_split((212, 20), (205, 10))),
    ),
    # Without colour.
    "silver@1": Preset(tone=Tone(grayscale=100, contrast=18)),
    "noir@1": Preset(
        tone=Tone(grayscale=100, contrast=70, exposure_stops=-0.15, vignette=Vignette(amount=-34)),
        grain=Grain(amount=22),
    ),
    "paper@1": Preset(
        tone=Tone(grayscale=100, curves=_MATTE, split_tone=_split((36, 16), (44, 26))),
    ),
    "sepia@1": Preset(tone=Tone(sepia=90, contrast=10, vignette=Vignette(amount=-20))),
    "cyanotype@1": Preset(
        tone=Tone(grayscale=100, contrast=14, split_tone=_split((214, 100), (196, 34))),
    ),
}  # fmt: skip

PresetName = Annotated[
    str,
    Meta(
        pattern=exactly("|".join(PRESETS)),
        description="One of our presets, with its version.",
        extra_json_schema={"enum": list(PRESETS)},
    ),
]


class Look(Part, frozen=True):
    """A preset, applied after the settings of `tone`.

    Attributes:
        strength: how much of it, in percent.
    """

    preset: PresetName
    strength: Annotated[int, Meta(ge=0, le=100)] = 100
