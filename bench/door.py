"""The door beside a FastAPI `UploadFile` route, and the door under load.

First: one upload of 250 MB, from the same client in the same way; time and peak memory. Then, on a whole `campfill up`:
40 clients send 10 lists of 300 rows each while a workbook of 211 MB is read, and ask what became of them. Say
`--only compare` or `--only load` for one of them. Times of a machine that does other things too say little: the load
of the last minute is printed beside them.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import UUID, uuid4

import httpx
import psutil

from bench.intake import make_list
from campfill_pipeline.commands.up import free_port
from campfill_pipeline.settings import Settings, load_settings
from campfill_pipeline.warehouse import database
from campfill_pipeline.warehouse.postgres import server

MEGABYTES = 250
ROUNDS = 5
CLIENTS, LISTS, ROWS = 40, 10, 300
LARGE_ROWS, LARGE_COLUMNS = 1_048_575, 20  # 211 MB, the largest sheet there can be
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
FORM_HEAD = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\n'
FORM_END = b"\r\n--b--\r\n"
BLOCK = os.urandom(1_000_000)
HEADER = "Deal/Campaign name;Runtime;Impression goal;Budget €;CPM €;Deal/Campaign ID;Buyer\n"


def pieces(before: bytes = b"", after: bytes = b"") -> Iterator[bytes]:
    yield before
    for _ in range(MEGABYTES - 1):
        yield BLOCK
    yield after


def peak(process: psutil.Process) -> float:
    """The most memory that a process ever held, in MB (Linux)."""
    status = Path(f"/proc/{process.pid}/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) / 1000


def wait(address: str) -> None:
    until = time.monotonic() + 120
    while time.monotonic() < until:
        try:
            httpx.get(address, timeout=10)
            return
        except httpx.TransportError:
            time.sleep(0.1)


def send_to_door(address: str) -> None:
    own = {"Origin": address, "Sec-Fetch-Site": "same-origin"}
    to = f"{address}/uploads/{uuid4()}?name=a.csv"
    httpx.put(to, content=pieces(), headers=own, timeout=300).raise_for_status()


def send_form(address: str) -> None:
    form = {"Content-Type": "multipart/form-data; boundary=b"}
    body = pieces(FORM_HEAD, FORM_END)
    httpx.post(f"{address}/uploads", content=body, headers=form, timeout=300).raise_for_status()


def compare() -> None:
    """Both servers run; they are sent the same bytes in turns."""
    with tempfile.TemporaryDirectory(prefix="campfill-bench-door-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        environ = {**os.environ, "CAMPFILL_HOME": str(Path(folder) / "home")}
        settings = load_settings(environ, cwd=Path(folder))
        settings.make_folders()
        server.database_url(settings)
        ports = free_port(), free_port()
        commands = (
            [sys.executable, "-m", "campfill_pipeline.door", "--port", str(ports[0])],
            [sys.executable, "-c", USUAL, str(ports[1]), str(Path(folder) / "out")],
        )
        children = [subprocess.Popen(words, env=environ, stdout=subprocess.DEVNULL) for words in commands]
        addresses = [f"http://127.0.0.1:{port}" for port in ports]
        times: tuple[list[float], list[float]] = ([], [])
        try:
            for address in addresses:
                wait(address)
            for _ in range(ROUNDS):
                for which, send in enumerate((send_to_door, send_form)):
                    started = time.monotonic()
                    send(addresses[which])
                    times[which].append(time.monotonic() - started)
                    for file in settings.inbox.iterdir():
                        file.unlink()
            for name, child, took in zip(("the door", "FastAPI UploadFile"), children, times, strict=True):
                print(
                    f"{name:<20} {MEGABYTES} MB in {statistics.median(took):.2f} s (best {min(took):.2f})"
                    f"   peak {peak(psutil.Process(child.pid)):.0f} MB"
                )
            ratios = (
                statistics.median(times[0]) / statistics.median(times[1]),
                min(times[0]) / min(times[1]),
            )
            print(f"the door takes {ratios[0]:.2f} of the time (best of {ROUNDS}: {ratios[1]:.2f}); {load()}")
        finally:
            for child in children:
                child.terminate()
                child.wait(20)
            server.stop(settings)


def load() -> str:
    return f"load of the last minute {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"


def small_list(number: int) -> bytes:
    rows = (
        f"Line {line};01.08.2025-31.08.2025;1000;;10;{UUID(int=(1 << 100) + line)};Not set\n"
        for line in range(number * ROWS, (number + 1) * ROWS)
    )
    return (HEADER + "".join(rows)).encode()


def client(address: str, token: str, number: int) -> list[float]:
    """One client: sends its lists one after the other and asks after each. Seconds that each question took."""
    asked = []
    with httpx.Client(headers={"Authorization": f"Bearer {token}"}, timeout=60) as http:
        for at in range(LISTS):
            upload = number * LISTS + at
            place = f"{address}/uploads/{UUID(int=upload + 1)}"
            http.put(f"{place}?name=list {upload}.csv", content=small_list(upload)).raise_for_status()
            for _ in range(5):
                begun = time.monotonic()
                http.get(place).raise_for_status()
                asked.append(time.monotonic() - begun)
                time.sleep(0.2)
    return asked


def run_clients(address: str, token: str) -> None:
    """In a process of its own (`--clients`): what it prints is read by the benchmark."""
    with ThreadPoolExecutor(CLIENTS) as clients:
        found = list(clients.map(lambda number: client(address, token, number), range(CLIENTS)))
    print(json.dumps([second for one in found for second in one]))


def probe(port: int, place: str, stop: threading.Event) -> list[float]:
    """Seconds that `GET /uploads/ID` takes, asked by a single visitor every 50 ms until told to stop."""
    seconds = []
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    while not stop.is_set():
        begun = time.monotonic()
        line.request("GET", place)
        answer = line.getresponse()
        answer.read()
        assert answer.status == 200
        seconds.append(time.monotonic() - begun)
        time.sleep(0.05)
    line.close()
    return seconds


def p99(seconds: list[float]) -> str:
    ordered = sorted(seconds)
    middle, late = ordered[len(ordered) // 2], ordered[int(len(ordered) * 0.99)]
    told = f"median {middle * 1000:.0f} ms, p99 {late * 1000:.0f} ms, longest {ordered[-1] * 1000:.0f} ms"
    return f"{told} ({len(ordered)} questions)"


def under_load() -> None:
    """A whole system, a large workbook being read, and 40 clients."""
    with tempfile.TemporaryDirectory(prefix="campfill-bench-door-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        large = make_list(LARGE_ROWS, LARGE_COLUMNS)
        environ = {**os.environ, "CAMPFILL_HOME": str(Path(folder) / "home")}
        settings = load_settings(environ, cwd=Path(folder))
        port = free_port()
        words = [sys.executable, "-m", "campfill_pipeline.cli", "up", "--port", str(port)]
        with (Path(folder) / "up.log").open("wb") as log:
            up = subprocess.Popen(words, env=environ, stdout=log, stderr=log, cwd=folder)
        try:
            address = f"http://127.0.0.1:{port + 1}"
            wait(address)
            make = [
                sys.executable,
                "-m",
                "campfill_pipeline.cli",
                "door",
                "token",
                "new",
                "bench",
                "--may",
                "upload",
            ]
            token = subprocess.run(
                make, env=environ, capture_output=True, text=True, check=True
            ).stdout.strip()
            _measure_load(settings, address, port + 1, token, large)
        finally:
            up.terminate()
            up.wait(60)


def _measure_load(settings: Settings, address: str, port: int, token: str, large: Path) -> None:
    shown = {"Authorization": f"Bearer {token}"}
    place = f"/uploads/{uuid4()}"
    with large.open("rb") as file:
        httpx.put(
            f"{address}{place}?name=large.xlsx", content=file, headers=shown, timeout=300
        ).raise_for_status()
    begun = time.monotonic()
    while httpx.get(address + place).json()["status"] != "reading":
        time.sleep(0.2)
    print(
        f"{large.stat().st_size / 1e6:.0f} MB are being read after {time.monotonic() - begun:.0f} s; {load()}"
    )
    stop = threading.Event()
    with ThreadPoolExecutor(1) as prober:
        probing = prober.submit(probe, port, place, stop)
        words = [sys.executable, "-m", "bench.door", "--clients", address, token]
        begun = time.monotonic()
        asked = json.loads(subprocess.run(words, capture_output=True, text=True, check=True).stdout)
        print(f"{CLIENTS * LISTS} lists were sent in {time.monotonic() - begun:.0f} s; {load()}")
        state = httpx.get(address + place).json()["status"]
        stop.set()
        print(f"the large workbook is then: {state}")
        print(f"GET /uploads/ID, one visitor beside them: {p99(probing.result())}")
        print(f"GET /uploads/ID, by the clients themselves: {p99(asked)}")
    until = time.monotonic() + 900
    with database.connect(server.database_url(settings)) as connection:
        while time.monotonic() < until:
            counted = connection.execute(
                "SELECT status, count(*), sum(rows_accepted) FROM upload WHERE file_name LIKE 'list %' GROUP BY 1"
            ).fetchall()
            connection.rollback()
            if sum(number for status, number, _ in counted if status != "received") >= CLIENTS * LISTS:
                break
            time.sleep(1)
        lines = connection.execute(
            "SELECT count(*) FROM line WHERE name LIKE 'Line %%' AND id < %s", [UUID(int=1 << 101)]
        ).fetchone()
    took = time.monotonic() - begun
    print(
        f"of {CLIENTS * LISTS} lists of {ROWS} rows: {counted}; lines of theirs: {lines}; after {took:.0f} s"
    )


def main() -> None:
    words = argparse.ArgumentParser(prog="python -m bench.door")
    words.add_argument("--only", choices=("compare", "load"))
    words.add_argument("--clients", nargs=2, metavar=("ADDRESS", "TOKEN"), help=argparse.SUPPRESS)
    given = words.parse_args()
    if given.clients:
        run_clients(*given.clients)
        return
    if given.only != "load":
        compare()
    if given.only != "compare":
        under_load()


if __name__ == "__main__":
    main()
