"""Alipay as an app sees it: gateway 1.0 with RSA2 (opendocs.alipay.com, read 2026-11)."""

import json
import secrets
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta, timezone
from typing import Any
from urllib.parse import urlencode

from cryptography.exceptions import InvalidSignature

from local.sandbox.bills import AlipayBills
from local.sandbox.keys import APP_ID, SELLER, Keys, check, sign
from local.sandbox.trades import Trade, Trades, TradeState
from local.sandbox.wechatpay import Message

NAME = "alipay"
BEIJING = timezone(timedelta(hours=8))
KINDS = {
    "alipay.trade.app.pay": "app",
    "alipay.trade.page.pay": "page",
    "alipay.trade.wap.pay": "wap",
}
FORM = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}


class AlipaySandbox:
    def __init__(self, keys: Keys, trades: Trades, now: Callable[[], float], url: str) -> None:
        self._keys = keys
        self._trades = trades
        self._now = now
        self._url = url
        self.bills = AlipayBills(trades, now)

    def open_cashier(self, parameters: Mapping[str, str]) -> Trade | None:
        """Open the trade that a signed order describes, as when its payer enters the cashier."""
        if not self._is_from_app(parameters) or parameters["method"] not in KINDS:
            return None
        order = json.loads(parameters["biz_content"])
        yuan, _, fen = order["total_amount"].partition(".")
        return self._trades.put(
            Trade(
                provider=NAME,
                order_no=order["out_trade_no"],
                kind=KINDS[parameters["method"]],
                title=order["subject"],
                total=int(yuan) * 100 + int(fen),
                app_id=parameters["app_id"],
                tag=order.get("passback_params", ""),
                notify_url=parameters["notify_url"],
                expires_at=order["time_expire"],
            )
        )

    def answer(self, parameters: Mapping[str, str]) -> bytes:
        """Answer one call of the gateway."""
        name = parameters.get("method", "")
        if self._is_from_app(parameters):
            content = self._route(name, json.loads(parameters["biz_content"]))
        else:
            content = {
                "code": "40002",
                "msg": "Invalid Arguments",
                "sub_code": "isv.invalid-signature",
            }
        raw = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
        signature = sign(self._keys.alipay, raw)
        key = name.replace(".", "_") + "_response"
        return f'{{"{key}":{raw},"sign":"{signature}"}}'.encode()

    def notification(self, trade: Trade, *, status: str = "TRADE_SUCCESS") -> Message:
        """Write the notification of a trade as it stands."""
        form = {
            "notify_time": self._time(),
            "notify_type": "trade_status_sync",
            "notify_id": secrets.token_hex(17),
            "app_id": APP_ID,
            "auth_app_id": APP_ID,
            "charset": "utf-8",
            "version": "1.0",
            "trade_no": trade.transaction_id,
            "out_trade_no": trade.order_no,
            "buyer_id": trade.payer,
            "buyer_logon_id": "ifo***@sandbox.example",
            "seller_id": SELLER,
            "trade_status": status,
            "total_amount": _yuan(trade.total),
            "receipt_amount": _yuan(trade.total),
            "subject": trade.title,
            "gmt_create": self._time(),
            "gmt_payment": self._time(),
            "passback_params": trade.tag,
            "refund_fee": _yuan(trade.refunded),
            "fund_bill_list": '[{"amount":"' + _yuan(trade.total) + '","fundChannel":"ALIPAY"}]',
            "body": "",
        }
        message = "&".join(f"{name}={form[name]}" for name in sorted(form))
        form |= {"sign_type": "RSA2", "sign": sign(self._keys.alipay, message)}
        return Message(0, dict(FORM), urlencode(form).encode())

    def _is_from_app(self, parameters: Mapping[str, str]) -> bool:
        message = "&".join(
            f"{name}={parameters[name]}" for name in sorted(parameters) if name != "sign"
        )
        try:
            check(self._keys.app, message, parameters.get("sign", ""))
        except (InvalidSignature, ValueError):
            return False
        return parameters.get("app_id") == APP_ID and parameters.get("sign_type") == "RSA2"

    def _bill(self, day: str) -> dict[str, Any]:
        if not self.bills.exists(day):
            return _refused("isp.bill_not_exist")
        return _taken({"bill_download_url": f"{self._url}/alipay-bill?date={day}"})

    def _route(self, name: str, content: Any) -> dict[str, Any]:
        if name == "alipay.data.dataservice.bill.downloadurl.query":
            return self._bill(content["bill_date"])
        trade = (
            self._trades.find(NAME, content["out_trade_no"])
            if "out_trade_no" in content
            else self._trades.find_transaction(NAME, content["trade_no"])
        )
        if trade is None:
            return _refused("ACQ.TRADE_NOT_EXIST")
        match name:
            case "alipay.trade.query":
                return self._state(trade)
            case "alipay.trade.close":
                if trade.state is TradeState.PAID:
                    return _refused("ACQ.TRADE_STATUS_ERROR")
                trade.state = TradeState.CLOSED
                return _taken({"out_trade_no": trade.order_no})
            case "alipay.trade.refund":
                return self._refund(trade, content)
            case "alipay.trade.fastpay.refund.query":
                done = content["out_request_no"] in trade.refunds
                return _taken({"refund_status": "REFUND_SUCCESS"} if done else {})
        return _refused("isv.invalid-method")

    def _refund(self, trade: Trade, content: Any) -> dict[str, Any]:
        number = content["out_request_no"]
        yuan, _, fen = content["refund_amount"].partition(".")
        is_new = number not in trade.refunds
        if not trade.refund(number, int(yuan) * 100 + int(fen)):
            return _refused("ACQ.REFUND_AMT_NOT_EQUAL_TOTAL")
        fee = {"refund_fee": _yuan(trade.refunded)}
        return _taken({"fund_change": "Y" if is_new else "N", **fee})

    def _state(self, trade: Trade) -> dict[str, Any]:
        states = {
            TradeState.OPEN: "WAIT_BUYER_PAY",
            TradeState.PAID: "TRADE_SUCCESS" if trade.refunded < trade.total else "TRADE_CLOSED",
            TradeState.CLOSED: "TRADE_CLOSED",
        }
        paid = {"send_pay_date": self._time()} if trade.state is TradeState.PAID else {}
        return _taken(
            {
                **paid,
                "out_trade_no": trade.order_no,
                "trade_no": trade.transaction_id or "none-yet",
                "trade_status": states[trade.state],
                "total_amount": _yuan(trade.total),
                "buyer_user_id": trade.payer,
            }
        )

    def _time(self) -> str:
        return datetime.fromtimestamp(self._now(), BEIJING).strftime("%Y-%m-%d %H:%M:%S")


def _yuan(fen: int) -> str:
    return f"{fen // 100}.{fen % 100:02}"


def _taken(content: dict[str, Any]) -> dict[str, Any]:
    return {"code": "10000", "msg": "Success", **content}


def _refused(why: str) -> dict[str, Any]:
    return {"code": "40004", "msg": "Business Failed", "sub_code": why, "sub_msg": why}
