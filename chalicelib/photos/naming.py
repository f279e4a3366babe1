"""The names under which a browser saves what it downloads: ours alone, nothing a user typed."""

from chalicelib.ids import PhotoId


def file_name(photo_id: PhotoId, rendition: str, extension: str) -> str:
    return f"ifotor-{photo_id[-12:]}-{rendition}.{extension}"
