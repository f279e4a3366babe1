"""What other capabilities see of staff: an act, which is in the register before it is done."""

from datetime import datetime

from msgspec import Struct


class Act(Struct, frozen=True, kw_only=True):
    """One thing that a person of the staff asked for."""

    id: str
    """UUIDv7; what the act changes may name it."""
    staff: str
    """ARN of the role's session: which role, and who took it."""
    action: str
    subject: str
    """Ids of ours from the path, such as an order's number; never a name, a number or a payer."""
    reference: str
    """Why: the ticket or letter it is done for."""
    at: datetime
