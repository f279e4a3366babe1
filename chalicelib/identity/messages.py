"""What the message of a one-time code says, and how a phone finds the code in it. No I/O.

The last line binds the code to the page's host, so that a browser fills it in there and nowhere
else (origin-bound one-time codes, github.com/WICG/sms-one-time-codes). The line before it names
the Android app that may read the message by itself (SMS Retriever,
developers.google.com/identity/sms-retriever/verify). Both read 2026-11.
"""

from collections.abc import Iterable
from datetime import datetime

from chalicelib.errors import InvalidPhone
from chalicelib.identity.codes import CODE_LIFETIME, draw_code
from chalicelib.identity.ports import CodeMessage, Language, MessageKind, SmsSender
from chalicelib.ids import Entropy
from chalicelib.phone import Phone, ReservedPhone

WORDS = {
    (MessageKind.LOGIN, Language.CHINESE): (
        "【ifotor】验证码{code}，{minutes}分钟内有效，请勿告知他人。"
    ),
    (MessageKind.LOGIN, Language.ENGLISH): (
        "{code} is your ifotor code. It works for {minutes} minutes. Do not share it."
    ),
    (MessageKind.GUARDIAN, Language.CHINESE): (
        "【ifotor】{code}用于监护人同意孩子开立账号，{minutes}分钟内有效。若与您的孩子无关，请勿告知他人。"
    ),
    (MessageKind.GUARDIAN, Language.ENGLISH): (
        "{code} lets a child open an ifotor account with your consent as guardian, within "
        "{minutes} minutes. Not your child? Do not share it."
    ),
    (MessageKind.NUMBER_CHANGE, Language.CHINESE): (
        "【ifotor】{code}用于更换账号的手机号，{minutes}分钟内有效，请勿告知他人。"
    ),
    (MessageKind.NUMBER_CHANGE, Language.ENGLISH): (
        "{code} changes the number of an ifotor account. It works for {minutes} minutes. "
        "Do not share it."
    ),
    (MessageKind.NUMBER_WARNING, Language.CHINESE): (
        "【ifotor】您账号的手机号正在从本号码更换。"
        "若非本人操作，请立即登录 ifotor 取消更换并冻结账号。"
    ),
    (MessageKind.NUMBER_WARNING, Language.ENGLISH): (
        "The number of your ifotor account is being changed from this one. Not you? "
        "Sign in at once, cancel the change and freeze your account."
    ),
}
"""What is said before the lines that programs read."""

RETRIEVER_BYTES = 140
"""The longest message that SMS Retriever reads; also all that one segment carries."""


class CodeMessages:
    """Draws codes and writes the messages that carry them."""

    def __init__(
        self,
        *,
        web_host: str,
        android_app_hash: str,
        reserved: Iterable[ReservedPhone],
        entropy: Entropy,
    ) -> None:
        """
        Args:
            web_host: of the page that asks for the code, without scheme and port.
            android_app_hash: eleven characters that name the app; empty without an app.
        """
        self._web_host = web_host
        self._android_app_hash = android_app_hash
        self._reserved = {one.phone: one for one in reserved}
        self._entropy = entropy

    def draw(
        self, phone: Phone, now: datetime, kind: MessageKind = MessageKind.LOGIN
    ) -> CodeMessage:
        """Draw a code for a number and write its message.

        Raises:
            InvalidPhone: a reserved number whose time is over: it may be a stranger's, so nothing
                is sent to it then either.
        """
        reserved = self._reserved.get(phone)
        if reserved and now >= reserved.until:
            raise InvalidPhone
        code = reserved.code if reserved else draw_code(self._entropy)
        language = language_of(phone)
        minutes = int(CODE_LIFETIME.total_seconds() // 60)
        words = WORDS[kind, language].format(code=code, minutes=minutes)
        # Nobody types a guardian's code where the guardian's phone could fill it in.
        text = words if kind is MessageKind.GUARDIAN else self._bind(words, code)
        return CodeMessage(
            kind=kind, phone=phone, code=code, minutes=minutes, language=language, text=text
        )

    def write_warning(self, phone: Phone) -> CodeMessage:
        """Write what the old number is told when an account is about to get another."""
        kind, language = MessageKind.NUMBER_WARNING, language_of(phone)
        text = WORDS[kind, language]
        return CodeMessage(kind=kind, phone=phone, code="", minutes=0, language=language, text=text)

    def _bind(self, words: str, code: str) -> str:
        bound = f"@{self._web_host} #{code}"
        with_app = f"{words}\n{self._android_app_hash}\n{bound}"
        # A longer message is not read by the app; the line would only cost a second segment.
        if self._android_app_hash and payload_bytes(with_app) <= RETRIEVER_BYTES:
            return with_app
        return f"{words}\n{bound}"


class SparingSmsSender:
    """Another sender, spared what is for reserved numbers: nothing is ever sent to those."""

    def __init__(self, sender: SmsSender, reserved: Iterable[ReservedPhone]) -> None:
        self._sender = sender
        self._reserved = frozenset(one.phone for one in reserved)

    def send(self, message: CodeMessage) -> None:
        if message.phone not in self._reserved:
            self._sender.send(message)


def language_of(phone: Phone) -> Language:
    """Choose the language by the number's country: Chinese in mainland China, else English."""
    return Language.CHINESE if phone.startswith("+86") else Language.ENGLISH


def payload_bytes(text: str) -> int:
    """Return how many bytes a text is on the air (3GPP TS 23.038), for texts made here.

    Seven bits a character where GSM-7 has them all, which it has of ours if they are ASCII; two
    bytes a character otherwise (UCS-2).
    """
    return -(-len(text) * 7 // 8) if text.isascii() else 2 * len(text)
