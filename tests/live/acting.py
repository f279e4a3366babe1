"""Roles of staff, where nobody has a second factor."""

import json

from local.system import System


def do_without_second_factor(system: System, role: str) -> None:
    """Take the conditions off a role: the local cloud knows no second factor."""
    iam = system.cloud.client("iam")
    name = system.outputs[f"{role.title()}StaffRoleArn"].rpartition("/")[2]
    trust = iam.get_role(RoleName=name)["Role"]["AssumeRolePolicyDocument"]
    for statement in trust["Statement"]:
        del statement["Condition"]
    iam.update_assume_role_policy(RoleName=name, PolicyDocument=json.dumps(trust))
