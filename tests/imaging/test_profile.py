import io
import struct

import pytest
from PIL import ImageCms

from chalicelib.imaging.profile import display_p3_profile

# Display P3 adapted to D50, as published in the ICC registry entry and in Apple's "Display P3.icc".
PUBLISHED = {
    b"rXYZ": (0.51512, 0.24120, -0.00105),
    b"gXYZ": (0.29198, 0.69225, 0.04189),
    b"bXYZ": (0.15710, 0.06657, 0.78407),
}


def tags(profile: bytes) -> dict[bytes, bytes]:
    count = int.from_bytes(profile[128:132], "big")
    table = [struct.unpack(">4sII", profile[132 + 12 * n : 144 + 12 * n]) for n in range(count)]
    return {name: profile[start : start + size] for name, start, size in table}


class TestDisplayP3:
    def test_it_has_the_published_primaries(self) -> None:
        found = tags(display_p3_profile())

        for name, expected in PUBLISHED.items():
            xyz = [value / 65536 for value in struct.unpack(">3i", found[name][8:20])]
            assert xyz == pytest.approx(expected, abs=0.0002)

    def test_its_white_is_the_sum_of_its_primaries(self) -> None:
        found = tags(display_p3_profile())

        columns = [struct.unpack(">3i", found[name][8:20]) for name in PUBLISHED]
        white = struct.unpack(">3i", found[b"wtpt"][8:20])

        assert [sum(parts) for parts in zip(*columns, strict=True)] == pytest.approx(white, abs=2)

    def test_it_is_small_whole_and_always_the_same(self) -> None:
        profile = display_p3_profile()

        assert int.from_bytes(profile[:4], "big") == len(profile) <= 500
        assert profile[36:40] == b"acsp"
        assert profile[48:56] == bytes(8)
        assert profile == display_p3_profile()

    def test_a_colour_engine_reads_it(self) -> None:
        profile = ImageCms.ImageCmsProfile(io.BytesIO(display_p3_profile()))

        assert ImageCms.getProfileDescription(profile).strip() == "Display P3"
        assert profile.profile.xcolor_space.strip() == "RGB"
