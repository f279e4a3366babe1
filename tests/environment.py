"""What Lambda is told of a stage: a complete environment, with each sender's own variables."""

from chalicelib.settings import SmsSenderKind

VALUES: dict[SmsSenderKind, dict[str, str]] = {
    SmsSenderKind.SNS: {},
    SmsSenderKind.END_USER_MESSAGING: {
        "SMS_ORIGINATION_IDENTITY_ARN": "arn:identity",
        "SMS_CONFIGURATION_SET_ARN": "arn:set",
        "SMS_PROTECT_CONFIGURATION_ARN": "arn:protect",
        "SMS_MAX_PRICE_USD": "0.10",
    },
    SmsSenderKind.TENCENT: {
        "SMS_TENCENT_APP_ID": "1400006666",
        "SMS_TENCENT_SIGN_NAME": "腾讯云",
        "SMS_TENCENT_TEMPLATE_ID": "1110",
        "SMS_TENCENT_GUARDIAN_TEMPLATE_ID": "1111",
        "SMS_TENCENT_CHANGE_TEMPLATE_ID": "1112",
        "SMS_TENCENT_WARNING_TEMPLATE_ID": "1113",
        "SMS_TENCENT_REGION": "ap-guangzhou",
        "SMS_TENCENT_SECRET_ARN": "arn:key",
    },
    SmsSenderKind.HTTP: {
        "SMS_GATEWAY_URL": "https://sms.example",
        "SMS_GATEWAY_SECRET_ARN": "arn:bearer",
    },
}
"""All that a sender cannot do without."""


def environment(sender: SmsSenderKind = SmsSenderKind.SNS, **changes: str) -> dict[str, str]:
    """A complete environment of a stage with that sender."""
    stores = (
        *("ACCOUNTS_TABLE", "PHOTOS_TABLE", "PAYMENTS_TABLE", "REGISTER_TABLE"),
        *("ORIGINALS_BUCKET", "RENDITIONS_BUCKET"),
        *("PAYMENTS_SECRET_ARN", "WECHATPAY_SECRET_ARN", "ALIPAY_SECRET_ARN"),
    )
    keys = ("ORIGINALS_KEY_ARN", "PHONES_KEY_ARN", "SESSION_SECRET_ARN", "PHONE_INDEX_SECRET_ARN")
    queues = ("UPLOADS_QUEUE_URL", "EDITS_QUEUE_URL", "SHARDS_QUEUE_URL", "STACK_NAME")
    common = dict.fromkeys((*stores, *keys, *queues), "x")
    common |= {"STAGE": "dev", "SMS_SENDER": sender, "WEB_ORIGIN": "https://photos.example"}
    common |= {"AWS_REGION": "us-east-1", "ALLOWED_COUNTRIES": "86,1", "HUMAN_CHECK": "none"}
    common |= {"CODES_PER_ADDRESS_AN_HOUR": "60", "CODES_A_DAY": "20000", "CODE_COOLDOWN_S": "60"}
    return common | VALUES[sender] | changes
