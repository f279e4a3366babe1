"""Codes by the thousand: what gets through equals the limits, whoever asks and from wherever."""

from collections import Counter as Tally
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from msgspec.structs import replace

from chalicelib.aws.dynamodb import DynamoTable
from chalicelib.errors import TooManyRequests
from chalicelib.identity.challenge_store import ChallengeStore
from chalicelib.identity.challenges import ChallengeService
from chalicelib.identity.code_limits import CodeLimits
from chalicelib.identity.dormant_store import DormantStore
from chalicelib.identity.errors import SmsUnavailable
from chalicelib.identity.login import LoginService
from chalicelib.identity.login_store import LoginStore
from chalicelib.identity.messages import CodeMessages
from chalicelib.identity.recovering import RecoveryService
from chalicelib.identity.registering import RegistrationService
from chalicelib.identity.subjects import Asker
from chalicelib.phone import Phone
from chalicelib.storage import Table
from tests.fakes import FakeClock, FakeEntropy, FakeLog, FakeRing, FakeSms, FakeVault
from tests.limits import COUNTRIES, GENEROUS
from tests.memory import MemoryTable
from tests.registering import AS_ADULT
from tests.world import ALICE_PHONE, World

ADDRESS = "203.0.113.7"
REQUESTS = 1_000
TIGHT = CodeLimits(
    per_phone_an_hour=2,
    per_phone_a_day=3,
    per_address_an_hour=4,
    per_country_a_day=20,
    unverified_per_country_an_hour=6,
    shards=2,
)


class Flood:
    """Asks for codes through the real service and store, and says what became of each."""

    def __init__(self, table: Table | None = None, limits: CodeLimits | None = None) -> None:
        limits = limits or CodeLimits()
        self.clock = FakeClock()
        self.sms = FakeSms()
        entropy, log, ring = FakeEntropy(), FakeLog(), FakeRing(b"session key")
        accounts = table or MemoryTable()
        store = ChallengeStore(accounts, limits)
        self.challenges = ChallengeService(
            store=store,
            code_ring=ring,
            phone_ring=FakeRing(b"phone key"),
            messages=CodeMessages(
                web_host="photos.example", android_app_hash="", reserved=(), entropy=entropy
            ),
            sms=self.sms,
            human_check=None,
            limits=limits,
            countries=COUNTRIES,
            clock=self.clock,
            entropy=entropy,
            log=log,
        )
        self.login = LoginService(
            challenges=self.challenges,
            registering=RegistrationService(challenges=self.challenges, clock=self.clock),
            recovery=RecoveryService(
                store=DormantStore(accounts), ring=ring, clock=self.clock, entropy=entropy, log=log
            ),
            store=LoginStore(accounts, store),
            session_ring=ring,
            vault=FakeVault(),
            clock=self.clock,
            entropy=entropy,
            log=log,
        )

    def ask(self, phone: Phone, address: str = ADDRESS, *, then_log_in: bool = False) -> str:
        try:
            challenge = self.challenges.send_code(phone, Asker(source_ip=address))
        except TooManyRequests as refusal:
            return str(refusal.facts["limit"])
        except SmsUnavailable:
            return "not sent"
        if then_log_in:
            self.login.verify_code(challenge.id, phone, self.sms.last_code(), registration=AS_ADULT)
        return "sent"


def phone_of(number: int) -> Phone:
    """Make numbers that lie in as many blocks as there are numbers."""
    return Phone(f"+86138{number:04}0000")


def address_of(number: int) -> str:
    return f"10.0.{number // 250}.{number % 250}"


class TestThousandRequests:
    def test_for_one_number_get_five_an_hour_and_ten_a_day(self) -> None:
        flood, times = Flood(), list[datetime]()
        for number in range(REQUESTS):
            if flood.ask(ALICE_PHONE, address_of(number)) == "sent":
                times.append(flood.clock.now())
            flood.clock.advance(seconds=20)

        assert list(Tally(f"{one:%H}" for one in times).values()) == [5, 5]
        gaps = [later - earlier for earlier, later in pairwise(times)]
        assert min(gaps) == timedelta(minutes=1)

    def test_from_one_address_get_sixty_an_hour(self) -> None:
        flood = Flood()
        answers = Tally(flood.ask(phone_of(number)) for number in range(REQUESTS))

        assert answers == {"sent": 60, "codes_per_address_per_hour": 940}
        assert len(flood.sms.sent) == 60

    @pytest.mark.parametrize(
        ("limits", "name"),
        [
            (replace(GENEROUS, per_day=160), "codes_per_day"),
            (replace(GENEROUS, per_country_a_day=100), "codes_per_country_per_day"),
            (replace(GENEROUS, unverified_per_country_an_hour=77), "unverified_codes_per_country"),
        ],
    )
    def test_for_many_numbers_from_everywhere_get_exactly_the_budget(
        self, limits: CodeLimits, name: str
    ) -> None:
        most = {limits.per_day, limits.per_country_a_day, limits.unverified_per_country_an_hour}
        flood = Flood(limits=limits)
        answers = Tally(flood.ask(phone_of(n), address_of(n)) for n in range(REQUESTS))

        assert len(flood.sms.sent) == min(most)
        assert answers == {"sent": min(most), name: REQUESTS - min(most)}

    def test_for_one_block_get_twenty_an_hour(self) -> None:
        neighbours = [Phone(f"+8613800{number:06}") for number in range(100)]
        flood = Flood()
        answers = Tally(flood.ask(phone, address_of(n)) for n, phone in enumerate(neighbours))

        assert answers == {"sent": 20, "unverified_codes_per_block": 80}


class TestMemoryTable:
    def test_decides_and_holds_what_dynamodb_does(self, world: World) -> None:
        memory = MemoryTable()
        stories = [self.tell(Flood(table, TIGHT)) for table in (world.accounts, memory)]

        assert stories[0] == stories[1]
        assert len(set(stories[0])) >= 4
        assert all(world.accounts.get(key) == row for key, row in memory.rows.items())
        assert isinstance(world.accounts, DynamoTable)

    @staticmethod
    def tell(flood: Flood) -> list[str]:
        """Ask for codes in many ways: too soon, too often, verified, not taken by the gateway."""
        story = []
        for number in range(60):
            flood.sms.is_down = number % 9 == 4
            answer = flood.ask(
                phone_of(number % 4), address_of(number % 3), then_log_in=number % 7 == 2
            )
            story.append(answer)
            flood.clock.advance(seconds=40 if number % 5 else 1500)
        return story
