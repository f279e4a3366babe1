"""A message that every sender is given."""

from chalicelib.identity.ports import CodeMessage, Language, MessageKind
from chalicelib.phone import Phone

MESSAGE = CodeMessage(
    kind=MessageKind.LOGIN,
    phone=Phone("+8613800138000"),
    code="012345",
    minutes=5,
    language=Language.CHINESE,
    text="【ifotor】验证码012345\n@photos.example #012345",
)
