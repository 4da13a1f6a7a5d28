"""`/api/v1/services/{name}/live-queue`."""

from litestar import get, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from ringback.accounts.rules import Permission
from ringback.api.auth import needs
from ringback.api.backend import Backend
from ringback.api.problems import WHEN_CHANGING, WHEN_READING
from ringback.callbacks import live_queue
from ringback.callbacks.live_queue import LiveQueueReport, LiveQueueView

PATH = "/api/v1/services/{service_name:str}/live-queue"


@get(opt=needs(Permission.SEE_CALLBACKS), summary="The callers who hold on the line", responses=WHEN_READING)
async def show(service_name: FromPath[str], backend: NamedDependency[Backend]) -> LiveQueueView:
    """The newest report of the telephone system; `counts` says whether it is fresh enough to be used."""
    return await live_queue.get(backend.database, backend.clock, service_name)


@put(
    opt=needs(Permission.REPORT_LIVE_QUEUE), summary="Report the callers who hold on the line", responses=WHEN_CHANGING
)
async def report(
    service_name: FromPath[str], data: JSONBody[LiveQueueReport], backend: NamedDependency[Backend]
) -> LiveQueueView:
    """They count in positions and estimates for a minute: repeat the report every 10 to 30 s."""
    return await live_queue.report(backend.database, backend.clock, service_name, data)


HANDLERS = [show, report]
