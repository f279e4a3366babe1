"""Read a template's references against the stack that was made from it."""

import re
from typing import Any

from local.cloud import Cloud
from local.machine import CannotStart
from local.template_settings import Json


class Resolver:
    """Knows the physical ids and parameters of one deployed stack."""

    def __init__(self, cloud: Cloud, stack: str) -> None:
        """Look the stack up once."""
        cloudformation = cloud.client("cloudformation")
        found = cloudformation.describe_stack_resources(StackName=stack)["StackResources"]
        described = cloudformation.describe_stacks(StackName=stack)["Stacks"][0]
        self._cloud = cloud
        self._physical: dict[str, str] = {
            each["LogicalResourceId"]: each["PhysicalResourceId"] for each in found
        }
        self._types: dict[str, str] = {
            each["LogicalResourceId"]: each["ResourceType"] for each in found
        }
        self._parameters: dict[str, str] = {
            each["ParameterKey"]: each["ParameterValue"] for each in described.get("Parameters", [])
        }

    def physical_id(self, logical_id: str) -> str:
        """Return the name or id a resource got.

        Raises:
            CannotStart: the stack has no such resource.
        """
        try:
            return self._physical[logical_id]
        except KeyError:
            raise CannotStart(f"The local cloud did not make {logical_id}.") from None

    def resolve(self, value: Json) -> Json:
        """Return a template's value with its references replaced, at any depth."""
        match value:
            case {"Ref": str(name)}:
                return self._reference(name)
            case {"Fn::GetAtt": [str(name), "Arn"]}:
                return self._arn(name)
            case {"Fn::Sub": str(text)}:
                return re.sub(r"\$\{([A-Za-z0-9]+)\}", lambda m: self._reference(m[1]), text)
            case dict():
                unknown = [name for name in value if name.startswith("Fn::")]
                if unknown:
                    raise CannotStart(f"{unknown[0]} is not understood where it stands: {value}")
                return {name: self.resolve(part) for name, part in value.items()}
            case list():
                return [self.resolve(part) for part in value]
        return value

    def _reference(self, name: str) -> str:
        return self._parameters[name] if name in self._parameters else self.physical_id(name)

    def _arn(self, name: str) -> str:
        physical_id = self.physical_id(name)
        match self._types[name]:
            case "AWS::KMS::Key":
                key: Any = self._cloud.client("kms").describe_key(KeyId=physical_id)
                return str(key["KeyMetadata"]["Arn"])
            case other:
                raise CannotStart(f"The ARN of {name} ({other}) is not known here.")
