"""The door beside a FastAPI `UploadFile` route: time and peak memory of one upload of 250 MB, one after the other."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import httpx
import psutil

from campfill_pipeline.commands.up import free_port
from campfill_pipeline.settings import load_settings
from campfill_pipeline.warehouse.postgres import server

MEGABYTES = 250
USUAL = """
import sys, uvicorn
from fastapi import FastAPI, UploadFile
app = FastAPI()
@app.post("/uploads")
async def take(file: UploadFile):
    with open(sys.argv[2], "wb") as out:
        out.write(await file.read())
    return {"bytes": file.size}
uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), log_level="error")
"""


def pieces() -> Iterator[bytes]:
    block = os.urandom(1_000_000)
    for _ in range(MEGABYTES - 1):
        yield block


def peak(process: psutil.Process) -> float:
    """The most memory that a process ever held, in MB (Linux)."""
    status = Path(f"/proc/{process.pid}/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) / 1000


def wait(address: str) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            httpx.get(address)
            return
        except httpx.TransportError:
            time.sleep(0.1)


def measure(name: str, command: list[str], port: int, environ: dict[str, str], send: str) -> None:
    """Start a server, send it one file, say what that cost."""
    child = subprocess.Popen(command, env=environ, stdout=subprocess.DEVNULL)
    try:
        address = f"http://127.0.0.1:{port}"
        wait(address)
        started = time.monotonic()
        if send == "put":
            own = {"Origin": address, "Sec-Fetch-Site": "same-origin"}
            answer = httpx.put(
                f"{address}/uploads/{uuid4()}?name=a.csv", content=pieces(), headers=own, timeout=300
            )
        else:
            with tempfile.TemporaryFile() as file:
                for piece in pieces():
                    file.write(piece)
                file.seek(0)
                started = time.monotonic()
                answer = httpx.post(f"{address}/uploads", files={"file": file}, timeout=300)
        seconds = time.monotonic() - started
        answer.raise_for_status()
        print(f"{name:<28} {seconds:6.1f} s   peak {peak(psutil.Process(child.pid)):6.0f} MB")
    finally:
        child.terminate()
        child.wait(20)


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="campfill-bench-door-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        home = Path(folder) / "home"
        environ = {**os.environ, "CAMPFILL_HOME": str(home)}
        settings = load_settings(environ, cwd=Path(folder))
        settings.make_folders()
        server.database_url(settings)
        try:
            port = free_port()
            door = [sys.executable, "-m", "campfill_pipeline.door", "--port", str(port)]
            measure("the door", door, port, environ, "put")
            port = free_port()
            usual = [sys.executable, "-c", USUAL, str(port), str(Path(folder) / "out")]
            measure("FastAPI UploadFile, read()", usual, port, environ, "post")
        finally:
            server.stop(settings)


if __name__ == "__main__":
    main()
