"""Takes uploads over HTTP (POST /NAME), writes them down, and works off what waits. Writes its port to the file `port`."""

import os
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import psycopg

WORK_SECONDS = float(os.environ.get("WORK_SECONDS", "0.05"))
db = psycopg.connect(os.environ["LAB_DATABASE_URL"], autocommit=True)
disk = threading.Lock()  # one file can be worked on at a time


def work_off_the_queue() -> None:
    """Take what waits, one after the other, for ever. What a killed process had in hand waits again by itself."""
    with psycopg.connect(os.environ["LAB_DATABASE_URL"], autocommit=True) as mine:
        while True:
            # A worker that dies gives its upload back: the transaction never happened.
            with mine.transaction():
                waiting = mine.execute(
                    "SELECT name FROM upload WHERE status = 'received' LIMIT 1 FOR UPDATE SKIP LOCKED"
                ).fetchone()
                if waiting:
                    with disk:
                        time.sleep(WORK_SECONDS)
                    mine.execute("UPDATE upload SET status = 'done' WHERE name = %s", waiting)
            if not waiting:
                time.sleep(0.02)


class Door(BaseHTTPRequestHandler):
    """Where uploads come in."""

    def do_POST(self) -> None:
        """Take one upload."""
        name = self.path.strip("/")
        db.execute("INSERT INTO upload VALUES (%s, 'received')", [name])  # written down first …
        self.send_response(202)  # … promised then
        self.end_headers()

    def log_message(self, *words: object) -> None:
        """Say nothing."""


if __name__ == "__main__":
    threading.Thread(target=work_off_the_queue, daemon=True).start()
    ThreadingHTTPServer.request_queue_size = 100
    server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
    Path("port").write_text(str(server.server_port))
    server.serve_forever()
