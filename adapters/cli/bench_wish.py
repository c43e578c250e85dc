"""What was typed after `bench`, and what is wrong with it."""

import difflib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from adapters.bench.plan import Plan
from adapters.cli.refusals import Stop
from config.reading import walk
from config.settings import Settings

PRIVATE_LOGS = frozenset({"memory"})
"""Event logs that belong to one process: replicas would tell different things."""


@dataclass(frozen=True, slots=True)
class Wish:
    """The options. ``named`` are those that stand for a setting, ``pairs`` what came with --set."""

    plan: Plan
    urls: tuple[str, ...]
    names: tuple[str, ...]
    password_stdin: bool
    replicas: int
    pairs: tuple[str, ...]
    named: Mapping[str, str | None]

    def check(self) -> None:
        """Raise ``Stop`` naming the option that cannot be, and the cure."""
        if self.urls:
            self._check_urls()
        elif self.names or self.password_stdin:
            raise Stop("--user and --password-stdin belong to --url: without it accounts are made here")
        else:
            settings = self.settings()
            log = settings.get("events.log", Settings.model_construct().events.log)
            if self.replicas > 1 and log in PRIVATE_LOGS:
                raise Stop(
                    f"--replicas {self.replicas}: the event log {log!r} is not shared: --set events.log=..."
                )

    def settings(self) -> dict[str, str]:
        """Return the settings of servers to be started."""
        known = [name for name, _, _ in walk(Settings.model_construct())]
        settings = dict(self.plan.settings())
        settings |= {name: value for name, value in self.named.items() if value is not None}
        for pair in self.pairs:
            name, separator, value = pair.partition("=")
            if not separator or name not in known:
                near = difflib.get_close_matches(name, known, n=1) or ["limits.kept_events"]
                raise Stop(f"--set {pair}: write NAME=VALUE with the name of a setting, such as {near[0]}")
            settings[name] = value
        if "redis.url" in settings:  # beside whatever else is kept there
            settings.setdefault("redis.prefix", f"soledoor-bench-{secrets.token_hex(4)}")
        return settings

    def _check_urls(self) -> None:
        for url in self.urls:
            if not url.startswith(("http://", "https://")):
                raise Stop(f"--url {url}: write it like http://127.0.0.1:8000")
        if not self.names:
            raise Stop("--url needs a login: --user NAME, once for each user to measure with")
        if self.plan.kills is not None:
            raise Stop("--kills: only servers that are started here can be killed; leave --url out")
        if self.plan.faulty:
            raise Stop("--drop-wakeups, --repeat-appends: only for servers that are started here")
        if self.pairs or any(self.named.values()) or self.replicas > 1:
            raise Stop(
                "--set, --replicas and settings are for servers that are started here; leave --url out"
            )
