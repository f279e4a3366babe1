"""HTTP of payments: products, orders, holdings, and what providers post to us."""

from http import HTTPStatus
from typing import TYPE_CHECKING, Annotated, Any

from msgspec import Meta, Struct

from chalicelib.clock import to_iso
from chalicelib.container import services
from chalicelib.http import Reply, Request, Routes
from chalicelib.payments.model import Method, Provider, Verdict

if TYPE_CHECKING:
    from chalicelib.payments.catalogue import Product
    from chalicelib.payments.orders import Order

routes = Routes(__name__, services)

DEFAULT_PAGE, MAX_PAGE = 24, 100
ANY_TYPE = ["*/*"]
"""A provider's own type is not ours to refuse: the signature is over the bytes."""

WECHATPAY_FAIL = {"code": "FAIL", "message": "失败"}
WECHATPAY_ANSWERS = {
    Verdict.TAKEN: Reply(HTTPStatus.NO_CONTENT),
    Verdict.REFUSED: Reply(HTTPStatus.UNAUTHORIZED, WECHATPAY_FAIL),
    Verdict.LATER: Reply(HTTPStatus.SERVICE_UNAVAILABLE, WECHATPAY_FAIL),
}
"""pay.weixin.qq.com, "支付通知": 204 is enough; else this body with any error."""

PLAIN_TEXT = {"Content-Type": "text/plain; charset=utf-8"}
ALIPAY_ANSWERS = {
    Verdict.TAKEN: Reply(HTTPStatus.OK, "success", PLAIN_TEXT),
    Verdict.REFUSED: Reply(HTTPStatus.BAD_REQUEST, "fail", PLAIN_TEXT),
    Verdict.LATER: Reply(HTTPStatus.SERVICE_UNAVAILABLE, "fail", PLAIN_TEXT),
}
"""opendocs.alipay.com, "异步通知": exactly `success`; anything else is sent again."""


class OrderRequest(Struct, frozen=True, forbid_unknown_fields=True):
    product_id: Annotated[str, Meta(max_length=64)]
    method: Method
    openid: Annotated[str, Meta(pattern=r"\A[A-Za-z0-9_-]{0,128}\Z")] = ""


@routes.serve("GET", "/products")
def list_products(request: Request) -> Reply:
    offer = services().payments.ordering.get_offer()
    body = {
        "products": [product_to_json(product) for product in offer.products],
        "methods": list(offer.methods),
    }
    return Reply(HTTPStatus.OK, body)


@routes.serve("POST", "/orders")
def place_order(request: Request) -> Reply:
    from chalicelib.payments.ordering import Wish

    key = request.idempotency_key()
    wanted = request.body(OrderRequest)
    wish = Wish(
        product_id=wanted.product_id,
        method=wanted.method,
        openid=wanted.openid,
        source_ip=request.source_ip,
    )
    placed = services().payments.ordering.place_order(request.caller, wish, idempotency_key=key)
    payment = dict(placed.payment) if placed.payment else None
    return Reply(HTTPStatus.CREATED, {"order": order_to_json(placed.order), "payment": payment})


@routes.serve("GET", "/orders")
def list_orders(request: Request) -> Reply:
    limit = request.integer("limit", default=DEFAULT_PAGE, low=1, high=MAX_PAGE)
    page = services().payments.ordering.list_orders(
        request.caller.user_id, limit=limit, after=request.text("cursor")
    )
    body = {
        "orders": [order_to_json(order) for order in page.orders],
        "next_cursor": page.next_after,
    }
    return Reply(HTTPStatus.OK, body)


@routes.serve("GET", "/orders/{order_id}")
def get_order(request: Request, order_id: str) -> Reply:
    order = services().payments.ordering.get_order(request.caller.user_id, order_id)
    return Reply(HTTPStatus.OK, order_to_json(order))


@routes.serve("GET", "/me/credits")
def get_credits(request: Request) -> Reply:
    holdings = services().payments.ordering.get_holdings(request.caller.user_id)
    until = holdings.member_until
    body = {
        "available": holdings.credits.available,
        "held": holdings.credits.held,
        "member_until": to_iso(until) if until else None,
    }
    return Reply(HTTPStatus.OK, body)


@routes.serve("POST", "/webhooks/wechatpay", public=True, content_types=ANY_TYPE)
def take_wechatpay_notification(request: Request) -> Reply:
    return WECHATPAY_ANSWERS[_take(Provider.WECHATPAY, request)]


@routes.serve("POST", "/webhooks/alipay", public=True, content_types=ANY_TYPE)
def take_alipay_notification(request: Request) -> Reply:
    return ALIPAY_ANSWERS[_take(Provider.ALIPAY, request)]


def product_to_json(product: "Product") -> dict[str, Any]:
    return {
        "id": product.id,
        "price_minor": product.price.minor,
        "currency": product.price.currency,
        "unit": product.unit,
        "quantity": product.quantity,
    }


def order_to_json(order: "Order") -> dict[str, Any]:
    refunded = order.settling.refunded.minor if order.settling else 0
    return {
        "id": order.no,
        "state": order.state,
        "product": product_to_json(order.product),
        "method": order.method,
        "total_minor": order.total.minor,
        "refunded_minor": refunded,
        "currency": order.total.currency,
        "created_at": to_iso(order.created_at),
        "expires_at": to_iso(order.expires_at),
    }


def _take(provider: Provider, request: Request) -> Verdict:
    return services().payments.notifications.take(
        provider, request.headers, request.raw_body, source_ip=request.source_ip
    )
