"""HTTP of the staff register, for whoever audits it."""

from http import HTTPStatus

from chalicelib.clock import to_iso
from chalicelib.container import services
from chalicelib.http import Reply, Request
from chalicelib.staff.ports import Act
from chalicelib.staff.serving import StaffRoutes

routes = StaffRoutes(__name__, services)

DEFAULT_PAGE, MAX_PAGE = 50, 100


@routes.serve_staff("GET", "/staff/register/acts")
def list_staff_acts(request: Request, act: Act) -> Reply:
    limit = request.integer("limit", default=DEFAULT_PAGE, low=1, high=MAX_PAGE)
    page = services().staff_register.list_acts(
        request.text("month"), limit=limit, after=request.text("cursor")
    )
    body = {"acts": [act_to_json(one) for one in page.acts], "next_cursor": page.next_after}
    return Reply(HTTPStatus.OK, body)


def act_to_json(act: Act) -> dict[str, str]:
    return {
        "id": act.id,
        "staff": act.staff,
        "action": act.action,
        "subject": act.subject,
        "reference": act.reference,
        "at": to_iso(act.at),
    }
