"""HTTP of payments for staff: orders, refunds, differences. Nothing here says who paid."""

from http import HTTPStatus
from typing import TYPE_CHECKING, Annotated, Any

from msgspec import Meta, Struct

from chalicelib.clock import to_iso
from chalicelib.container import services
from chalicelib.http import Reply, Request
from chalicelib.money import Money
from chalicelib.payments.routes import order_to_json
from chalicelib.staff.serving import Act, StaffRoutes

if TYPE_CHECKING:
    from chalicelib.payments.bills.model import Difference
    from chalicelib.payments.items import Refund

routes = StaffRoutes(__name__, services)

DEFAULT_PAGE, MAX_PAGE = 50, 100


class RefundRequest(Struct, frozen=True, forbid_unknown_fields=True):
    amount_minor: Annotated[int, Meta(gt=0, le=100_000_000)] | None = None
    """None: all that is left."""


class Resolution(Struct, frozen=True, forbid_unknown_fields=True):
    note: Annotated[str, Meta(min_length=1, max_length=300)]
    """What came of it; nothing of a person."""


@routes.serve_staff("GET", "/staff/payments/orders/{order_id}")
def show_order_to_staff(request: Request, act: Act, order_id: str) -> Reply:
    found = services().payments.refunding.get_order(order_id)
    body = {
        "order": order_to_json(found.order),
        "payments": [
            {
                "transaction_id": one.transaction_id,
                "total_minor": one.total.minor,
                "refunded_minor": one.refunded.minor,
                "is_surplus": one.is_surplus,
            }
            for one in found.order.payments
        ],
        "refunds": [refund_to_json(one) for one in found.refunds],
    }
    return Reply(HTTPStatus.OK, body)


@routes.serve_staff("POST", "/staff/payments/orders/{order_id}/refunds")
def refund_order(request: Request, act: Act, order_id: str) -> Reply:
    key = request.idempotency_key()
    wanted = request.body(RefundRequest).amount_minor
    refund = services().payments.refunding.ask(
        order_id,
        Money(wanted) if wanted is not None else None,
        idempotency_key=key,
        act=act,
    )
    return Reply(HTTPStatus.ACCEPTED, refund_to_json(refund))


@routes.serve_staff("GET", "/staff/payments/refunds")
def list_open_refunds(request: Request, act: Act) -> Reply:
    limit = request.integer("limit", default=DEFAULT_PAGE, low=1, high=MAX_PAGE)
    found = services().payments.refunding.list_open_refunds(limit)
    return Reply(HTTPStatus.OK, {"refunds": [refund_to_json(one) for one in found]})


@routes.serve_staff("GET", "/staff/payments/differences")
def list_differences(request: Request, act: Act) -> Reply:
    limit = request.integer("limit", default=DEFAULT_PAGE, low=1, high=MAX_PAGE)
    found = services().payments.reconciling.list_differences(limit)
    return Reply(HTTPStatus.OK, {"differences": [difference_to_json(one) for one in found]})


@routes.serve_staff("POST", "/staff/payments/differences/{difference_id}/resolution")
def resolve_difference(request: Request, act: Act, difference_id: str) -> Reply:
    note = request.body(Resolution).note
    services().payments.reconciling.resolve(difference_id, note, act)
    return Reply(HTTPStatus.NO_CONTENT)


def difference_to_json(difference: "Difference") -> dict[str, Any]:
    return {
        "id": difference.id,
        "provider": difference.provider,
        "day": difference.day,
        "kind": difference.kind,
        "order_id": difference.order_no,
        "name": difference.name,
        "bill_minor": difference.bill_minor,
        "our_minor": difference.our_minor,
        "found_at": to_iso(difference.found_at),
    }


def refund_to_json(refund: "Refund") -> dict[str, Any]:
    return {
        "id": refund.repayment.refund_no,
        "order_id": refund.repayment.order_no,
        "amount_minor": refund.repayment.amount.minor,
        "state": refund.state,
        "reason": refund.stuck or None,
        "act_id": refund.act_id or None,
        "created_at": to_iso(refund.created_at) if refund.created_at else None,
        "done_at": to_iso(refund.done_at) if refund.done_at else None,
    }
