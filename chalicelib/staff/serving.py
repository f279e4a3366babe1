"""Views for staff: signed by AWS's SigV4, and in the register before they run.

API Gateway checks the signature and whether the signer's role may call the path (infra/staff.yaml);
a session of the app opens nothing here. No view can forget the register: it is written on the way.
"""

from collections.abc import Callable
from functools import wraps
from typing import Protocol

from chalicelib.http import HttpServices, Reply, Request, Routes
from chalicelib.staff.ports import Act as Act

REFERENCE_HEADER = "staff-reference"


class Register(Protocol):
    def enter(
        self, *, signer_arn: str, action: str, subjects: list[str], reference: str
    ) -> Act: ...


class StaffServices(HttpServices, Protocol):
    """What serving staff needs of the container, beside what any request does."""

    @property
    def staff_register(self) -> Register: ...


class StaffRoutes(Routes):
    """A Blueprint of views that take a `Request` and the `Act` that it is."""

    def __init__(self, import_name: str, services: Callable[[], StaffServices]) -> None:
        super().__init__(import_name, services)
        self._staff_services = services

    def serve_staff(
        self, method: str, path: str
    ) -> Callable[[Callable[..., Reply]], Callable[..., Reply]]:
        """Declare a view. What it is about stands in its path, and goes into the register."""

        def declare(view: Callable[..., Reply]) -> Callable[..., Reply]:
            @wraps(view)
            def registered(request: Request, **path_values: str) -> Reply:
                act = self._staff_services().staff_register.enter(
                    signer_arn=request.signer_arn,
                    action=view.__name__,
                    subjects=list(path_values.values()),
                    reference=request.headers.get(REFERENCE_HEADER, ""),
                )
                return view(request, act, **path_values)

            self.serve(method, path, signed=True)(registered)
            return view

        return declare
