"""Staff on the live system: a role of the template, taken and signed with as staff does."""

from collections.abc import Callable

import pytest

from chalicelib.credentials import ACCESS_COOKIE
from infra.staff import Call
from local.client import Client
from local.inspection import list_items
from local.staff import call_as, send_to
from local.system import System

pytestmark = [pytest.mark.live, pytest.mark.allow_hosts(["127.0.0.1"])]

ACTS = "/staff/register/acts"


def test_a_role_is_let_in_and_its_act_is_kept(system: System) -> None:
    reference = "LIVE-1"
    answer = call_as(
        system.cloud, "audit", Call(method="GET", path=ACTS, reference=reference), name="person-7"
    )

    assert answer.status == 200
    [act] = [one for one in answer.json["acts"] if one["reference"] == reference]
    assert act["action"] == "list_staff_acts"
    assert act["staff"].startswith("arn:aws:sts::000000000000:assumed-role/")
    assert act["staff"].endswith("/person-7")
    table = system.outputs["RegisterTableName"]
    rows = [row for name, row in list_items(system.cloud) if name == table]
    assert [row["id"]["S"] for row in rows if row["reference"]["S"] == reference] == [act["id"]]


def test_the_accounts_own_root_is_no_staff(system: System) -> None:
    call = Call(method="GET", path=ACTS, reference="LIVE-2")
    answer = send_to(system.cloud, call, system.cloud.session.get_credentials())

    assert (answer.status, answer.json["code"]) == (403, "not_staff")


@pytest.mark.parametrize(
    ("credentials", "status"),
    [
        (lambda person: {"Authorization": f"Bearer {person.access_token}"}, 403),
        (lambda person: {"Cookie": f"{ACCESS_COOKIE}={person.access_token}"}, 404),
        (lambda person: {}, 404),
    ],
    ids=["session", "cookie", "nothing"],
)
def test_a_session_opens_nothing(
    system: System, person: Client, credentials: Callable[[Client], dict[str, str]], status: int
) -> None:
    headers = credentials(person) | {"Staff-Reference": "LIVE-3"}
    straight = person.ask("GET", f"{system.api_url}/v1{ACTS}", headers)
    through_the_front = person.ask("GET", f"{system.url}/v1{ACTS}", headers)

    assert straight.status == status
    assert through_the_front.status == 404
    assert "LIVE-3" not in str(list(list_items(system.cloud)))
