"""Draw photos: landscapes with a camera's colours, detail and grain, the same on every run.

For tests, for the demo and for measuring, where a real photo would be somebody's. Sizes up to a
hundred megapixels are drawn in bands, so that memory stays near that of one picture.
"""

import random
from collections.abc import Callable
from io import BytesIO
from typing import Literal

from PIL import ExifTags, Image, ImageChops, ImageDraw, ImageFilter, PngImagePlugin

from chalicelib.imaging.profile import P3_PRIMARIES, matrix_profile

PhotoFormat = Literal["JPEG", "PNG", "WEBP", "GIF", "AVIF", "HEIF", "TIFF", "BMP"]

METADATA_MARKERS = (b"drawn-make", b"drawn-place", b"drawn-serial", b"drawn-xmp", b"drawn-comment")
"""Texts that `draw_photo(gps=True)` hides in EXIF, XMP and comments; none may survive."""

PROFILE_MARKER = "drawn-vendor"
"""Names the profile of a Display-P3 drawing, which is not the one ifotor writes."""

_GRAIN_PX = 512
_SCENE_PX = 1024
_XMP = (
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/">'
    b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    b'<rdf:Description rdf:about="drawn-xmp" xmlns:exif="http://ns.adobe.com/exif/1.0/"'
    b' exif:GPSLatitude="31,13.8N"/></rdf:RDF></x:xmpmeta>'
)
# The inverse of what EXIF 2.32 tag 274 asks a viewer to do.
_TO_STORED = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


def draw_photo(
    width: int,
    height: int,
    *,
    orientation: int = 1,
    display_p3: bool = False,
    gps: bool = False,
    format: PhotoFormat = "JPEG",
) -> bytes:
    """Draw a landscape and save it as a camera would.

    Args:
        width: px, as stored: with an orientation of 5 to 8 the picture is shown turned.
        height: px, as stored.
        orientation: EXIF 1 to 8; the scene is upright once it is applied.
        display_p3: tag the pixels with a Display-P3 profile of our own making.
        gps: add EXIF with a place and a serial number, XMP and a comment, each holding a marker.
        format: GIF keeps neither profile nor EXIF, BMP no comment either.
    """
    is_turned = orientation >= 5
    image = draw_scene(*((height, width) if is_turned else (width, height)))
    if orientation in _TO_STORED:
        image = image.transpose(_TO_STORED[orientation])
    profile = (
        matrix_profile(PROFILE_MARKER, primaries=P3_PRIMARIES, copyright_text=PROFILE_MARKER)
        if display_p3
        else None
    )
    return _save(
        image,
        format,
        icc_profile=profile,
        exif=_exif(orientation, gps=gps),
        xmp=_XMP if gps else b"",
        comment=b"drawn-comment" if gps else b"",
    )


def draw_scene(width: int, height: int) -> Image.Image:
    """Draw the landscape itself: "RGB", uint8, (height, width, 3), deterministic."""
    scale = min(1.0, _SCENE_PX / max(width, height))
    small = _draw_small(max(8, round(width * scale)), max(8, round(height * scale)))
    # What a grain of 4000 px is to a photo would be blotches to a small one.
    grain = _draw_grain(strength=min(1.0, max(width, height) / 4000))
    canvas = Image.new("RGB", (width, height))
    for top in range(0, height, _GRAIN_PX):
        band_height = min(_GRAIN_PX, height - top)
        box = (
            0.0,
            top * small.height / height,
            float(small.width),
            (top + band_height) * small.height / height,
        )
        band = small.resize((width, band_height), Image.Resampling.BICUBIC, box=box)
        rough = Image.new("RGB", band.size)
        for left in range(0, width, _GRAIN_PX):
            rough.paste(grain, (left, 0))
        canvas.paste(ImageChops.add(band, rough, scale=1, offset=-128), (0, top))
    return canvas


