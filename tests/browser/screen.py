"""One visitor's browser window, and what they do with the page."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from playwright.async_api import BrowserContext, ConsoleMessage, Dialog, Locator, Page, WebSocket, expect

PASSWORD = "the door stands open"
EXPECTED = ("401", "ERR_INTERNET_DISCONNECTED", "WebSocket connection")
"""What Chromium itself writes about a login that is missing and a network that is away."""


@dataclass
class Screen:
    """A page and what it complained about: dialogs, errors, violations of the content security policy."""

    page: Page
    context: BrowserContext
    base: str
    complaints: list[str] = field(default_factory=list)
    frames: list[str] = field(default_factory=list)

    def listen(self) -> "Screen":
        """Note complaints and the socket's frames from now on."""
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.complaints.append(f"error: {error}"))
        self.page.on("dialog", self._dialog)
        self.page.on("websocket", self._socket)
        return self

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and not any(text in message.text for text in EXPECTED):
            self.complaints.append(f"{message.type}: {message.text}")

    async def _dialog(self, dialog: Dialog) -> None:
        self.complaints.append(f"dialog: {dialog.message}")
        await dialog.dismiss()

    def _socket(self, socket: WebSocket) -> None:
        socket.on("framereceived", lambda frame: self.frames.append(str(frame)))

    async def open(self, path: str = "/") -> None:
        await self.page.goto(self.base + path)

    async def log_in(self, name: str, password: str = PASSWORD) -> None:
        """Fill in the form, and wait until the socket says hello."""
        await self.page.get_by_label("User name").fill(name)
        await self.page.get_by_label("Password").fill(password)
        await self.page.get_by_role("button", name="Log in").click()
        await self.connected()

    async def connected(self) -> None:
        await expect(self.page.locator(".link-words")).to_have_text("Connected")

    async def ask(self, text: str) -> None:
        await self.page.get_by_label("Your question").fill(text)
        await self.page.keyboard.press("Enter")

    async def ended(self, status: str = "completed", count: int = 1) -> None:
        """Wait until so many runs stand as ``status``."""
        await expect(self.page.locator(f"soledoor-timeline[data-status={status}]")).to_have_count(count)

    async def unfold(self) -> None:
        await self.page.locator(".summary[aria-expanded=false]").first.click()

    @property
    def answer(self) -> Locator:
        return self.page.locator(".answer").last

    async def titles(self) -> Sequence[str]:
        return await self.page.locator(".step-title").all_text_contents()

    async def evaluate(self, script: str, argument: object = None) -> Any:
        """Run a function in the page; what it returns is whatever the function makes it."""
        return await self.page.evaluate(script, argument)
