"""`campfill simulate-api`: a reporting API on this machine."""

from __future__ import annotations

import signal
import threading

import typer

from campfill_pipeline.commands import demo_world
from campfill_pipeline.commands.in_language import say_here
from campfill_pipeline.settings import Settings


def run(settings: Settings, port: int, seed: int, faults: str) -> None:
    """Serve until Ctrl-C."""
    from campfill_pipeline.simulator.api import serve
    from campfill_pipeline.simulator.faults import FAULTS, Faults, UnknownFaultError, parse_faults

    if faults == "list":  # a question, not a fault
        for name, meaning in FAULTS.items():
            typer.echo(f"{name:20} {meaning}")
        return
    try:
        chosen = Faults(parse_faults(faults), seed=seed) if faults else None
    except UnknownFaultError as error:
        raise typer.BadParameter(str(error)) from None
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    try:
        api = serve(demo_world.make(settings, seed), "127.0.0.1", port, settings.current_token(), chosen)
    except OSError as error:
        raise typer.BadParameter(
            f"port {port} cannot be used ({error.strerror}); choose another with --port"
        ) from None
    with api:
        typer.echo(say_here("The simulated reporting API answers at {url}", url=api.url), err=True)
        if not settings.current_token():
            typer.echo(f"CAMPFILL_REPORTING_URL={api.url}\nCAMPFILL_REPORTING_TOKEN={api.token}", err=True)
        ended.wait()
