"""What clients may send to identity: schemas, read with exact types and known fields only."""

from typing import Annotated

from msgspec import Meta, Struct, structs

from chalicelib.identity.codes import CodeClaim
from chalicelib.identity.devices import Platform
from chalicelib.identity.dormancy import DormantAnswer
from chalicelib.identity.policy import PolicyLocale
from chalicelib.identity.registration import AgeBand, Registration
from chalicelib.identity.sessions import EndingScope
from chalicelib.ids import ChallengeId
from chalicelib.phone import parse_phone

INVISIBLE = r"\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff"
"""Controls and marks that change how a text looks: a thief's device must not pass for another."""

DeviceName = Annotated[str, Meta(max_length=40, pattern=rf"\A[^{INVISIBLE}]+\Z")]
Version = Annotated[str, Meta(pattern=r"\A[0-9A-Za-z._+() -]{1,20}\Z")]
HardwareId = Annotated[str, Meta(pattern=r"\A[0-9A-Za-z._:-]{8,64}\Z")]


PhoneText = Annotated[str, Meta(min_length=3, max_length=40)]
ChallengeIdText = Annotated[str, Meta(min_length=36, max_length=36)]
CodeText = Annotated[str, Meta(pattern=r"\A[0-9]{6}\Z")]


class CodeRequest(Struct, frozen=True, forbid_unknown_fields=True):
    phone: PhoneText
    hardware_id: HardwareId | None = None
    human_check_token: Annotated[str, Meta(max_length=2048)] | None = None


class DeviceFields(Struct, frozen=True, forbid_unknown_fields=True):
    """Every field has its purpose in docs/data-model.md; there are no others."""

    name: DeviceName | None = None
    platform: Platform | None = None
    os_version: Version | None = None
    app_version: Version | None = None
    hardware_id: HardwareId | None = None


class ClaimFields(Struct, frozen=True, forbid_unknown_fields=True):
    challenge_id: ChallengeIdText
    phone: PhoneText
    code: CodeText

    def to_claim(self) -> CodeClaim:
        return CodeClaim(
            challenge_id=ChallengeId(self.challenge_id),
            phone=parse_phone(self.phone),
            code=self.code,
        )


class GuardianCodeRequest(Struct, frozen=True, forbid_unknown_fields=True):
    phone: PhoneText
    """Of the child."""
    guardian_phone: PhoneText
    hardware_id: HardwareId | None = None
    human_check_token: Annotated[str, Meta(max_length=2048)] | None = None


class RegistrationFields(Struct, frozen=True, forbid_unknown_fields=True):
    policy_version: Annotated[str, Meta(max_length=40)]
    locale: PolicyLocale
    age_band: AgeBand
    guardian: ClaimFields | None = None

    def to_registration(self) -> Registration:
        return Registration(
            policy_version=self.policy_version,
            locale=self.locale,
            age_band=self.age_band,
            guardian=self.guardian.to_claim() if self.guardian else None,
        )


class SecondFactorFields(Struct, frozen=True, forbid_unknown_fields=True):
    """What is asked about an account that was left alone for long."""

    recovery_code: Annotated[str, Meta(min_length=1, max_length=40)] | None = None
    is_not_mine: bool = False

    def to_answer(self) -> DormantAnswer:
        return DormantAnswer(**structs.asdict(self))


class SessionRequest(Struct, frozen=True, forbid_unknown_fields=True):
    challenge_id: ChallengeIdText
    phone: PhoneText
    code: CodeText
    device: DeviceFields | None = None
    registration: RegistrationFields | None = None
    remember_number: bool = False
    """Keep the masked number in a cookie for the next login (CK.7); never without being asked."""
    second_factor: SecondFactorFields | None = None


class EndingsRequest(Struct, frozen=True, forbid_unknown_fields=True):
    scope: EndingScope


class RefreshRequest(Struct, frozen=True, forbid_unknown_fields=True):
    refresh_token: Annotated[str, Meta(min_length=1, max_length=200)]
