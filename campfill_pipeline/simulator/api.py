"""The simulated reporting API: a real HTTP server on loopback that answers as the connector `ppv` expects.

Belongs here: the server's life, on this machine only. Does not belong here: what it knows (`publisher`), one request
(`request`), what can go wrong (`faults`).
"""

from __future__ import annotations

import ipaddress
import secrets
import sys
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from http.server import ThreadingHTTPServer

from campfill_pipeline.simulator.faults import Faults
from campfill_pipeline.simulator.publisher import Publisher
from campfill_pipeline.simulator.request import Handler
from campfill_pipeline.simulator.world import World


def utc_now() -> datetime:
    """The present moment."""
    return datetime.now(UTC)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, request: object, client_address: object) -> None:
        """A reader that hangs up is no fault of ours; everything else is shown."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


class SimulatedApi(Publisher):
    """A running server. `url` is its base address, `requests` the paths asked for; `stop()` ends it."""

    def __init__(
        self, world: World, host: str, port: int, token: str, faults: Faults, now: Callable[[], datetime]
    ) -> None:
        if host != "localhost" and not ipaddress.ip_address(host).is_loopback:
            raise ValueError(f"the simulated API answers on this machine only, so its host cannot be {host}")
        super().__init__(world, token, faults, now)
        self._server = _Server((host, port), type("BoundHandler", (Handler,), {"publisher": self}))
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    @property
    def port(self) -> int:
        """The port, also when the system chose it."""
        return int(self._server.server_address[1])

    @property
    def url(self) -> str:
        """Base address, like http://127.0.0.1:8099."""
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> SimulatedApi:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """Answer no more; returns when the port is free again."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def wait(self) -> None:
        """Block until the server is stopped; for a command that does nothing else."""
        while self._thread.is_alive():
            self._thread.join(0.5)


def serve(
    world: World,
    host: str = "127.0.0.1",
    port: int = 0,
    token: str | None = None,
    faults: Faults | None = None,
    *,
    now: Callable[[], datetime] = utc_now,
) -> SimulatedApi:
    """Start answering on loopback; port 0 lets the system choose, no token makes one up (`.token`).

    Raises ValueError for a host that other machines could reach, OSError where the port is taken.
    """
    return SimulatedApi(world, host, port, token or secrets.token_urlsafe(24), faults or Faults(), now)
