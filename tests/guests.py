"""What a guest does in tests: comes, adds photos, and registers or logs in."""

from datetime import timedelta

from chalicelib.identity.guest_limits import GuestLimits
from chalicelib.identity.guest_store import GuestRegisterStore, GuestStore
from chalicelib.identity.guests import GuestService
from chalicelib.identity.new_sessions import Login
from chalicelib.ids import Caller, PhotoId
from chalicelib.phone import Phone
from chalicelib.photos.services import PhotoServices
from chalicelib.storage import Objects
from tests.fakes import START
from tests.registering import AS_ADULT
from tests.world import ALICE_PHONE, World

ADDRESS = "192.0.2.1"
ENDS_AT = START + timedelta(days=7)
"""Of a guest who comes when a test begins."""


def come(world: World) -> Caller:
    tokens = world.guests.open_guest(ADDRESS).tokens
    return world.sessions.authenticate(tokens.access_token)


def add_photo(world: World, guest: Caller, *, key: str = "key-1") -> PhotoId:
    """Upload one photo and have it processed."""
    photo_id = upload(world, guest, key=key)
    world.deliver(guest.user_id, photo_id)
    return photo_id


def upload(world: World, guest: Caller, *, key: str = "key-1") -> PhotoId:
    photo_id = world.grant(guest.user_id, key=key, guest_until=guest.guest_until)[0].photo.id
    world.put_original(guest.user_id, photo_id)
    return photo_id


def log_in_as(world: World, guest: Caller, phone: Phone = ALICE_PHONE) -> Login:
    """Register, or log in where the number has an account."""
    challenge = world.challenges.send_code(phone)
    code = world.sms.last_code()
    return world.login.verify_code(challenge.id, phone, code, registration=AS_ADULT, guest=guest)


def sweep(world: World) -> None:
    world.expiry.expire_photos(within=timedelta(hours=1))


def guests_with(world: World, limits: GuestLimits) -> GuestService:
    return GuestService(
        store=GuestStore(world.accounts),
        ring=world.session_ring,
        limits=limits,
        clock=world.clock,
        entropy=world.entropy,
        log=world.log,
    )


def services_with(world: World, renditions: Objects) -> PhotoServices:
    return PhotoServices(
        photos=world.photos,
        originals=world.originals,
        renditions=renditions,
        register=GuestRegisterStore(world.accounts, world.clock),
        consents=world.consents,
        clock=world.clock,
        entropy=world.entropy,
        log=world.log,
    )
