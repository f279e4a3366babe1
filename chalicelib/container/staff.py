"""The part of the composition root that staff needs; made when staff calls."""

from chalicelib.aws.clients import client
from chalicelib.aws.dynamodb import DynamoTable
from chalicelib.clock import Clock
from chalicelib.ids import Entropy
from chalicelib.observability import EventLog
from chalicelib.settings import Settings
from chalicelib.staff.register_store import RegisterStore
from chalicelib.staff.registering import StaffRegister


def make_staff_register(
    settings: Settings, *, clock: Clock, entropy: Entropy, log: EventLog
) -> StaffRegister:
    table = DynamoTable(client("dynamodb"), settings.register_table)
    return StaffRegister(store=RegisterStore(table), clock=clock, entropy=entropy, log=log)
