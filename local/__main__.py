"""`python -m local run|demo|logs|staff`: the local system from the command line.

Exit status: 0 done or stopped by a signal, 1 a promise did not hold, 2 it could not start.
"""

import argparse
import signal
import sys
from pathlib import Path
from types import FrameType

from infra.staff import ROLES, add_call, call_of


def main() -> int:
    """Read the command line and do what it asks."""
    options = _parse()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _stop)
    try:
        return _dispatch(options)
    except KeyboardInterrupt:
        return 0
    except ModuleNotFoundError as missing:
        sys.stderr.write(
            f"{missing.name} is not installed for {sys.executable}; `make run` installs it.\n"
        )
        return 2


def _dispatch(options: argparse.Namespace) -> int:
    # Imported late: without the requirements even these imports fail, and that gets a sentence too.
    from rich.console import Console

    from local.demo import demo
    from local.logs import show_logs
    from local.machine import CannotStart
    from local.run import STATE, run

    console = Console()
    try:
        match options.command:
            case "run":
                run(
                    console,
                    port=options.port,
                    cloud_port=options.cloud_port,
                    state=options.state or STATE,
                    is_fresh=options.fresh,
                )
            case "logs":
                show_logs(console, options.state or STATE)
            case "demo":
                return demo(console, options.photo)
            case "staff":
                return _call_as_staff(options)
    except CannotStart as reason:
        console.print(str(reason), style="red", highlight=False, markup=False)
        return 2
    return 0


def _call_as_staff(options: argparse.Namespace) -> int:
    from rich.console import Console

    from local.run import STATE
    from local.staff import call_local_system

    answer = call_local_system(call_of(options), options.role, options.state or STATE)
    Console().print_json(data=answer.json)
    return 0 if answer.status < 400 else 1


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m local", description=__doc__.split("\n")[0])
    commands = parser.add_subparsers(dest="command", required=True)
    run = commands.add_parser("run", help="everything, live, until Ctrl-C")
    run.add_argument("--fresh", action="store_true", help="forget all earlier state first")
    run.add_argument("--port", type=_port, default=8000, help="of the page (8000)")
    run.add_argument("--cloud-port", type=_port, help="of the local cloud (any free one)")
    demo = commands.add_parser("demo", help="one photo through everything, on a throw-away cloud")
    demo.add_argument("--photo", type=Path, help="a photo; without it one is drawn")
    logs = commands.add_parser("logs", help="what the functions logged, from a running local cloud")
    staff = commands.add_parser("staff", help="one call of the staff to a running local cloud")
    staff.add_argument("--role", choices=ROLES, default="audit", help="the role to take")
    add_call(staff)
    for command in (run, logs, staff):
        command.add_argument("--state", type=Path, help="where data is kept (.local)")
    return parser.parse_args()


def _port(text: str) -> int:
    """Read the number of a port."""
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= 65535):
        raise argparse.ArgumentTypeError(f"{text} is no port (1 to 65535)")
    return int(text)


def _stop(number: int, frame: FrameType | None) -> None:
    """Leave through every `finally`, once: a second signal must not interrupt the clean-up."""
    for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(each, signal.SIG_IGN)
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
