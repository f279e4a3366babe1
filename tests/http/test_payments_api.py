"""Payments as clients and providers meet them: exact answers, whatever comes."""

import json
from urllib.parse import parse_qsl, urlsplit

import pytest

from chalicelib.aws.clients import client
from chalicelib.container import services
from local.sandbox.server import Sandbox
from local.sandbox.wechatpay import Message
from tests.http.conftest import Api
from tests.payments.shop import NOWHERE, secrets_of, shared_keys


@pytest.fixture
def sandbox(api: Api) -> Sandbox:
    """Both providers, with contracts in the secrets of the stage."""
    sandbox = Sandbox(shared_keys(), NOWHERE)
    for name, secret in secrets_of(sandbox).items():
        client("secretsmanager").put_secret_value(SecretId=str(name), SecretString=secret)
    return sandbox


def paid_at_alipay(sandbox: Sandbox, url: str) -> Message:
    trade = sandbox.alipay.open_cashier(dict(parse_qsl(urlsplit(url).query)))
    assert trade
    sandbox.trades.pay(trade)
    return sandbox.alipay.notification(trade)


class TestBuying:
    def test_from_the_catalogue_to_credits(self, api: Api, sandbox: Sandbox) -> None:
        api.log_in()
        offer = api.send("GET", "/products").json
        assert offer["products"][0] == {
            "id": "credits_10",
            "price_minor": 600,
            "currency": "CNY",
            "unit": "credits",
            "quantity": 10,
        }
        placed = api.send(
            "POST",
            "/orders",
            {"product_id": "credits_10", "method": "alipay_page"},
            Idempotency_Key="key-1",
        ).json
        told = paid_at_alipay(sandbox, placed["payment"]["url"])

        answer = api.post_raw("/webhooks/alipay", told.body, told.headers)

        assert (answer.status, answer.text) == (200, "success")
        assert answer.headers["content-type"].startswith("text/plain")
        order = api.send("GET", f"/orders/{placed['order']['id']}").json
        assert order["state"] == "paid"
        assert api.send("GET", "/orders").json["orders"] == [order]
        assert api.send("GET", "/me/credits").json == {
            "available": 10,
            "held": 0,
            "member_until": None,
        }

    def test_a_client_names_no_amount(self, api: Api, sandbox: Sandbox) -> None:
        api.log_in()
        body = {"product_id": "credits_10", "method": "alipay_page", "total_minor": 1}

        answer = api.send("POST", "/orders", body, Idempotency_Key="key-1")

        assert answer.status == 422

    def test_nothing_is_offered_without_a_contract(self, api: Api) -> None:
        api.log_in()

        assert api.send("GET", "/products").json == {"products": [], "methods": []}
        body = {"product_id": "credits_10", "method": "alipay_page"}
        answer = api.send("POST", "/orders", body, Idempotency_Key="key-1")
        assert (answer.status, answer.json["code"]) == (422, "method_not_offered")

    @pytest.mark.parametrize("path", ["/products", "/orders", "/me/credits"])
    def test_needs_a_login(self, api: Api, path: str) -> None:
        assert api.send("GET", path).status == 401


class TestWebhooks:
    def test_what_is_refused_is_told_in_the_providers_words(
        self, api: Api, sandbox: Sandbox
    ) -> None:
        wechat = api.post_raw("/webhooks/wechatpay", b"{}", {"Content-Type": "application/json"})
        alipay = api.post_raw("/webhooks/alipay", b"a=1", {})

        assert (wechat.status, json.loads(wechat.text)) == (
            401,
            {"code": "FAIL", "message": "失败"},
        )
        assert (alipay.status, alipay.text) == (400, "fail")

    @pytest.mark.parametrize("kind", ["application/json", "text/plain", "application/x-evil"])
    def test_any_content_type_gets_that_answer(self, api: Api, sandbox: Sandbox, kind: str) -> None:
        answer = api.post_raw("/webhooks/alipay", b"a=1", {"Content-Type": kind})

        assert (answer.status, answer.text) == (400, "fail")

    def test_a_shortage_of_ours_asks_for_a_repeat(self, api: Api, sandbox: Sandbox) -> None:
        for name in ("wechatpay", "alipay"):
            client("secretsmanager").put_secret_value(SecretId=name, SecretString="nonsense")
        services.cache_clear()

        assert api.post_raw("/webhooks/alipay", b"a=1", {}).status == 503
        assert api.post_raw("/webhooks/wechatpay", b"{}", {}).status == 503


DENOISED = {"version": 1, "detail": {"denoise": 30}}


class TestEditsThatCost:
    def test_dry_run_names_the_price_where_something_is_sold(
        self, api: Api, sandbox: Sandbox
    ) -> None:
        api.log_in()
        check = api.send("POST", "/recipes/checks", {"recipe": DENOISED})
        assert check.json["credits"] == 1

    def test_and_none_where_nothing_is(self, api: Api) -> None:
        api.log_in()
        check = api.send("POST", "/recipes/checks", {"recipe": DENOISED})
        assert check.json["credits"] == 0

    def test_guest_is_told_to_register(self, api: Api, sandbox: Sandbox) -> None:
        api.open_guest()
        path = "/photos/01a2068f-8a00-76d2-896e-760e819b24c3/edits"
        refusal = api.send("POST", path, {"recipe": DENOISED}, Idempotency_Key="e")

        assert (refusal.status, refusal.json["code"]) == (403, "guest_has_no_credits")
        assert refusal.json["needed"] == 1
