"""The whole system of one machine: login providers, local cloud, packaged template, repairs, front;
in this order.

`run`, the demo and the live tests all stand on this one composition.
"""

import contextlib
import dataclasses
import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from infra.deploy import DeployFailed, deploy
from infra.package import Package, package
from infra.wheels import PackageError
from local.cloud import Cloud, running_cloud
from local.front import Behind, Front
from local.machine import PROJECT, CannotStart
from local.providers import Providers, running_providers
from local.repair import Repair, repair
from local.sandbox.keys import alipay_secret, make_keys, wechatpay_secret
from local.sandbox.server import Sandbox, running_sandbox

STAGE = "local"
STACK = "ifotor-local"

Tell = Callable[[str], object]
"""Told, in a few words, what begins now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class System:
    """Everything, running."""

    url: str
    """The origin of the page; the API is below ``/v1``."""
    api_url: str
    """The API's stage in the local cloud, without the front."""
    cloud: Cloud
    providers: Providers
    outputs: Mapping[str, str]
    template: Path
    repairs: list[Repair]
    sandbox: Sandbox | None = None
    """Where payments are made; there once everything runs."""
    deployed: bool
    """False when the kept state already held this very package."""


@contextlib.contextmanager
def running_system(
    *,
    state: Path | None = None,
    is_fresh: bool = False,
    port: int = 0,
    cloud_port: int | None = None,
    strict: bool = False,
    change: Callable[[Package], Package] = lambda package: package,
    tell: Tell = lambda _: None,
) -> Iterator[System]:
    """Run everything for the length of a `with` block.

    Args:
        state: a directory to keep data in between runs; None to throw it away at the end.
        is_fresh: forget what is kept there first.
        port: of the front on 127.0.0.1; 0 for any free one.
        cloud_port: of the local cloud; None for the one used last time, or any free one.
        strict: check signatures and enforce policies (`local.cloud`).
        change: replaces the package before it is deployed: a test takes a permission out here.
        tell: told what begins.
    Raises:
        CannotStart: with one sentence for the person at the terminal.
    """
    with contextlib.ExitStack() as stack:
        # The port comes first: a taken one is known before anything slow has begun.
        front = stack.enter_context(Front(port))
        tell("Packaging")
        packaged = change(_package())
        providers = stack.enter_context(running_providers(f"{front.url}/", state))
        tell("Starting the local cloud")
        cloud = stack.enter_context(
            running_cloud(state=state, is_fresh=is_fresh, port=cloud_port, strict=strict)
        )
        parameters = {"WebOrigin": front.url, **providers.register(cloud)}
        is_deployed = _is_deployed(packaged, cloud, parameters)
        if not is_deployed:
            tell("Deploying")
            _deploy(packaged, cloud, parameters)
        tell("Checking what was deployed")
        system = _check(packaged, cloud, providers, parameters, deployed=not is_deployed)
        behind = Behind(
            web_root=PROJECT / "web",
            api_url=system.api_url,
            cloud_url=cloud.endpoint,
            ca_bundle=cloud.ca_bundle,
        )
        stack.enter_context(front.serving(behind))
        sandbox = stack.enter_context(running_sandbox(make_keys()))
        _sign_contracts(sandbox, system)
        yield dataclasses.replace(system, sandbox=sandbox)


def _sign_contracts(sandbox: Sandbox, system: System) -> None:
    """Tell the service the keys of both providers, which are new at every start."""
    webhooks = f"{system.url}/v1/webhooks"
    contracts = {
        "WechatpaySecretArn": wechatpay_secret(
            sandbox.keys, sandbox_url=sandbox.url, notify_url=f"{webhooks}/wechatpay"
        ),
        "AlipaySecretArn": alipay_secret(
            sandbox.keys,
            sandbox_url=sandbox.url,
            notify_url=f"{webhooks}/alipay",
            return_url=system.url,
        ),
    }
    secrets = system.cloud.client("secretsmanager")
    for output, contract in contracts.items():
        secrets.put_secret_value(SecretId=system.outputs[output], SecretString=contract)


def _check(
    packaged: Package,
    cloud: Cloud,
    providers: Providers,
    parameters: Mapping[str, str],
    *,
    deployed: bool,
) -> System:
    """Repair what is missing, note what is deployed now, and say where everything is."""
    template = json.loads(packaged.template.read_text(encoding="utf-8"))
    repairs = repair(cloud, template, STACK)
    _marker(cloud).write_text(_fingerprint(packaged, parameters))
    stack = cloud.client("cloudformation").describe_stacks(StackName=STACK)["Stacks"][0]
    outputs = {each["OutputKey"]: each["OutputValue"] for each in stack["Outputs"]}
    stage = template["Resources"]["RestAPI"]["Properties"]["StageName"]
    return System(
        url=parameters["WebOrigin"],
        providers=providers,
        api_url=f"{cloud.endpoint}/restapis/{outputs['RestAPIId']}/{stage}/_user_request_",
        cloud=cloud,
        outputs=outputs,
        template=packaged.template,
        repairs=repairs,
        deployed=deployed,
    )


def _package() -> Package:
    try:
        return package(STAGE, PROJECT)
    except PackageError as error:
        raise CannotStart(str(error)) from error


def _deploy(packaged: Package, cloud: Cloud, parameters: Mapping[str, str]) -> None:
    """Deploy as an account is deployed to; a failure also shows what the local cloud logged."""
    try:
        deploy(packaged, client=cloud.client, stack_name=STACK, parameters=parameters)
    except DeployFailed as error:
        hint = " (`make run FRESH=1` starts without the earlier state)" if cloud.kept else ""
        complaints = "\n".join([str(error) + hint, *cloud.complaints()[-5:]])
        raise CannotStart(complaints) from error


def _is_deployed(packaged: Package, cloud: Cloud, parameters: Mapping[str, str]) -> bool:
    """Tell whether the kept state holds this very package for these very parameters."""
    marker = _marker(cloud)
    return (
        cloud.kept and marker.exists() and marker.read_text() == _fingerprint(packaged, parameters)
    )


def _marker(cloud: Cloud) -> Path:
    return cloud.log.parent / "deployed"


def _fingerprint(packaged: Package, parameters: Mapping[str, str]) -> str:
    """Return what decides whether a deployment changes anything (code is named by its hash)."""
    told = json.dumps(dict(parameters), sort_keys=True).encode()
    return hashlib.sha256(packaged.template.read_bytes() + told).hexdigest()
