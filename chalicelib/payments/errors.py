"""What buying, and giving money back, may be refused with.

AppError
├── GuestCannotBuy          403  what is bought must outlive a guest
├── Conflict                409
│   └── RefundRefused            more than is left, or not any more
├── InvalidRequest          422
│   └── MethodNotOffered         no contract with that provider, or not for that way to pay
└── Unavailable             503
    └── PaymentUnavailable       the provider gave no answer that could be verified
"""

from chalicelib.errors import AppError, Conflict, InvalidRequest, Unavailable


class GuestCannotBuy(AppError):
    status, code, title = 403, "guest_cannot_buy", "Register before you buy"


class RefundRefused(Conflict):
    status, code, title = 409, "refund_refused", "That much cannot be given back"


class MethodNotOffered(InvalidRequest):
    status, code, title = 422, "method_not_offered", "That way to pay is not offered"


class PaymentUnavailable(Unavailable):
    status, code, title = 503, "payment_unavailable", "The payment provider does not answer"
