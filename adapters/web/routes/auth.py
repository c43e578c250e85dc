"""Logging in and out, tickets for sockets, the first administrator and the one-time login link."""

from typing import Annotated

import structlog
from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response

from adapters.web.bodies import Credentials, Setup
from adapters.web.credentials import Caller, refuse_foreign_login
from adapters.web.doors import Door, Doors
from adapters.web.gates import Guarded, Open
from adapters.web.observing import USER
from adapters.web.views import LoginView, TicketView, UserView
from services.errors import AuthenticationError, Conflict, InvalidInput
from services.identity import names, passwords
from services.identity.sessions import Login
from services.ports.identity import User

TICKET_SECONDS = 30
ADMINISTRATOR = frozenset({"user", "admin"})
USED_UP = "This link is used up or too old: ask for a new one, or log in with your password."

log = structlog.stdlib.get_logger(__name__)
entrance = APIRouter(route_class=Open, tags=["auth"])
router = APIRouter(route_class=Guarded, tags=["auth"])


def user_view(user: User) -> UserView:
    """Return what a user sees of themselves."""
    return UserView(id=user.id, name=user.name, roles=sorted(user.roles))


def _welcome(doors: Doors, request: Request, response: Response, login: Login) -> LoginView:
    doors.cookie.write(response, login.token, login.expires_at)
    request.scope[USER] = login.user.id
    return LoginView(token=login.token, expires_at=login.expires_at, user=user_view(login.user))


@entrance.post("/auth/login")
async def log_in(door: Door, request: Request, response: Response, body: Credentials) -> LoginView:
    """Open a session; any failure is answered alike."""
    refuse_foreign_login(door, request.scope)
    address = request.client.host if request.client else ""
    login = await door.sessions.login(body.username, body.password, address)
    return _welcome(door, request, response, login)


@entrance.post("/auth/setup", status_code=201)
async def set_up(door: Door, request: Request, response: Response, body: Setup) -> LoginView:
    """Make the first administrator with the code that the server printed when it started."""
    refuse_foreign_login(door, request.scope)
    _refuse_unusable(body)
    await door.codes.redeem("setup", body.code)
    if await door.accounts.count():
        raise Conflict("There are accounts already: log in.", code="already_set_up")
    user = await door.accounts.create(body.username, body.password, ADMINISTRATOR)
    return _welcome(door, request, response, await door.sessions.open_for(user))


def _refuse_unusable(body: Setup) -> None:
    """Before the code is used up: a code that is gone because of a typing error needs a restart."""
    name = names.spelled(body.username)
    objections = (names.objection(name), passwords.objection(body.password, name))
    if wrong := [objection for objection in objections if objection]:
        raise InvalidInput("The account cannot be created: see errors.", errors=wrong)


@entrance.get("/auth/link", status_code=303, response_class=RedirectResponse)
async def follow_link(door: Door, request: Request, code: Annotated[str, Query(max_length=200)]) -> Response:
    """Log in with a one-time code out of a link, and go to the page."""
    user = await door.accounts.user(await door.codes.redeem("login", code))
    if user is None or user.disabled:
        raise AuthenticationError(USED_UP)
    response = RedirectResponse("/", status_code=303)
    _welcome(door, request, response, await door.sessions.open_for(user))
    return response


@router.post("/auth/logout", status_code=204)
async def log_out(door: Door, caller: Caller, response: Response) -> None:
    """End the session and close its sockets."""
    await door.sessions.logout(caller.session_id)
    door.cookie.clear(response)


@router.post("/auth/ticket")
async def ticket(door: Door, caller: Caller) -> TicketView:
    """Give a single-use credential for a socket's first message."""
    return TicketView(ticket=await door.tickets.issue(caller), expires_in=TICKET_SECONDS)


@router.get("/api/me")
async def me(caller: Caller) -> UserView:
    """Return who is logged in."""
    return user_view(caller.user)
