"""`python -m infra package|check|deploy`: what `make package`, `check` and `deploy` run; and
`staff`, which calls the API as staff does.
"""

import argparse
import sys
from collections.abc import Sequence
from http import HTTPStatus
from pathlib import Path

from rich.console import Console
from rich.table import Table

from infra.check import check
from infra.deploy import Change, Declined, DeployFailed, deploy, kept_parameters
from infra.guards import Target, refuse_caller, refuse_package, refuse_target, refuse_tree
from infra.package import Package, package
from infra.staff import add_call, call_of, send
from infra.template import TemplateError, get_stage, load_stages
from infra.wheels import PackageError

ROOT = Path(__file__).resolve().parent.parent
REFUSED = 2
"""Exit status of a deployment that was not tried; 1 is one that failed."""

_console = Console()


def main(arguments: Sequence[str] | None = None) -> int:
    asked = _parser().parse_args(arguments)
    try:
        match asked.command:
            case "package":
                _report(package(asked.stage, ROOT))
            case "check":
                return _check()
            case "deploy":
                return _deploy(asked)
            case "staff":
                return _call_as_staff(asked)
            case "restore":
                _restore(asked)
    except (TemplateError, PackageError, DeployFailed, Declined) as error:
        _console.print(f"[bold red]✗[/] {error}", highlight=False, soft_wrap=True)
        return 1
    return 0


def _check() -> int:
    findings = check(ROOT)
    for line in findings:
        _console.print(line, highlight=False, markup=False)
    if not findings:
        _console.print("[green]✓[/] all stages package, and cfn-lint is content in every region")
    return 1 if findings else 0


def _deploy(asked: argparse.Namespace) -> int:
    import boto3

    stage = get_stage(ROOT / "infra", asked.stage)
    target = Target(stage=stage, account=asked.account, region=asked.region)
    parameters = dict(asked.parameter)
    refusals = refuse_target(target)
    if not refusals:
        client = boto3.Session(region_name=target.region).client
        refusals = refuse_caller(target, client("sts")) + refuse_tree(ROOT)
    if not refusals:
        stack_name = asked.stack or f"ifotor-{stage.name}"
        made = package(stage.name, ROOT)
        _report(made)
        kept = kept_parameters(client("cloudformation"), stack_name)
        refusals = refuse_package(made, target, parameters, kept=kept)
    if refusals:
        for sentence in refusals:
            _console.print(f"[bold red]✗[/] {sentence}", highlight=False, soft_wrap=True)
        return REFUSED
    outputs = deploy(
        made,
        client=client,
        stack_name=stack_name,
        parameters=parameters,
        review=lambda changes: _review(changes, assume_yes=asked.yes),
    )
    for name, value in sorted(outputs.items()):
        _console.print(f"[bold]{name}[/]  {value}", highlight=False, soft_wrap=True)
    return 0


def _call_as_staff(asked: argparse.Namespace) -> int:
    import boto3

    session = boto3.Session(profile_name=asked.profile, region_name=asked.region)
    answer = send(
        call_of(asked),
        api_url=asked.url,
        credentials=session.get_credentials(),
        region=session.region_name,
    )
    _console.print_json(data=answer.json)
    return 0 if answer.status < HTTPStatus.BAD_REQUEST else 1


def _restore(asked: argparse.Namespace) -> None:
    import boto3

    from infra.restore import restore_photos

    client = boto3.Session(profile_name=asked.profile, region_name=asked.region).client
    [stack] = client("cloudformation").describe_stacks(StackName=asked.stack)["Stacks"]
    outputs = {one["OutputKey"]: one["OutputValue"] for one in stack["Outputs"]}
    restored = restore_photos(asked.backup, outputs=outputs, client=client)
    _console.print(str(restored), highlight=False)


def _review(changes: Sequence[Change], *, assume_yes: bool) -> bool:
    table = Table("", "Resource", "Type", "Replaced", title="What will change")
    styles = {"Add": "green", "Modify": "yellow", "Remove": "red"}
    for change in changes:
        row = (change.action, change.logical_id, change.resource_type, change.replacement)
        table.add_row(*row, style=styles.get(change.action, ""))
    _console.print(table)
    return assume_yes or _console.input("Make these changes? [y/N] ").strip().lower() in (
        "y",
        "yes",
    )


def _report(made: Package) -> None:
    _console.print(f"[bold]{made.template.relative_to(ROOT)}[/]", highlight=False)
    zipped, unzipped = made.bundle.stat().st_size / 1e6, made.unzipped_bytes / 1e6
    sizes = f"{zipped:.1f} MB, {unzipped:.1f} MB unzipped of the 262.1 MB that Lambda takes"
    bundle = made.bundle.relative_to(ROOT)
    _console.print(f"[bold]{bundle}[/]  {sizes}", highlight=False, soft_wrap=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m infra", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    stages = list(load_stages(ROOT / "infra"))

    packaging = commands.add_parser(
        "package", help="write build/STAGE/template.json and the bundle"
    )
    packaging.add_argument("--stage", required=True, choices=stages)
    restoring = commands.add_parser(
        "restore", help="bring back lost rows of photos out of a restored backup"
    )
    restoring.add_argument("--stack", required=True, help="name of the stack")
    restoring.add_argument("--backup", required=True, help="table that recovery made")
    restoring.add_argument("--profile", help="of ~/.aws/config")
    restoring.add_argument("--region")
    commands.add_parser("check", help="package every stage and lint the templates")

    deploying = commands.add_parser(
        "deploy", help="show what would change in an account, then do it"
    )
    deploying.add_argument("--stage", required=True, choices=stages)
    deploying.add_argument("--account", default="", help="the account's twelve digits")
    deploying.add_argument("--region", default="", help="one of the stage's regions")
    deploying.add_argument("--stack", help="name of the stack (ifotor-STAGE)")
    deploying.add_argument(
        "--parameter",
        action="append",
        default=[],
        type=_parameter,
        metavar="NAME=VALUE",
        help="a parameter of the template; what the stack already has need not be repeated",
    )
    deploying.add_argument("--yes", action="store_true", help="do not ask")
    staff = commands.add_parser("staff", help="one signed call to /v1/staff")
    staff.add_argument("--url", required=True, help="of the API's stage: the output EndpointURL")
    staff.add_argument("--profile", help="a profile of the AWS configuration that takes a role")
    staff.add_argument("--region", help="of the API; the profile's without it")
    add_call(staff)
    return parser


def _parameter(text: str) -> tuple[str, str]:
    name, found, value = text.partition("=")
    if not found:
        raise argparse.ArgumentTypeError("write NAME=VALUE")
    return name, value


if __name__ == "__main__":
    sys.exit(main())
