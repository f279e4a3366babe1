"""Staff: a role each for an hour, with a second factor, for one path; and a register that stays."""

import pytest

from infra.staff import ROLES
from tests.infra.reading import Template, may, resources_of, statements

SCOPES = {
    "AuditStaffRole": ["GET/v1/staff/register/*"],
    "FinanceStaffRole": ["*/v1/staff/payments/*"],
    "RecordsStaffRole": ["*/v1/staff/holds/*"],
}
"""Role → methods and paths."""


def test_the_command_and_the_template_know_the_same_roles(template: Template) -> None:
    assert {f"{name.title()}StaffRole" for name in ROLES} == set(SCOPES)
    assert {f"{role}Arn" for role in SCOPES} <= set(template["Outputs"])
    found = resources_of(template, "AWS::IAM::Role")
    assert {name for name in found if name.endswith("StaffRole")} == set(SCOPES)


@pytest.mark.parametrize("role", SCOPES)
class TestRoles:
    def test_is_taken_with_a_second_factor_and_under_ones_own_name(
        self, template: Template, role: str
    ) -> None:
        [taking] = [
            one.body for one in statements(template) if one.owner == role and "sts" in str(one.body)
        ]

        assert taking["Principal"] == {
            "AWS": {"Fn::Sub": "arn:${AWS::Partition}:iam::${AWS::AccountId}:root"}
        }
        assert taking["Condition"] == {
            "Bool": {"aws:MultiFactorAuthPresent": "true"},
            "NumericLessThan": {"aws:MultiFactorAuthAge": "3600"},
            "StringEquals": {"sts:RoleSessionName": "${aws:username}"},
        }
        assert template["Resources"][role]["Properties"]["MaxSessionDuration"] == 3600

    def test_may_call_its_own_paths_and_nothing_else(self, template: Template, role: str) -> None:
        rights = [
            one for one in statements(template) if one.owner == role and "sts" not in str(one.body)
        ]
        api = "arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${RestAPI}/live/"

        assert [one.actions for one in rights] == [["execute-api:Invoke"]]
        assert rights[0].resources == [{"Fn::Sub": api + scope} for scope in SCOPES[role]]
        assert "ManagedPolicyArns" not in template["Resources"][role]["Properties"]


class TestRegister:
    def test_nobody_may_change_or_delete_a_row(self, template: Template) -> None:
        for action in ("UpdateItem", "DeleteItem", "BatchWriteItem"):
            assert may(template, f"dynamodb:{action}", "RegisterTable") == set()

    def test_the_api_adds_and_reads(self, template: Template) -> None:
        assert may(template, "dynamodb:PutItem", "RegisterTable") == {"ApiHandlerRole"}
        assert may(template, "dynamodb:Query", "RegisterTable") == {"ApiHandlerRole"}
        assert may(template, "dynamodb:GetItem", "RegisterTable") == set()


def test_only_staff_paths_are_signed(template: Template) -> None:
    paths = template["Resources"]["RestAPI"]["Properties"]["DefinitionBody"]["paths"]
    signed = {
        (path, method)
        for path, methods in paths.items()
        for method, operation in methods.items()
        if operation.get("security") == [{"sigv4": []}]
    }

    assert signed == {
        (path, method)
        for path, methods in paths.items()
        for method in methods
        if path.startswith("/v1/staff/")
    }
    assert signed
