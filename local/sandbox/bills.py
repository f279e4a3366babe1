"""Daily bills of both providers, as their documents describe them: gzip with a SHA-1 from WeChat
Pay ("申请交易账单"), a zip of CSV in GBK from Alipay ("查询对账单下载地址"); read 2026-11.
"""

import gzip
import hashlib
import io
import zipfile
from collections.abc import Callable

from local.sandbox.keys import MERCHANT, SELLER
from local.sandbox.trades import Movement, Trades, beijing_time

WECHAT_COLUMNS = (
    "交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,"
    "付款银行,货币种类,应结订单金额,代金券金额,微信退款单号,商户退款单号,退款金额,充值券退款金额,"
    "退款类型,退款状态,商品名称,商户数据包,手续费,费率,订单金额,申请退款金额,费率备注"
)
WECHAT_SUMS = (
    "总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额"
)
ALIPAY_COLUMNS = (
    "支付宝交易号,商户订单号,业务类型,商品名称,创建时间,完成时间,门店编号,门店名称,操作员,终端号,"
    "对方账户,订单金额（元）,商家实收（元）,支付宝红包（元）,集分宝（元）,支付宝优惠（元）,"
    "商家优惠（元）,券核销金额（元）,券名称,商家红包消费金额（元）,卡消费金额（元）,"
    "退款批次号/请求号,服务费（元）,分润（元）,备注"
)
DASHES = "-" * 41


class WechatpayBills:
    def __init__(self, trades: Trades) -> None:
        self._trades = trades

    def text(self, day: str) -> str:
        """Write the bill of a day; empty where nothing happened."""
        found = self._trades.movements_on("wechatpay", day)
        if not found:
            return ""
        lines = [",".join(f"`{cell}" for cell in self._cells(one)) for one in found]
        sums = ",".join(f"`{cell}" for cell in (str(len(found)), *["0.00"] * 6))
        return "\ufeff" + "\r\n".join([WECHAT_COLUMNS, *lines, WECHAT_SUMS, sums, ""])

    def file(self, day: str) -> bytes:
        return gzip.compress(self.text(day).encode())

    def checksum(self, day: str) -> str:
        """SHA-1 of the content, not of the archive."""
        return hashlib.sha1(self.text(day).encode(), usedforsecurity=False).hexdigest()

    def _cells(self, one: Movement) -> list[str]:
        trade, yuan = one.trade, _yuan(one.trade.total)
        back = _yuan(trade.refunds[one.refund_no]) if one.refund_no else "0.00"
        is_refund = bool(one.refund_no)
        return [
            *(beijing_time(one.at), trade.app_id, MERCHANT, "0", "", trade.transaction_id),
            *(trade.order_no, trade.payer, trade.kind.upper()),
            *("REFUND" if is_refund else "SUCCESS", "OTHERS", "CNY"),
            *("0.00" if is_refund else yuan, "0.00"),
            *(f"50{one.refund_no}" if is_refund else "0", one.refund_no or "0", back, "0.00"),
            *("ORIGINAL" if is_refund else "", "SUCCESS" if is_refund else ""),
            *(trade.title, trade.tag, "0.00000", "0.60%"),
            *("0.00" if is_refund else yuan, back, ""),
        ]


class AlipayBills:
    def __init__(self, trades: Trades, now: Callable[[], float]) -> None:
        self._trades = trades
        self._now = now

    def exists(self, day: str) -> bool:
        return bool(self._trades.movements_on("alipay", day))

    def file(self, day: str) -> bytes:
        """Make a zip of two files whose names and content are in GBK."""
        archive, stem = io.BytesIO(), f"{SELLER}0156_{day.replace('-', '')}_业务明细"
        texts = {
            f"{stem}.csv": self._text(day),
            f"{stem}(汇总).csv": "#支付宝业务汇总查询\r\n",
        }
        with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as made:
            for name, text in texts.items():
                made.writestr(GbkName(name), text.encode("gbk"))
        return archive.getvalue()

    def _text(self, day: str) -> str:
        found = self._trades.movements_on("alipay", day)
        paid = sum(not one.refund_no for one in found)
        return "\r\n".join(
            [
                "#支付宝业务明细查询",
                f"#账号：[{SELLER}0156]",
                f"#起始日期：[{day}]   终止日期：[{day}]",
                f"#{DASHES}业务明细列表{DASHES}",
                ALIPAY_COLUMNS,
                *(",".join(f"{cell}\t" for cell in self._cells(one)) for one in found),
                f"#{DASHES}业务明细列表结束{DASHES}",
                f"#交易合计：{paid}笔，商家实收共0.00元，商家优惠共0.00元",
                f"#退款合计：{len(found) - paid}笔，商家实收退款共0.00元，商家优惠退款共0.00元",
                f"#导出时间：[{beijing_time(self._now())}]",
                "",
            ]
        )

    def _cells(self, one: Movement) -> list[str]:
        trade, at = one.trade, beijing_time(one.at)
        amount = f"-{_yuan(trade.refunds[one.refund_no])}" if one.refund_no else _yuan(trade.total)
        return [
            *(trade.transaction_id, trade.order_no, "退款" if one.refund_no else "交易"),
            *(trade.title, at, at, "", "", "", "", "ifo***@sandbox.example", amount, amount),
            *["0.00"] * 5,
            *("", "0.00", "0.00", one.refund_no, "0.00", "0.00", ""),
        ]


class GbkName(zipfile.ZipInfo):
    """An entry whose name is in GBK without a word that it is, as Alipay writes it."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.compress_type = zipfile.ZIP_DEFLATED

    def _encodeFilenameFlags(self) -> tuple[bytes, int]:
        return self.filename.encode("gbk"), self.flag_bits


def _yuan(fen: int) -> str:
    return f"{fen // 100}.{fen % 100:02}"
