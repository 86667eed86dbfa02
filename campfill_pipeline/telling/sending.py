"""Sending one message to one address, by Apprise: mail, chat, webhooks.

Belongs here: the way out. Does not belong here: what is sent, when it is tried again. Apprise sends a mail with a new
Message-ID each time; ours keeps its own, so that a mail whose receipt was not heard is known as the same.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from email import message_from_string
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from apprise import NotifyBase

REFUSED = "it did not take the message, or could not be reached"
_WAIT_SECONDS = 20


@dataclass(frozen=True)
class Outcome:
    """Which of the address's targets have the message now, and what is wrong with the others (None: nothing)."""

    taken_by: tuple[str, ...]
    fault: str | None


def is_address(address: str) -> bool:
    """Whether Apprise knows this kind of address and can read it."""
    with _silent():
        return _plugin(address) is not None


def _plugin(address: str) -> NotifyBase | None:
    from apprise import Apprise

    # Addresses may say how long to wait, and in which format to write; neither is left to them to forget.
    made: Any = Apprise.instantiate(address, suppress_exceptions=True)
    return made if made and not isinstance(made, bool) else None


def send(
    address: str,
    *,
    message_id: str,
    title: str,
    text: str,
    html: str,
    attachment: Path | None = None,
    taken_by: Sequence[str] = (),
) -> Outcome:
    """Send to every target of the address that does not have it yet. Never raises for what is beyond this machine."""
    from apprise.plugins.email.base import NotifyEmail

    with _silent():
        plugin = _plugin(address)
        if plugin is None:
            return Outcome(tuple(taken_by), "its address cannot be read")
        plugin.socket_connect_timeout = plugin.socket_read_timeout = _WAIT_SECONDS
        files = _files(attachment)
        if isinstance(plugin, NotifyEmail) and type(plugin).send is NotifyEmail.send:
            return _mail(plugin, message_id, title, text, html, files, taken_by)
        return _other(plugin, title, text, files)


def _files(attachment: Path | None) -> list[Any]:
    from apprise.attachment.file import AttachFile

    made: Any = AttachFile
    return [made(str(attachment))] if attachment and attachment.is_file() else []


def _other(plugin: Any, title: str, text: str, files: list[Any]) -> Outcome:
    from apprise import NotifyFormat

    took = plugin.notify(
        body=text, title=title, body_format=NotifyFormat.TEXT,
        attach=files if files and plugin.attachment_support else None,
    )  # fmt: skip
    return Outcome((), None if took else REFUSED)


def _mail(
    plugin: Any, message_id: str, title: str, text: str, html: str, files: list[Any], taken_by: Sequence[str]
) -> Outcome:
    import smtplib

    from apprise import NotifyFormat
    from apprise.plugins.email.base import NotifyEmail
    from apprise.plugins.email.smtp import AppriseSMTPController

    taken = list(taken_by)
    left = [(name, address) for name, address in plugin.targets if address not in taken]
    if not left:
        return Outcome(tuple(taken), None)
    try:
        with AppriseSMTPController(
            host=plugin.smtp_host, port=plugin.port, secure_mode=plugin.secure_mode, user=plugin.user,
            password=plugin.password, verify_certificate=plugin.verify_certificate,
            socket_connect_timeout=plugin.socket_connect_timeout,
        ) as server:  # fmt: skip
            for mail in NotifyEmail.prepare_emails(
                subject=title, body=html, notify_format=NotifyFormat.HTML, from_addr=plugin.from_addr, to=left,
                cc=plugin.cc, bcc=plugin.bcc, reply_to=plugin.reply_to, smtp_host=plugin.smtp_host,
                attach=files or None, headers=dict(plugin.headers), names=plugin.names, tzinfo=plugin.tzinfo,
            ):  # fmt: skip
                if server.sendmail(
                    plugin.from_addr[1], mail.to_addrs, _finished(mail.body, message_id, text)
                ):
                    taken.append(mail.recipient)
    except (OSError, smtplib.SMTPException, RuntimeError) as error:
        return Outcome(tuple(taken), _named(error))
    missing = {address for _, address in left} - set(taken)
    return Outcome(tuple(taken), REFUSED if missing else None)


def _named(error: Exception) -> str:
    """What went wrong without what the server said: that may hold the user's name."""
    return f"{REFUSED} ({type(error).__name__})"


def _finished(body: str, message_id: str, text: str) -> str:
    """The mail with its own id, and our plain text: the one that Apprise takes from the HTML lacks links."""
    mail = message_from_string(body)
    for part in mail.walk():
        if part.get_content_type() == "text/plain" and not part.get_filename():
            del part["Content-Transfer-Encoding"]
            part.set_payload(text, "utf-8")
    del mail["Message-ID"]
    mail["Message-ID"] = f"<{message_id}>"
    return mail.as_string()


@contextlib.contextmanager
def _silent() -> Iterator[None]:
    """Apprise's own log names hosts, users and topics: it is not written down."""
    log = logging.getLogger("apprise")
    before, log.disabled = log.disabled, True
    try:
        yield
    finally:
        log.disabled = before
