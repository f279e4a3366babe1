"""What people send instead of a photo, told by its first bytes: a refusal that names it helps."""

from chalicelib.imaging.model import RejectionReason

_VIDEO_STARTS = (b"\x1a\x45\xdf\xa3", b"\0\0\x01\xba", b"\0\0\x01\xb3")  # Matroska, MPEG
_DOCUMENT_STARTS = (b"%PDF-", b"%!PS", b"8BPS", b"<svg", b"<?xml", b"<!doctype", b"<html")
_JPEG_XL_STARTS = (b"\xff\x0a", b"\0\0\0\x0cJXL ")
# Camera raw, and pictures in other codings than HEVC and AV1.
_STILL_BRANDS = (b"crx ", b"mif1", b"msf1", b"mif2", b"jpeg", b"avci", b"vvic", b"evbi")


def reason_to_refuse(head: bytes) -> RejectionReason:
    """Name what a file is that is none of the accepted types."""
    if head.startswith(_JPEG_XL_STARTS):
        return RejectionReason.IS_JPEG_XL
    if (
        head.lstrip(b"\xef\xbb\xbf \t\r\n")
        .lower()
        .startswith(tuple(start.lower() for start in _DOCUMENT_STARTS))
    ):
        return RejectionReason.IS_DOCUMENT
    is_iso_video = head[4:8] == b"ftyp" and head[8:12] not in _STILL_BRANDS
    is_avi = head.startswith(b"RIFF") and head[8:12] == b"AVI "
    if is_iso_video or is_avi or head.startswith(_VIDEO_STARTS):
        return RejectionReason.IS_VIDEO
    return RejectionReason.UNSUPPORTED_TYPE
