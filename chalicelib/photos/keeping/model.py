"""What a person may choose for a photo. No I/O."""

from datetime import datetime

from msgspec import Struct

from chalicelib.photos.model import Photo
from chalicelib.retention.model import (
    LONGEST_DEFAULT_DAYS,
    Keeping,
    keeping_of,
    longest_expires_at,
    photo_expires_at,
)

MAX_DEFAULT_DAYS = LONGEST_DEFAULT_DAYS


class Choice(Struct, frozen=True, kw_only=True):
    """How long a photo is kept beside its six months, and the furthest that it could be."""

    keeping: Keeping
    default_until: datetime
    longest_until: datetime


def choice_of(photo: Photo) -> Choice:
    return Choice(
        keeping=keeping_of(photo.created_at, photo.expires_at),
        default_until=photo_expires_at(photo.created_at),
        longest_until=longest_expires_at(photo.created_at),
    )
