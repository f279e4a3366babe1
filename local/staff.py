"""`python -m local staff`: one call of the staff to the system that `make run` started.

It takes a role of the template as staff does, but for the second factor, which the local cloud
does not know (without strict mode it enforces no condition of a role either).
"""

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from botocore.credentials import Credentials

from infra.staff import Answer, Call, send
from local.cloud import PORT_FILE, REGION, Cloud
from local.machine import LOOPBACK, CannotStart, is_free
from local.system import STACK


def call_local_system(call: Call, role: str, state: Path) -> Answer:
    """Call the system that is running on a state.

    Raises:
        CannotStart: none is.
    """
    file = state / PORT_FILE
    port = int(file.read_text()) if file.exists() else 0
    if not port or is_free(port):
        raise CannotStart("No local cloud is running; `make run` starts one.")
    cloud = Cloud(endpoint=f"http://{LOOPBACK}:{port}", log=state / "cloud.log")
    return call_as(cloud, role, call)


def call_as(cloud: Cloud, role: str, call: Call, *, name: str = "somebody") -> Answer:
    """Take a role of the deployed stack under a name, and call with it."""
    return send_to(cloud, call, take_role(cloud, role, name=name))


def take_role(cloud: Cloud, role: str, *, name: str) -> Credentials:
    arn = _outputs(cloud)[f"{role.title()}StaffRoleArn"]
    given = cloud.client("sts").assume_role(RoleArn=arn, RoleSessionName=name)["Credentials"]
    return Credentials(given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"])


def send_to(cloud: Cloud, call: Call, credentials: Any) -> Answer:
    """Call the API itself: what is signed for it does not survive a front."""
    outputs = _outputs(cloud)
    stage = urlsplit(outputs["EndpointURL"]).path.strip("/")
    return send(
        call,
        api_url=f"{cloud.endpoint}/restapis/{outputs['RestAPIId']}/{stage}/_user_request_",
        credentials=credentials,
        region=REGION,
        ca_bundle=cloud.ca_bundle,
    )


def _outputs(cloud: Cloud) -> dict[str, str]:
    stack = cloud.client("cloudformation").describe_stacks(StackName=STACK)["Stacks"][0]
    return {each["OutputKey"]: each["OutputValue"] for each in stack["Outputs"]}
