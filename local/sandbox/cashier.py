"""The page where somebody pays, or makes trouble: twice, late, never, in the wrong order.

Plain HTML with one form; every button says what it does to the notification.
"""

import html
import threading
from collections.abc import Callable, Mapping
from http import HTTPStatus

from local.sandbox.alipay import NAME as ALIPAY
from local.sandbox.alipay import AlipaySandbox
from local.sandbox.trades import Trade, Trades, TradeState
from local.sandbox.wechatpay import Message, WechatpaySandbox

DELAY_S = 20.0
Send = Callable[[str, Message], str]

ACTIONS = {
    "pay": "Pay",
    "pay_silently": "Pay, lose the notification",
    "pay_twice": "Pay, notify three times",
    "pay_later": f"Pay, notify in {DELAY_S:.0f} s",
    "close": "Close the order",
    "refund_half": "Refund half",
    "refund": "Refund all that is left",
    "refund_first": "Pay and refund, the refund's notification first",
    "forge": "Send a forged notification",
    "decline": "Walk away",
}
STYLE = """
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { max-width: 34rem; margin: 2rem auto; padding: 0 1rem; }
main { border: 1px solid #8886; border-radius: 12px; padding: 1.25rem; }
h1 { font-size: 1.25rem; margin: 0 0 .5rem; }
.total { font-size: 2rem; margin: .25rem 0; }
form { display: grid; gap: .5rem; margin-top: 1rem; }
button { font: inherit; padding: .6rem; border-radius: 8px; border: 1px solid #8888; }
button[value=pay] { background: #0a7d3c; color: #fff; border-color: #0a7d3c; }
dl { display: grid; grid-template-columns: auto 1fr; gap: .25rem 1rem; word-break: break-all; }
dd { margin: 0; } .note { background: #8882; padding: .5rem .75rem; border-radius: 8px; }
"""


class Cashier:
    def __init__(
        self, trades: Trades, wechatpay: WechatpaySandbox, alipay: AlipaySandbox, *, send: Send
    ) -> None:
        self._trades = trades
        self._wechatpay = wechatpay
        self._alipay = alipay
        self._send = send

    def open_alipay(self, parameters: Mapping[str, str]) -> Message:
        trade = self._alipay.open_cashier(parameters)
        if trade is None:
            return _page(HTTPStatus.BAD_REQUEST, "<h1>The order's signature is wrong</h1>")
        return _page(HTTPStatus.OK, _card(trade, "", parameters.get("return_url", "")))

    def show(self, query: Mapping[str, str]) -> Message:
        trade = self._trades.find(query.get("provider", ""), query.get("order", ""))
        if trade is None:
            return _page(HTTPStatus.NOT_FOUND, "<h1>There is no such order</h1>")
        return _page(HTTPStatus.OK, _card(trade, "", ""))

    def list_trades(self) -> Message:
        rows = "".join(
            f'<li><a href="/pay?provider={trade.provider}&amp;order={trade.order_no}">'
            f"{html.escape(trade.title)}</a>, {_yuan(trade.total)}, {trade.state}</li>"
            for trade in self._trades.newest_first()
        )
        return _page(HTTPStatus.OK, f"<h1>Orders</h1><ul>{rows or '<li>none yet</li>'}</ul>")

    def act(self, form: Mapping[str, str]) -> Message:
        trade = self._trades.find(form.get("provider", ""), form.get("order", ""))
        if trade is None or form.get("action") not in ACTIONS:
            return _page(HTTPStatus.NOT_FOUND, "<h1>There is no such order</h1>")
        told = self.do(trade, form["action"])
        return _page(HTTPStatus.OK, _card(trade, told, form.get("back", "")))

    def do(self, trade: Trade, action: str) -> str:
        """Do what a button says; return what the service answered."""
        match action:
            case "pay" | "pay_twice" | "pay_silently" | "pay_later":
                return self._pay(trade, action)
            case "close":
                return self._close(trade)
            case "refund" | "refund_half":
                half = trade.total // 2 if action == "refund_half" else trade.total
                return self._refund(trade, min(half, trade.total - trade.refunded))
            case "refund_first":
                self._trades.pay(trade)
                paid = self._paid(trade)
                told = self._refund(trade, trade.total - trade.refunded)
                return f"refund: {told}; payment: {self._send(trade.notify_url, paid)}"
            case "forge":
                return self._forge(trade)
        return "nothing was sent"

    def _pay(self, trade: Trade, action: str) -> str:
        self._trades.pay(trade)
        message = self._paid(trade)
        match action:
            case "pay_silently":
                return "paid; nothing was sent"
            case "pay_later":
                timer = threading.Timer(DELAY_S, self._send, (trade.notify_url, message))
                timer.daemon = True
                timer.start()
                return f"paid; the notification leaves in {DELAY_S:.0f} s"
        times = 3 if action == "pay_twice" else 1
        return ", ".join(self._send(trade.notify_url, message) for _ in range(times))

    def _close(self, trade: Trade) -> str:
        if trade.state is TradeState.PAID:
            return "it is paid"
        trade.state = TradeState.CLOSED
        if trade.provider == ALIPAY:
            closed = self._alipay.notification(trade, status="TRADE_CLOSED")
            return self._send(trade.notify_url, closed)
        return "closed; WeChat Pay does not tell"

    def _refund(self, trade: Trade, amount: int) -> str:
        number = f"sandbox{len(trade.refunds) + 1}"
        if amount <= 0 or not trade.refund(number, amount):
            return "there is nothing to refund"
        if trade.provider == ALIPAY:
            is_whole = trade.refunded == trade.total
            status = "TRADE_CLOSED" if is_whole else "TRADE_SUCCESS"
            return self._send(trade.notify_url, self._alipay.notification(trade, status=status))
        return self._send(trade.notify_url, self._wechatpay.refund_notification(trade, number))

    def _forge(self, trade: Trade) -> str:
        self_made = self._paid(trade)
        changed = self_made.body.replace(b"0", b"1", 1)
        return self._send(trade.notify_url, Message(0, self_made.headers, changed))

    def _paid(self, trade: Trade) -> Message:
        if trade.provider == ALIPAY:
            return self._alipay.notification(trade)
        return self._wechatpay.payment_notification(trade)


def _card(trade: Trade, told: str, back: str) -> str:
    buttons = "".join(
        f'<button name="action" value="{name}">{html.escape(words)}</button>'
        for name, words in ACTIONS.items()
    )
    note = f'<p class="note" role="status">Answer: {html.escape(told)}</p>' if told else ""
    link = f'<p><a href="{html.escape(back)}">Back to the shop</a></p>' if back else ""
    return f"""<h1>{html.escape(trade.title)}</h1>
<p class="total">{_yuan(trade.total)}</p>
<dl><dt>Provider</dt><dd>{trade.provider}, {trade.kind}</dd><dt>Order</dt><dd>{trade.order_no}</dd>
<dt>State</dt><dd>{trade.state}, {_yuan(trade.refunded)} refunded</dd></dl>
{note}<form method="post" action="/pay"><input type="hidden" name="provider"
value="{trade.provider}"><input type="hidden" name="order" value="{trade.order_no}"><input
type="hidden" name="back" value="{html.escape(back)}">{buttons}</form>{link}"""


def _page(status: int, content: str) -> Message:
    text = f"""<!doctype html><html lang="en"><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><title>Payment sandbox</title>
<style>{STYLE}</style><body><main>{content}</main></body></html>"""
    return Message(status, {"Content-Type": "text/html; charset=utf-8"}, text.encode())


def _yuan(fen: int) -> str:
    return f"¥{fen // 100}.{fen % 100:02}"
