"""The mail server, and the only importer of its client; loaded where the operator has named one."""

import ssl
from email.message import EmailMessage

import aiosmtplib

from app.config import Settings

SEND_SECONDS = 20


class MailServer:
    """Where the settings say mail goes. Reads the system's certificates: made in a thread."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._trusted = ssl.create_default_context()

    async def send(self, to: str, subject: str, text: str) -> None:
        """Send one mail; raises aiosmtplib's errors and OSError."""
        message = EmailMessage()
        message["From"] = self._settings.smtp_from
        message["To"] = to
        message["Subject"] = subject
        message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office answers
        message.set_content(text)
        settings = self._settings
        await aiosmtplib.send(
            message,
            hostname=settings.smtp_host,
            port=settings.smtp_port,
            username=settings.smtp_username or None,
            password=settings.smtp_password.get_secret_value() or None,
            use_tls=settings.smtp_tls == "tls",
            start_tls=settings.smtp_tls == "starttls",
            tls_context=self._trusted,
            timeout=SEND_SECONDS,
            local_hostname="localhost",  # else the machine's name is looked up
        )
