"""How a run goes, for the pages that watch it: one small route beside Gradio's. Knows runs; no visitor and no screen.

    GET watch/ID?seen=MARK    204 nothing new since MARK
                              200 {"stage": ..., "now": HTML, "learning": HTML}
                              404 no such run, or no longer

Whoever has a run's unguessable id may look at it, here as everywhere; nothing can be changed.
"""

from dataclasses import dataclass

from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tuning.errors import RunNotFoundError
from tuning.runs.local import enforce_cancel
from tuning.runs.store import Run, RunStore
from tuning.ui.glances import Glances
from tuning.ui.watch import seen_mark, watch_page
from tuning.ui.watch_markup import learning_part, now_part

__all__ = ["News", "watch_route"]


class News(BaseModel):
    """What the browser draws; when the stage is another than it knows, it asks for the whole page instead."""

    stage: str
    now: str
    learning: str


@dataclass(frozen=True)
class _Glance:
    """What a run looks like to everybody who watches it."""

    mark: str
    told: bytes


def watch_route(store: RunStore) -> Route:
    """The route, to be added to the app."""
    glances = Glances(_look)

    def tell(request: Request) -> Response:
        try:
            glance = glances.of(store.open(request.path_params["run_id"]))
        except RunNotFoundError:
            return Response(status_code=404)
        if request.query_params.get("seen") == glance.mark:
            return Response(status_code=204)
        return Response(glance.told, media_type="application/json", headers={"Cache-Control": "no-store"})

    return Route("/watch/{run_id}", tell)


def _look(run: Run, before: _Glance | None) -> _Glance:
    """Look at the run; draw it only if it looks otherwise than before."""
    enforce_cancel(run)
    if before is not None and before.mark == seen_mark(run, run.status()):
        return before
    page = watch_page(run)
    news = News(stage=page.stage, now=now_part(page), learning=learning_part(page))
    return _Glance(page.seen, news.model_dump_json().encode())
