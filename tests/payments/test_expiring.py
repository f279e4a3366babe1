"""Certificates at the providers: ours and theirs, by name and by end."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from chalicelib.payments.errors import PaymentUnavailable
from chalicelib.payments.expiring import ExpiryWatch
from chalicelib.payments.model import Provider
from local.sandbox.keys import CERTIFIED_AT
from tests.fakes import FakeClock
from tests.memory import MemoryTable
from tests.payments.shop import Shop

WECHATPAY, ALIPAY = Provider.WECHATPAY, Provider.ALIPAY
VECTORS = Path(__file__).parent / "vectors"
OURS_END = CERTIFIED_AT + timedelta(days=5 * 365)


def certificate(name: str) -> str:
    text = (VECTORS / f"{name}.json").read_text(encoding="utf-8")
    return str(json.loads(text)["certificate_pem"])


@pytest.fixture
def shop() -> Shop:
    return Shop(MemoryTable(), FakeClock())


def change(shop: Shop, provider: Provider, **members: object) -> None:
    shop.secrets[provider] = json.dumps(json.loads(shop.secrets[provider]) | members)


def told(shop: Shop) -> list[tuple[object, object]]:
    watch = ExpiryWatch(providers=shop.providers, clock=shop.clock, log=shop.log)
    watch.tell_days_left()
    return [(line["provider"], line["count"]) for line in shop.log.lines]


class TestDaysLeft:
    def test_counts_our_own_certificate_at_wechat_pay(self, shop: Shop) -> None:
        shop.clock.sleep(OURS_END - timedelta(days=30) - shop.clock.now())

        assert told(shop) == [("wechatpay", 30)]

    def test_the_first_of_ours_and_theirs_counts_and_may_be_over(self, shop: Shop) -> None:
        theirs = certificate("wx_java_raw_cert_ok")
        change(shop, WECHATPAY, keys={"F5765756002FDD77": theirs})
        change(
            shop,
            ALIPAY,
            keys=[certificate("ali_cert_sn_alipay_public")],
            app_certificate=certificate("ali_cert_sn_app_public"),
            root_certificates=certificate("ali_cert_sn_root"),
        )
        shop.clock.sleep(datetime(2026, 1, 1, tzinfo=UTC) - shop.clock.now())

        assert told(shop) == [("wechatpay", -237), ("alipay", -1328)]

    def test_bare_keys_never_end(self, shop: Shop) -> None:
        assert ALIPAY not in dict(told(shop))

    def test_is_told_by_one_run_of_an_hour(self, shop: Shop) -> None:
        shop.clock.advance(minutes=5)
        assert told(shop) == []

        shop.clock.advance(minutes=55)
        assert len(told(shop)) == 1

    def test_a_contract_that_cannot_be_read_hides_no_other(self, shop: Shop) -> None:
        shop.secrets[ALIPAY] = '{"app_id": 7}'

        assert dict(told(shop)).keys() == {"wechatpay"}


class TestContracts:
    @pytest.mark.parametrize(
        ("provider", "members"),
        [
            (WECHATPAY, {"certificate": "not one"}),
            (WECHATPAY, {"certificate": certificate("wx_go_raw_cert_ok")}),
            (ALIPAY, {"app_certificate": certificate("ali_cert_sn_app_public")}),
            (ALIPAY, {"root_certificates": certificate("ali_cert_sn_root")}),
        ],
    )
    def test_certificates_that_do_not_fit_make_no_contract(
        self, shop: Shop, provider: Provider, members: dict[str, str]
    ) -> None:
        change(shop, provider, **members)

        with pytest.raises(PaymentUnavailable):
            shop.providers.find(provider)
