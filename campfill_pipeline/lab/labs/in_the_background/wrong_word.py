"""Takes uploads over HTTP (POST /NAME), and calls each done at once. Writes its port to the file `port`."""

import os
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import psycopg

WORK_SECONDS = float(os.environ.get("WORK_SECONDS", "0.05"))
db = psycopg.connect(os.environ["LAB_DATABASE_URL"], autocommit=True)
disk = threading.Lock()  # one file can be worked on at a time


def process(name: str) -> None:
    """The work: it takes its time, and at the end the status says so."""
    with disk:
        time.sleep(WORK_SECONDS)
    db.execute("UPDATE upload SET status = 'done' WHERE name = %s", [name])


class Door(BaseHTTPRequestHandler):
    """Where uploads come in."""

    def do_POST(self) -> None:
        """Take one upload."""
        name = self.path.strip("/")
        db.execute("INSERT INTO upload VALUES (%s, 'done')", [name])
        threading.Thread(target=process, args=[name], daemon=True).start()
        self.send_response(202)  # accepted: it will be done
        self.end_headers()

    def log_message(self, *words: object) -> None:
        """Say nothing."""


if __name__ == "__main__":
    ThreadingHTTPServer.request_queue_size = 100
    server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
    Path("port").write_text(str(server.server_port))
    server.serve_forever()