def _draw_small(width: int, height: int) -> Image.Image:
    """Draw sky, sun, ridges and a meadow of saturated flowers, at most 1024 px."""
    source = random.Random(7)
    sky = Image.linear_gradient("L").resize((width, height))
    image = Image.composite(
        Image.new("RGB", (width, height), (247, 214, 178)),
        Image.new("RGB", (width, height), (52, 118, 204)),
        sky,
    )
    clouds = _draw_clouds(width, height, source)
    image.paste((250, 246, 240), mask=clouds.point(lambda value: max(0, value - 120)))
    draw = ImageDraw.Draw(image)
    radius = max(2, width // 18)
    sun_x, sun_y = round(width * 0.7), round(height * 0.25)
    draw.ellipse((sun_x - radius, sun_y - radius, sun_x + radius, sun_y + radius), (255, 236, 170))
    for step in range(4):
        horizon = height * (0.45 + 0.12 * step)
        colour = (120 - 20 * step, 158 - 8 * step, 176 - 40 * step)
        draw.polygon(_ridge(width, height, horizon, source), fill=colour)
    for _ in range(700):
        x, depth = source.random() * width, source.random()
        y = height * (0.84 + 0.16 * depth)
        size = max(1.0, width * (0.001 + 0.006 * depth))
        colour = source.choice(
            [(255, 30, 20), (255, 210, 0), (230, 0, 180), (250, 250, 250), (20, 200, 60)]
        )
        draw.ellipse((x - size, y - size, x + size, y + size), fill=colour)
    shade = clouds.resize((width, height)).point(lambda value: 96 + value // 2)
    return ImageChops.multiply(
        image, Image.merge("RGB", (shade, shade, shade)).point(lambda v: min(255, v + 84))
    )


def _ridge(
    width: int, height: int, horizon: float, source: random.Random
) -> list[tuple[float, float]]:
    points = [(0.0, float(height))]
    level = horizon
    for x in range(0, width + 8, 8):
        level += source.uniform(-1, 1) * height * 0.008 + (horizon - level) * 0.02
        points.append((float(x), level))
    return [*points, (float(width), float(height))]


def _draw_clouds(width: int, height: int, source: random.Random) -> Image.Image:
    """Sum octaves of noise, each weaker than the one before, as in natural pictures."""
    clouds = Image.new("L", (width, height), 128)
    for octave in range(6):
        across = 4 << octave
        noise = Image.frombytes("L", (across, across), source.randbytes(across * across))
        layer = noise.resize((width, height), Image.Resampling.BICUBIC)
        clouds = Image.blend(clouds, layer, 0.5 if octave == 0 else 0.5 / (1 + octave))
    return clouds


def _draw_grain(*, strength: float) -> Image.Image:
    """Draw fine texture around 128: sensor noise on top of detail of a few pixels."""
    source = random.Random(11)
    size = (_GRAIN_PX, _GRAIN_PX)

    def noise(blur_px: float, share: float) -> Image.Image:
        layer = Image.frombytes("L", size, source.randbytes(_GRAIN_PX * _GRAIN_PX))
        layer = layer.filter(ImageFilter.GaussianBlur(blur_px))
        return layer.point(lambda value: round(128 + (value - 128) * share * strength))

    detail = ImageChops.add(noise(2.5, 1.2), noise(0.8, 0.3), scale=1, offset=-128)
    return Image.merge("RGB", [ImageChops.add(detail, noise(1.2, 0.2), offset=-128) for _ in "RGB"])


def _exif(orientation: int, *, gps: bool) -> bytes:
    exif = Image.Exif()
    if orientation != 1:
        exif[ExifTags.Base.Orientation] = orientation
    if gps:
        exif[ExifTags.Base.Make] = "drawn-make"
        exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.BodySerialNumber] = "drawn-serial"
        place = exif.get_ifd(ExifTags.IFD.GPSInfo)
        place[ExifTags.GPS.GPSLatitudeRef] = "N"
        place[ExifTags.GPS.GPSLatitude] = (31.0, 13.0, 48.0)
        place[ExifTags.GPS.GPSMapDatum] = "drawn-place"
    return exif.tobytes() if len(exif) or gps else b""


def _save(
    image: Image.Image,
    format_name: PhotoFormat,
    *,
    icc_profile: bytes | None,
    exif: bytes,
    xmp: bytes,
    comment: bytes,
) -> bytes:
    data = BytesIO()
    carried = {"icc_profile": icc_profile, "exif": exif, "xmp": xmp}
    match format_name:
        case "JPEG":
            image.save(data, "JPEG", quality=90, comment=comment, **carried)
        case "PNG":
            text = PngImagePlugin.PngInfo()
            if xmp:
                text.add_itxt("XML:com.adobe.xmp", xmp.decode())
                text.add_text("Comment", comment.decode())
            image.save(
                data, "PNG", compress_level=1, pnginfo=text, icc_profile=icc_profile, exif=exif
            )
        case "GIF":
            image.save(data, "GIF", comment=comment)
        case "WEBP":
            image.save(data, "WEBP", method=0, **carried)
        case "AVIF":
            image.save(data, "AVIF", speed=10, **carried)
        case "TIFF":
            tags = Image.Exif()
            tags.load(exif)
            if xmp:
                tags[ExifTags.Base.XMLPacket] = xmp
                tags[ExifTags.Base.ImageDescription] = comment.decode()
            image.save(data, "TIFF", exif=tags, icc_profile=icc_profile)
        case "BMP":
            image.save(data, "BMP")
        case "HEIF":
            _save_heif(image, data, icc_profile=icc_profile, exif=exif, xmp=xmp)
    return data.getvalue()


def _save_heif(
    image: Image.Image, data: BytesIO, *, icc_profile: bytes | None, exif: bytes, xmp: bytes
) -> None:
    import pillow_heif

    wrap: Callable[[Image.Image], pillow_heif.HeifFile] = pillow_heif.from_pillow
    image.info = {"icc_profile": icc_profile} if icc_profile else {}
    save: Callable[..., None] = wrap(image).save
    save(data, quality=70, exif=exif or None, xmp=xmp or None)
