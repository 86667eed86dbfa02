"""How lab 3 is set up and judged: forty clients, a kill, a restart, and what became of every promise."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

from campfill_pipeline.lab.bench import Bench, Ran
from campfill_pipeline.lab.frame import Lab, Observation, Question, Verdict, not_yet, solved
from campfill_pipeline.lab.labs.in_the_background import clients

CLIENTS, WORK_SECONDS, SLOW_SECONDS = 40, 0.05, 4
ACCEPTED = (200, 201, 202)
_TOO_EARLY = "that a promise may be written down after it is given. Between the two, the process can die"
WAYS = {"wrong_in_the_request": "in the request", "begin": "in a thread", "solved": "queue and worker"}


class InTheBackground(Lab):
    """The lab."""

    number = 3
    title = "Synchronous or in the background"
    page = "03-synchronous-or-in-the-background.md"
    goal = "choose where the work happens, by what the caller sees and by what is left when the process is killed"
    minutes = 30
    program = "server.py"
    situation = (
        "`server.py` takes uploads over HTTP. One upload is 0.05 s of work, and only one can be worked on at a time. It "
        "answers 202 (accepted) at once and works in a thread. Forty people upload at the same moment; just after the "
        "last answer the process is killed, and started again."
    )
    question = Question(
        "Forty uploads were accepted. After the restart, how many of them are ever done?",
        {
            "A": "all: accepted is accepted",
            "B": "only what was done before the kill: few or none",
            "C": "all, and some of them twice",
        },
    )
    look = (
        "server.py, the program you may change",
        "`campfill lab try 3` starts it, lets five callers in and shows what the table says",
        "the table upload: `campfill lab try 3 db psql`",
        "the program writes the port it listens on into the file `port`; the exercise finds it there",
    )
    hints = (
        "Where does the program remember what is still to be done? What of that outlives a kill?",
        "The table outlives it. At its start, the program could look for what waits, and at any time in between.",
        "A worker that takes `SELECT … WHERE status = 'received' LIMIT 1 FOR UPDATE SKIP LOCKED` inside a transaction "
        "gives it back by dying. The request only writes the row, then answers.",
    )
    explanation = (
        "202 is a promise, and a promise is written down before it is given. A queue is a table whose rows say what is "
        "still to do; a worker that dies in its transaction has taken nothing."
    )
    wrong_ways = {
        "wrong_in_the_request": "the caller has time, and a connection that holds",
        "wrong_failed": "a promise can be taken back by a word in a table",
        "wrong_word": "a status is the work",
        "wrong_later": "a promise may be written down after it is given",
        "wrong_taken": "whoever takes a thing also ends it",
    }

    def prepare(self, bench: Bench) -> None:
        """An empty table."""
        bench.execute(self.sql())

    def rehearse(self, bench: Bench) -> Ran:
        """Serve five callers for a moment, and show what they and the table say."""
        self.prepare(bench)
        with clients.door(bench, self.program) as (port, process):
            if not port:
                words = process.communicate()[1] if process.poll() is not None else "it wrote no port"
                return Ran(process.returncode, "", words, 0)
            answers = clients.call(port, 5, "file")
            time.sleep(0.5)
            rows = bench.ask("SELECT status, count(*) FROM upload GROUP BY 1 ORDER BY 1")
        said = [f"{answer.name}: {answer.status}, after {answer.seconds * 1000:.0f} ms" for answer in answers]
        said += ["half a second later: " + ", ".join(f"{count} {status}" for status, count in rows)]
        return Ran(0, "\n".join(said) + "\n", "", sum(answer.seconds for answer in answers))

    def observe(self, bench: Bench) -> Observation:
        """Three ways with one and with forty clients; then the kill, for the program as it was given."""
        seen, done = [], 0
        for way, words in WAYS.items():
            self.prepare(bench)
            bench.put(f".{way}.py", self.material(way))
            with clients.door(bench, f".{way}.py") as (port, process):
                one = clients.call(port, 1, "first")[0].seconds
                many = clients.call(port, CLIENTS, "file")
                process.kill()
            slowest = max(answer.seconds for answer in many)
            seen.append(
                f"{words}: 1 client waits {one * 1000:.0f} ms, of {CLIENTS} the last {slowest * 1000:.0f} ms"
            )
            if way == "begin":
                with clients.door(bench, ".begin.py"):
                    time.sleep(0.5)  # it had its chance: nothing happens any more
                done = bench.one("SELECT count(*) FROM upload WHERE status = 'done' AND name LIKE 'file%'")
                seen.append(
                    f"in a thread, killed and started again: {CLIENTS - done} of {CLIENTS} say saving, for ever"
                )
        seen += [
            f"killed with one in hand, {words}: {self._cut_off(bench, way)}" for way, words in WAYS.items()
        ]
        return Observation("A" if done == CLIENTS else "B", tuple(seen))

    def _cut_off(self, bench: Bench, way: str) -> str:
        """What a caller sees whose upload is in hand when the process is killed, and what becomes of that upload."""
        self.prepare(bench)
        with (
            clients.door(bench, f".{way}.py", work_seconds=SLOW_SECONDS) as (port, process),
            ThreadPoolExecutor(1) as callers,
        ):
            calling = callers.submit(clients.ask, port, "cut")
            until = time.monotonic() + 2
            while not bench.one("SELECT count(*) FROM upload") and time.monotonic() < until:
                time.sleep(0.05)
            time.sleep(0.2)
            process.kill()
            status = calling.result().status
        after = ""
        if bench.one("SELECT count(*) FROM upload WHERE status = 'received'"):  # a worker would take it
            after = " after the restart"
            with clients.door(bench, f".{way}.py"):
                until = time.monotonic() + 10
                while (
                    not bench.one("SELECT count(*) FROM upload WHERE status = 'done'")
                    and time.monotonic() < until
                ):
                    time.sleep(0.05)
        said = bench.ask("SELECT status FROM upload WHERE name = 'cut'")
        return f"the caller saw {status or 'no answer'}, the table says {said[0][0] if said else 'nothing'}{after}"

    def check(self, bench: Bench) -> Verdict:
        """Forty quick answers, a kill, a restart: whatever was accepted is done in the end, once."""
        self.prepare(bench)
        with clients.door(bench, "server.py") as (port, process):
            answers = clients.call(port, CLIENTS, "file")
            process.kill()
        accepted = [answer.name for answer in answers if answer.status in ACCEPTED]
        slowest = max(answer.seconds for answer in answers)
        if len(accepted) < CLIENTS:
            return not_yet(
                f"Of {CLIENTS} callers {CLIENTS - len(accepted)} got no good answer.",
                "that a door which works for one works for forty",
            )
        if slowest > CLIENTS * WORK_SECONDS * 0.9:  # in the request it is never less than all of the work
            return not_yet(
                f"Of {CLIENTS} callers, the last one waited {slowest:.1f} s for the work of all the others.",
                "that the caller has time, and a connection that holds. Browsers, proxies and people give up, "
                "and then nobody knows what was done",
            )
        with clients.door(bench, "server.py"):
            _wait_while_it_moves(bench)
        left = _open(bench)
        if left and bench.one("SELECT count(*) FROM upload WHERE status = 'failed'"):
            return not_yet(
                f"{CLIENTS} uploads were accepted; after the kill {left} of them were called failed.",
                "that a promise can be taken back by a word in a table. The callers heard 202 and have gone home",
            )
        missing = CLIENTS - bench.one("SELECT count(*) FROM upload WHERE name LIKE 'file%'")
        if missing > 0:
            return not_yet(
                f"{CLIENTS} uploads were accepted; after the kill nobody knows of {missing} of them.",
                _TOO_EARLY,
            )
        if left == 1:
            return not_yet(
                f"{CLIENTS} uploads were accepted; the one in hand when the process was killed is never done.",
                "that whoever takes a thing also ends it. Who takes it and dies has to give it back, without a word",
            )
        if left:
            return not_yet(
                f"{CLIENTS} uploads were accepted; after the kill and the restart most of them are not done, and nothing "
                "works on them.",
                "that a process lives as long as its work. What is only in its memory dies with it",
            )
        if broken := _broken_word(bench):
            return broken
        return solved(f"{CLIENTS} callers, the last answered after {slowest * 1000:.0f} ms",
                      f"killed and started again: all {CLIENTS} done")  # fmt: skip


def _broken_word(bench: Bench) -> Verdict | None:
    """What is wrong where an upload is accepted before it can be written down, or called done before it can be."""
    with clients.door(bench, "server.py", work_seconds=SLOW_SECONDS) as (port, process):
        with bench.connect() as connection, connection.transaction():
            connection.execute("LOCK TABLE upload IN EXCLUSIVE MODE")
            too_early = clients.ask(port, "unwritten", patience=0.7).status in ACCEPTED
            if too_early:
                process.kill()
                process.wait()
        began = time.monotonic()
        if not too_early:
            clients.ask(port, "slow")
            done = bench.one("SELECT count(*) FROM upload WHERE (name, status) = ('slow', 'done')")
            if done and time.monotonic() - began < SLOW_SECONDS:
                return not_yet(
                    f"An upload that takes {SLOW_SECONDS} s said `done` at once.",
                    "that a status is the work. `done` is written by whoever has done it, and afterwards",
                )
            return None
    if bench.one("SELECT count(*) FROM upload WHERE name = 'unwritten'"):
        return None
    return not_yet(
        "While the table could not be written, an upload was accepted; the process was killed, and nobody knows of it.",
        _TOO_EARLY,
    )


def _open(bench: Bench) -> int:
    """How many of the uploads are not done."""
    done: int = bench.one("SELECT count(*) FROM upload WHERE status = 'done' AND name LIKE 'file%'")
    return CLIENTS - done


def _wait_while_it_moves(bench: Bench) -> None:
    """Wait until all are done, or nothing has moved for a while."""
    left, moved = _open(bench), time.monotonic()
    while left and time.monotonic() - moved < 2:
        time.sleep(0.05)
        if (now := _open(bench)) != left:
            left, moved = now, time.monotonic()
