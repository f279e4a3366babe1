"""Files made by hand: claims without pixels, other formats, and readers for what comes out."""

import io
import struct
import zlib
from collections.abc import Sequence

from PIL import Image

from chalicelib.imaging.ladder import render
from chalicelib.imaging.model import MediaType, Rendition
from chalicelib.imaging.probe import probe

PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"

OTHER_FORMATS = {
    "text": b"hello, I am a photo.jpg\n",
    "html": b"<!DOCTYPE html><script>alert(1)</script>",
    "svg": b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>',
    "bare svg": b'<svg xmlns="http://www.w3.org/2000/svg"/>',
    "eps": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n",
    "pdf": b"%PDF-1.7\n1 0 obj\n",
    "psd": b"8BPS\x00\x01" + bytes(6) + struct.pack(">HIIHH", 3, 9, 9, 8, 3),
    "big tiff": b"II+\x00\x08\x00\x00\x00",
    "text that begins like a bitmap": b"BMW makes cars, and this is about one of them",
    "jpeg xl": b"\xff\x0a" + bytes(30),
    "jpeg xl in boxes": b"\x00\x00\x00\x0cJXL \r\n\x87\n",
    "quicktime": b"\x00\x00\x00\x14ftypqt  \x00\x00\x00\x00qt  ",
    "matroska": b"\x1a\x45\xdf\xa3" + bytes(20),
    "canon raw": b"\x00\x00\x00\x18ftypcrx \x00\x00\x00\x01crx isom",
    "icon": b"\x00\x00\x01\x00\x01\x00" + bytes(16),
    "jpeg 2000": b"\x00\x00\x00\x0cjP  \r\n\x87\n",
    "mp4": b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom",
    "avi": b"RIFF\x24\x00\x00\x00AVI LIST",
    "riff audio": b"RIFF\x24\x00\x00\x00WAVEfmt ",
    "zip": b"PK\x03\x04" + bytes(26),
    "wmf": b"\xd7\xcd\xc6\x9a" + bytes(18),
}


class CountingFile(io.BytesIO):
    """A file that knows how many bytes were read from it."""

    bytes_read = 0

    def read(self, size: int | None = -1, /) -> bytes:
        data = super().read(size)
        self.bytes_read += len(data)
        return data


def process(data: bytes, media_type: MediaType = MediaType.JPEG) -> tuple[Rendition, ...]:
    source = io.BytesIO(data)
    return render(source, probe(source, declared=media_type))


def opened(rendition: Rendition) -> Image.Image:
    image = Image.open(io.BytesIO(rendition.data), formats=["JPEG"])
    image.load()
    return image


def saved(image: Image.Image, format_name: str = "JPEG", **options: object) -> bytes:
    data = io.BytesIO()
    image.save(data, format_name, **options)
    return data.getvalue()


def png(width: int, height: int, *, before_pixels: Sequence[tuple[bytes, bytes]] = ()) -> bytes:
    size = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = [(b"IHDR", size), *before_pixels, (b"IDAT", zlib.compress(b"\0")), (b"IEND", b"")]
    return PNG_SIGNATURE + b"".join(png_chunk(name, data) for name, data in chunks)


def animated_png(width: int, height: int, *, frames: int) -> bytes:
    return png(width, height, before_pixels=[(b"acTL", struct.pack(">II", frames, 0))])


def gif(width: int, height: int, *, frames: int = 1, edge: int = 1) -> bytes:
    # Code size 2: clear, colour 0, end.
    frame = b"," + struct.pack("<HHHHB", 0, 0, edge, edge, 0) + b"\x02\x02\x44\x01\x00"
    screen = struct.pack("<HHBBB", width, height, 0x80, 0, 0)
    return b"GIF89a" + screen + b"\0\0\0\xff\xff\xff" + frame * frames + b";"


def gif_with_profile(image: Image.Image, profile: bytes) -> bytes:
    """Put the profile before the first frame, in sub-blocks of an application extension."""
    data = saved(image, "GIF")
    parts = [profile[at : at + 255] for at in range(0, len(profile), 255)]
    blocks = b"".join(bytes([len(part)]) + part for part in parts)
    extension = b"!\xff\x0bICCRGBG1012" + blocks + b"\0"
    at = 13 + (3 << ((data[10] & 7) + 1) if data[10] & 0x80 else 0)
    return data[:at] + extension + data[at:]


def bmp_with_profile(image: Image.Image, profile: bytes) -> bytes:
    """Write BITMAPV5HEADER, whose profile stands behind the pixels."""
    plain = saved(image, "BMP")
    info, pixels = plain[14:54], plain[54:]
    place = struct.pack("<IIII", 4, 124 + len(pixels), len(profile), 0)
    masks_and_space = bytes(16) + b"DEBM" + bytes(48)
    v5 = struct.pack("<I", 124) + info[4:] + masks_and_space + place
    head = b"BM" + struct.pack("<IHHI", 138 + len(pixels) + len(profile), 0, 0, 138)
    return head + v5 + pixels + profile


def animated_webp(width: int, height: int, *, frames: int) -> bytes:
    canvas = b"\x02\0\0\0" + (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    chunks = [(b"VP8X", canvas), (b"ANIM", bytes(6)), *[(b"ANMF", bytes(16))] * frames]
    body = b"WEBP" + b"".join(name + struct.pack("<I", len(data)) + data for name, data in chunks)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def segment(marker: int, payload: bytes) -> bytes:
    return bytes([0xFF, marker]) + struct.pack(">H", len(payload) + 2) + payload


def jpeg_claiming(
    width: int,
    height: int,
    *,
    marker: int = 0xC0,
    sampling: Sequence[int] = (0x22, 0x11, 0x11),
    precision: int = 8,
    scans: int = 1,
) -> bytes:
    """A JPEG that is all claims: a frame header and empty scans."""
    count = len(sampling)
    parts = b"".join(bytes([number, factor, 0]) for number, factor in enumerate(sampling))
    frame = struct.pack(">BHHB", precision, height, width, count) + parts
    scan = segment(0xDA, bytes([count]) + bytes(2 * count + 3)) + b"\x00\xff\x00\xff\xd0\x12"
    return b"\xff\xd8" + segment(marker, frame) + scan * scans + b"\xff\xd9"


def with_segment(jpeg: bytes, marker: int, payload: bytes) -> bytes:
    return jpeg[:2] + segment(marker, payload) + jpeg[2:]


def with_size_claim(data: bytes, width: int, height: int) -> bytes:
    """Rewrite every `ispe` of a HEIC or AVIF."""
    at = -1
    changed = bytearray(data)
    while (at := changed.find(b"ispe", at + 1)) >= 0:
        changed[at + 8 : at + 16] = struct.pack(">II", width, height)
    return bytes(changed)


def segments(jpeg: bytes) -> list[tuple[int, bytes]]:
    """List marker and payload up to the scan, whose "payload" is the rest of the file."""
    found, at = [], 2
    while jpeg[at] == 0xFF:
        marker, length = jpeg[at + 1], int.from_bytes(jpeg[at + 2 : at + 4], "big")
        found.append((marker, jpeg[at + 4 : at + 2 + length]))
        at += 2 + length
        if marker == 0xDA:
            break
    return [*found, (0, jpeg[at:])]


def png_chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
