"""The HTTP routes, one module for each subject; ``ROUTERS`` is all of them."""

from fastapi import APIRouter

from adapters.web.routes import auth, events, files, health, runs, threads, tools

ROUTERS: tuple[APIRouter, ...] = (
    auth.entrance,
    auth.router,
    tools.router,
    threads.router,
    runs.router,
    files.router,
    events.router,
    events.published,
    health.router,
)
