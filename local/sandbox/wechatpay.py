"""WeChat Pay as a merchant sees it: API v3 (pay.weixin.qq.com/doc/v3/merchant, read 2026-11)."""

import base64
import json
import re
import secrets
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any
from urllib.parse import parse_qs, urlsplit

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from local.sandbox.bills import WechatpayBills
from local.sandbox.keys import MERCHANT, MERCHANT_SERIAL, WECHAT_SERIAL, Keys, check, sign
from local.sandbox.trades import Trade, Trades, TradeState

NAME = "wechatpay"
BEIJING = timezone(timedelta(hours=8))
TRADE_STATES = {TradeState.OPEN: "NOTPAY", TradeState.PAID: "SUCCESS", TradeState.CLOSED: "CLOSED"}


@dataclass(frozen=True, slots=True)
class Message:
    """An answer, or with status 0 a notification."""

    status: int
    headers: dict[str, str]
    body: bytes


class Refusal(Exception):
    def __init__(self, status: int, code: str) -> None:
        super().__init__(code)
        self.status = status
        self.code = code


class WechatpaySandbox:
    def __init__(self, keys: Keys, trades: Trades, now: Callable[[], float], url: str) -> None:
        self._keys = keys
        self._trades = trades
        self._now = now
        self._url = url
        self.bills = WechatpayBills(trades)
        self.refunds_are = "SUCCESS"
        """Or PROCESSING, for as long as a bank takes, or ABNORMAL, where a person is needed."""

    def answer(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> Message:
        """Answer one call; headers by their names in lower case."""
        try:
            self._check_caller(method, target, headers.get("authorization", ""), body)
            if target.startswith("/v3/billdownload/file?token="):
                # A file is not signed: its checksum was, in the answer that named it.
                return Message(200, {}, self.bills.file(target.partition("=")[2]))
            status, content = self._route(method, target, json.loads(body) if body else {})
        except Refusal as refusal:
            status, content = refusal.status, {"code": refusal.code, "message": refusal.code}
        raw = json.dumps(content, ensure_ascii=False).encode() if content is not None else b""
        return Message(status, self._signature(raw), raw)

    def payment_notification(self, trade: Trade) -> Message:
        return self.notification("TRANSACTION.SUCCESS", "transaction", self._transaction(trade))

    def refund_notification(self, trade: Trade, number: str, outcome: str = "SUCCESS") -> Message:
        content = {
            "mchid": MERCHANT,
            "out_trade_no": trade.order_no,
            "transaction_id": trade.transaction_id,
            "out_refund_no": number,
            "refund_id": f"50{number}",
            "refund_status": outcome,
            **({"success_time": self._time()} if outcome == "SUCCESS" else {}),
            "user_received_account": "招商银行信用卡0403",
            "amount": {
                "total": trade.total,
                "refund": trade.refunds[number],
                "payer_total": trade.total,
                "payer_refund": trade.refunds[number],
            },
        }
        return self.notification(f"REFUND.{outcome}", "refund", content)

    def _check_caller(self, method: str, target: str, authorization: str, body: bytes) -> None:
        scheme, _, rest = authorization.partition(" ")
        parts = dict(re.findall(r'(\w+)="([^"]*)"', rest))
        if scheme != "WECHATPAY2-SHA256-RSA2048" or parts.get("mchid") != MERCHANT:
            raise Refusal(401, "SIGN_ERROR")
        if parts.get("serial_no") != MERCHANT_SERIAL:
            raise Refusal(401, "SIGN_ERROR")
        if abs(self._now() - int(parts["timestamp"])) > 300:
            raise Refusal(401, "SIGN_ERROR")
        signed = f"{method}\n{target}\n{parts['timestamp']}\n{parts['nonce_str']}\n"
        try:
            check(self._keys.merchant, f"{signed}{body.decode()}\n", parts["signature"])
        except (InvalidSignature, ValueError):
            raise Refusal(401, "SIGN_ERROR") from None

    def _route(self, method: str, target: str, content: Any) -> tuple[int, Any]:
        path = urlsplit(target).path.removeprefix("/v3/")
        match method, path.split("/"):
            case "POST", ["pay", "transactions", "app" | "jsapi" | "native" | "h5" as kind]:
                return 200, self._prepay(kind, content)
            case "GET", ["pay", "transactions", "out-trade-no", number]:
                if parse_qs(urlsplit(target).query).get("mchid") != [MERCHANT]:
                    raise Refusal(400, "PARAM_ERROR")
                return 200, self._transaction(self._trade(number))
            case "POST", ["pay", "transactions", "out-trade-no", number, "close"]:
                self._close(number)
                return 204, None
            case "GET", ["bill", "tradebill"]:
                return 200, self._bill(parse_qs(urlsplit(target).query)["bill_date"][0])
            case "POST", ["refund", "domestic", "refunds"]:
                return 200, self._refund(content)
        raise Refusal(404, "RESOURCE_NOT_EXISTS")

    def _prepay(self, kind: str, content: Any) -> dict[str, str]:
        if content["mchid"] != MERCHANT or content["amount"]["currency"] != "CNY":
            raise Refusal(400, "PARAM_ERROR")
        if not re.fullmatch(r"[0-9A-Za-z_\-|*]{6,32}", content["out_trade_no"]):
            raise Refusal(400, "PARAM_ERROR")
        if kind == "h5" and not content["scene_info"]["payer_client_ip"]:
            raise Refusal(400, "PARAM_ERROR")
        datetime.fromisoformat(content["time_expire"])
        trade = self._trades.put(
            Trade(
                provider=NAME,
                order_no=content["out_trade_no"],
                kind=kind,
                title=content["description"],
                total=content["amount"]["total"],
                app_id=content["appid"],
                tag=content.get("attach", ""),
                notify_url=content["notify_url"],
                expires_at=content["time_expire"],
                payer=content["payer"]["openid"] if kind == "jsapi" else "",
            )
        )
        if trade.state is not TradeState.OPEN:
            raise Refusal(400, "ORDERPAID" if trade.state is TradeState.PAID else "ORDER_CLOSED")
        page = f"{self._url}/pay?provider={NAME}&order={trade.order_no}"
        match kind:
            case "native":
                return {"code_url": page}
            case "h5":
                return {"h5_url": page}
        return {"prepay_id": f"wx{secrets.token_hex(17)}"}

    def _bill(self, day: str) -> dict[str, str]:
        if not self.bills.text(day):
            raise Refusal(400, "NO_STATEMENT_EXIST")
        return {
            "hash_type": "SHA1",
            "hash_value": self.bills.checksum(day),
            "download_url": f"{self._url}/v3/billdownload/file?token={day}",
        }

    def _close(self, number: str) -> None:
        trade = self._trade(number)
        if trade.state is TradeState.PAID:
            raise Refusal(400, "ORDERPAID")
        trade.state = TradeState.CLOSED

    def _refund(self, content: Any) -> dict[str, Any]:
        trade = self._trades.find_transaction(NAME, content["transaction_id"])
        number, amount = content["out_refund_no"], content["amount"]
        if trade is None or amount["total"] != trade.total:
            raise Refusal(404, "RESOURCE_NOT_EXISTS")
        if not trade.refund(number, amount["refund"]):
            raise Refusal(403, "NOT_ENOUGH")
        return {"out_refund_no": number, "status": self.refunds_are, "amount": amount}

    def _trade(self, number: str) -> Trade:
        trade = self._trades.find(NAME, number)
        if trade is None:
            raise Refusal(404, "ORDER_NOT_EXIST")
        return trade

    def _transaction(self, trade: Trade) -> dict[str, Any]:
        state = "REFUND" if trade.refunds else TRADE_STATES[trade.state]
        transaction: dict[str, Any] = {
            "appid": trade.app_id,
            "mchid": MERCHANT,
            "out_trade_no": trade.order_no,
            "trade_state": state,
            "trade_state_desc": state,
            "attach": trade.tag,
            "amount": {"total": trade.total, "currency": "CNY", "payer_total": trade.total},
        }
        if trade.transaction_id:
            transaction |= {
                "transaction_id": trade.transaction_id,
                "trade_type": trade.kind.upper(),
                "bank_type": "OTHERS",
                "success_time": self._time(),
                "payer": {"openid": trade.payer},
            }
        return transaction

    def notification(self, event: str, kind: str, content: Mapping[str, Any]) -> Message:
        nonce = secrets.token_hex(6)
        plain = json.dumps(content, ensure_ascii=False).encode()
        sealed = AESGCM(self._keys.api_key.encode()).encrypt(nonce.encode(), plain, kind.encode())
        envelope = {
            "id": str(uuid.uuid4()),
            "create_time": self._time(),
            "resource_type": "encrypt-resource",
            "event_type": event,
            "summary": "支付成功" if kind == "transaction" else "退款成功",
            "resource": {
                "original_type": kind,
                "algorithm": "AEAD_AES_256_GCM",
                "ciphertext": base64.b64encode(sealed).decode(),
                "associated_data": kind,
                "nonce": nonce,
            },
        }
        raw = json.dumps(envelope, ensure_ascii=False).encode()
        return Message(0, self._signature(raw) | {"Content-Type": "application/json"}, raw)

    def _signature(self, body: bytes) -> dict[str, str]:
        stamp, nonce = str(int(self._now())), secrets.token_hex(16)
        return {
            "Wechatpay-Timestamp": stamp,
            "Wechatpay-Nonce": nonce,
            "Wechatpay-Serial": WECHAT_SERIAL,
            "Wechatpay-Signature-Type": "WECHATPAY2-SHA256-RSA2048",
            "Wechatpay-Signature": sign(self._keys.wechat, f"{stamp}\n{nonce}\n{body.decode()}\n"),
        }

    def _time(self) -> str:
        return datetime.fromtimestamp(self._now(), BEIJING).isoformat(timespec="seconds")
