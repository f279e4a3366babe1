import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.imaging.output import OutputType, OutputWish, negotiate

# As sent with <img>: Firefox 128, Chrome 126, Safari 17, curl.
FIREFOX = "image/avif,image/webp,image/png,image/svg+xml,image/*;q=0.8,*/*;q=0.5"
CHROME = "image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8"
SAFARI = "image/webp,image/avif,image/jxl,image/heic,image/heic-sequence,video/*;q=0.8,*/*;q=0.5"


class TestNegotiation:
    @pytest.mark.parametrize(
        ("accept", "expected"),
        [
            (None, "image/jpeg"),
            ("", "image/jpeg"),
            ("*/*", "image/jpeg"),
            ("image/*", "image/jpeg"),
            (FIREFOX, "image/avif"),
            (CHROME, "image/avif"),
            (SAFARI, "image/avif"),
            ("image/webp,*/*", "image/webp"),
            ("image/webp;q=0.7,*/*", "image/jpeg"),
            ("image/png, image/jpeg", "image/jpeg"),
            ("image/png;q=0.9, image/jpeg;q=0.2", "image/png"),
            ("image/avif;q=0, image/*", "image/jpeg"),
            ("image/jpeg;q=0, */*;q=0.1", "image/png"),
            ("IMAGE/WEBP ; Q=0.9", "image/webp"),
            ("image/*;q=0.001, */*;q=0", "image/jpeg"),
        ],
    )
    def test_takes_the_highest_weight_then_the_named_type(
        self, accept: str | None, expected: str
    ) -> None:
        assert negotiate(accept) == expected

    @pytest.mark.parametrize(
        "accept", ["text/html", "image/gif", "*/*;q=0", "image/*;q=0, */*", "image/jxl, video/*"]
    )
    def test_nothing_acceptable_is_none(self, accept: str) -> None:
        assert negotiate(accept) is None

    @pytest.mark.parametrize("accept", [None, "*/*", "image/png,image/jpeg"])
    def test_transparency_is_kept_where_the_client_allows(self, accept: str | None) -> None:
        assert negotiate(accept, has_alpha=True) is OutputType.PNG
        assert negotiate("image/jpeg", has_alpha=True) is OutputType.JPEG

    @pytest.mark.parametrize(
        "accept", ["image/webp;q=nan", "image/webp;q=2", "image/webp;q=-1", "webp", ";;;", ",,"]
    )
    def test_what_cannot_be_read_is_skipped(self, accept: str) -> None:
        assert negotiate(accept) is OutputType.JPEG
        assert negotiate(f"{accept},image/png") is OutputType.PNG

    def test_a_header_without_end_is_read_to_its_64th_range(self) -> None:
        padding = "text/html," * 64

        assert negotiate(f"image/webp,{padding}image/avif") is OutputType.WEBP
        assert negotiate(f"{padding}image/avif") is None

    @given(accept=st.text(alphabet="imagejpwbvftxl/*;,q=.019 \t\0", max_size=80))
    def test_any_text_gives_a_type_or_none(self, accept: str) -> None:
        assert negotiate(accept) in {*OutputType, None}


class TestWish:
    @pytest.mark.parametrize("wish", [{"quality": 0}, {"quality": 101}, {"max_bytes": 1_023}])
    def test_out_of_bounds_is_an_error(self, wish: dict[str, int]) -> None:
        with pytest.raises(ValueError, match=next(iter(wish))):
            OutputWish(media_type=OutputType.JPEG, **wish)
