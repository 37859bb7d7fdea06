#!/usr/bin/python3
"""A mail server for tests: smtp_peer.py [plain|starttls|tls] [auth]

Prints the number of its free port on 127.0.0.1, then the file of its self-signed certificate for
the name "localhost" ("-" for plain); ends with its standard input. `auth` asks for the user "me"
with the password "s3cret". The recipient refused@example.com and the sender refused@example.com
are refused with 550 5.7.1. Each delivered message is printed as lines that begin with "ehlo",
"tls", "user", "from", "to" (the envelope), "header" and "part" (as Python's email package reads it:
type, charset, file name, transfer encoding and content, as text or hexadecimal) and "raw", and a
line "." to end it.
"""
import asyncio
import email
import email.policy
import logging
import os
import ssl
import subprocess
import sys
import tempfile
import threading
import warnings

try:
    from aiosmtpd.smtp import SMTP, AuthResult
except ImportError:
    print("no aiosmtpd", flush=True)
    sys.exit(0)

logging.disable()  # failures are what some tests are about
warnings.simplefilter("ignore")


def shown(text):
    return text.replace("\\", "\\\\").replace("\r\n", "\\n").replace("\n", "\\n")


def parsed(content):
    message = email.message_from_bytes(content, policy=email.policy.default)
    yield from (f"header {name}: {value}" for name, value in message.items())
    for part in message.walk():
        if part.is_multipart():
            continue
        encoding = part.get("Content-Transfer-Encoding", "-")
        content = part.get_payload(decode=True)
        charset = part.get_content_charset() or "-"
        text = shown(content.decode("utf-8")) if charset == "utf-8" else content.hex()
        name = part.get_filename() or "-"
        yield f"part {part.get_content_type()} {charset} {name} {encoding}: {text}"


class Sink:
    async def handle_MAIL(self, server, session, envelope, address, options):
        if address == "refused@example.com":
            return "550 5.7.1 no such sender"
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address == "refused@example.com":
            return "550 5.7.1 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        user = session.auth_data.login.decode() if session.auth_data else "-"
        lines = [f"ehlo {session.host_name}",
                 f"tls {'yes' if server.transport.get_extra_info('ssl_object') else 'no'}",
                 f"user {user}", f"from {envelope.mail_from}"]
        lines += [f"to {recipient}" for recipient in envelope.rcpt_tos]
        lines += parsed(envelope.content)
        lines += [f"raw {line}" for line in envelope.content.decode("latin-1").split("\r\n")]
        # The test reads when the delivery is over, and a pipe does not hold every message.
        threading.Thread(target=print, args=("\n".join(lines + ["."]),),
                         kwargs={"flush": True}, daemon=True).start()
        return "250 2.0.0 queued"


def authenticate(server, session, envelope, mechanism, data):
    accepted = data.login == b"me" and data.password == b"s3cret"
    return AuthResult(success=accepted, handled=False, auth_data=data if accepted else None)


def tls_context(directory):
    certificate, key = directory + "/peer.crt", directory + "/peer.key"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
         "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj", "/CN=localhost",
         "-addext", "subjectAltName=DNS:localhost", "-keyout", key, "-out", certificate],
        check=True, stderr=subprocess.DEVNULL)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context, certificate


async def serve(kind, auth, directory):
    sys.stdout.reconfigure(encoding="utf-8", errors="surrogateescape")
    context, certificate = tls_context(directory) if kind != "plain" else (None, "-")
    options = {"hostname": "sink.example", "enable_SMTPUTF8": True, "data_size_limit": None}
    if auth:
        options |= {"authenticator": authenticate, "auth_require_tls": False, "auth_required": True}
    if kind == "starttls":
        options |= {"tls_context": context}
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: SMTP(Sink(), loop=loop, **options), "127.0.0.1", 0,
        ssl=context if kind == "tls" else None)
    print(server.sockets[0].getsockname()[1])
    print(certificate, flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


def main():
    arguments = sys.argv[1:]
    with tempfile.TemporaryDirectory() as directory:
        asyncio.run(serve(arguments[0], "auth" in arguments, directory))
    os._exit(0)


main()
