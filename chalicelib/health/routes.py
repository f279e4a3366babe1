"""HTTP of health: says only that code runs, and touches no store that it could burden."""

from chalicelib.container import services
from chalicelib.http import Reply, Request, Routes

routes = Routes(__name__, services)


@routes.serve("GET", "/health", public=True)
def get_health(_request: Request) -> Reply:
    return Reply(body={"status": "ok"})
