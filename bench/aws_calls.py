"""How many AWS calls each request makes, counted on a warm container on moto.

Round trips decide how long a request takes and what it costs, so each request has a ceiling.
"""

import os
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from moto import mock_aws

from bench.drawing import draw_photo
from bench.figures import Figure
from chalicelib.aws.clients import client
from chalicelib.clock import SystemClock
from chalicelib.container import Container
from chalicelib.identity.codes import Challenge
from chalicelib.identity.errors import CodeRejected
from chalicelib.identity.new_sessions import Login
from chalicelib.identity.sessions import EndingScope
from chalicelib.ids import PhotoId, SystemEntropy, UserId
from chalicelib.keys import original_object
from chalicelib.photos.edits.items import job_to_message
from chalicelib.photos.edits.model import OutputWish
from chalicelib.photos.edits.services import EditServices
from chalicelib.photos.granting import Upload
from chalicelib.photos.model import UploadRequest
from tests.fakes import FakeClock, code_in
from tests.faults import counted_calls
from tests.registering import AS_ADULT
from tests.world import (
    ALICE_PHONE,
    FUNCTION_TIME,
    last_text,
    make_stores,
    s3_notification,
    sqs_event,
)

_MAX_CALLS = {
    "code_request": 2,  # one write, and the message
    "verify_first_login": 3,
    "verify_login": 2,
    "verify_wrong_code": 1,
    "authenticate": 1,
    "refresh": 1,
    "refresh_after_lost_reply": 1,
    "list_sessions": 1,
    "end_other_sessions": 2,
    "open_guest": 1,
    "freeze": 3,  # the profile, the sessions, one transaction
    "grant_1": 1,
    "grant_50": 1,
    "process_upload": 9,  # claim, get, whose default, three puts, commit, delete, note
    "request_edit": 3,  # photo, one transaction, message
    "process_edit": 7,  # claim, photo, get, three puts, commit
    "choose_edit": 3,  # photo, edit, the choice
}


def measure(_photos: Sequence[Path]) -> list[Figure]:
    """Make every request on a warm container and count its calls."""
    fakes = {"AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x"}
    os.environ.update(fakes, AWS_DEFAULT_REGION="us-east-1", POWERTOOLS_LOG_LEVEL="CRITICAL")
    with mock_aws():
        clock = FakeClock(SystemClock().now())
        container = Container(make_stores(), clock=clock, entropy=SystemEntropy())
        counts = _count_logins(container, clock)
        clock.advance(hours=1)
        counts |= _count_photos(container, _log_in(container).account.id)
    return [
        Figure(name=f"aws_calls/{name}", value=count, unit="calls", target=_MAX_CALLS[name])
        for name, count in counts.items()
    ]


def _count(request: Callable[[], object]) -> int:
    with counted_calls() as counter:
        request()
    return len(counter.names)


def _log_in(container: Container) -> Login:
    challenge = container.identity.challenges.send_code(ALICE_PHONE)
    return container.identity.login.verify_code(
        challenge.id, ALICE_PHONE, code_in(last_text()), registration=AS_ADULT
    )


def _count_logins(container: Container, clock: FakeClock) -> dict[str, int]:
    login, sessions = container.identity.login, container.identity.sessions

    def request_code() -> Challenge:
        clock.advance(hours=1)  # past the limits of a number, which must not stop us
        return container.identity.challenges.send_code(ALICE_PHONE)

    request_code()  # fetches the keys, once for the life of a container
    counts = {"code_request": _count(request_code)}
    for name in ("verify_first_login", "verify_login"):
        challenge = request_code()
        code = code_in(last_text())
        verify = partial(login.verify_code, challenge.id, ALICE_PHONE, code)
        counts[name] = _count(partial(verify, registration=AS_ADULT))
    challenge = request_code()
    wrong = f"{(int(code_in(last_text())) + 1) % 10**6:06}"

    def guess() -> None:
        try:
            login.verify_code(challenge.id, ALICE_PHONE, wrong)
        except CodeRejected:
            return

    counts["verify_wrong_code"] = _count(guess)
    clock.advance(hours=1)
    tokens = _log_in(container).tokens
    counts["authenticate"] = _count(lambda: sessions.authenticate(tokens.access_token))
    for name in ("refresh", "refresh_after_lost_reply"):
        counts[name] = _count(lambda: sessions.refresh(tokens.refresh_token))
    caller = sessions.authenticate(sessions.refresh(tokens.refresh_token).access_token)
    counts["list_sessions"] = _count(lambda: sessions.list_sessions(caller))
    scope = EndingScope.OTHERS
    counts["end_other_sessions"] = _count(lambda: sessions.end_sessions(caller, scope))
    counts["open_guest"] = _count(lambda: container.identity.guests.open_guest("192.0.2.1"))
    counts["freeze"] = _count(lambda: container.identity.accounts.freeze(caller))
    return counts


def _count_photos(container: Container, user_id: UserId) -> dict[str, int]:
    data = draw_photo(640, 480)
    wanted = UploadRequest(content_type="image/jpeg", size_bytes=len(data), sha256=None)

    def grant(count: int) -> tuple[Upload, ...]:
        key = f"{count} photos"
        return container.photos.granting.grant_uploads(
            user_id, [wanted] * count, idempotency_key=key
        )

    counts = {f"grant_{count}": _count(partial(grant, count)) for count in (1, 50)}
    photo_id = grant(1)[0].photo.id
    key = original_object(user_id, photo_id)
    client("s3").put_object(Bucket="originals", Key=key, Body=data)
    event = sqs_event(s3_notification(key))
    counts["process_upload"] = _count(
        lambda: container.uploads.process_uploads(event, within=FUNCTION_TIME)
    )
    return counts | _count_edits(container.edits, user_id, photo_id)


def _count_edits(edits: EditServices, user_id: UserId, photo_id: PhotoId) -> dict[str, int]:
    asked = {}

    def ask() -> None:
        asked["edit"] = edits.requests.request_edit(
            user_id, photo_id, b'{"version":1}', OutputWish(), idempotency_key="e"
        )

    counts = {"request_edit": _count(ask)}
    event = sqs_event(job_to_message(asked["edit"].job))
    counts["process_edit"] = _count(lambda: edits.worker.process_edits(event, within=FUNCTION_TIME))
    choice = (user_id, photo_id, asked["edit"].id)
    counts["choose_edit"] = _count(lambda: edits.history.choose_edit(*choice))
    return counts
