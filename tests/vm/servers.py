# SPDX-License-Identifier: GPL-2.0-or-later
"""
Real servers on this machine that have the packages of a folder: HTTP, HTTPS with a
certificate made on the spot, and FTP with user and password.
"""
import functools
import http.server
import logging
import os
import secrets
import ssl
import subprocess
import tempfile
import threading

from pyftpdlib.authorizers import DummyAuthorizer
from pyftpdlib.handlers import FTPHandler
from pyftpdlib.log import config_logging
from pyftpdlib.servers import FTPServer


# Of the virtual machine alone (tests/vm/init): no modem is sent to 127.0.0.1.
ADDRESS = "192.0.2.1"


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *arguments):
        pass


def serve(server):
    threading.Thread(target=server.serve_forever, daemon=True).start()


def certificate(host):
    """A key, and a certificate that it signed itself, in one file."""
    file = tempfile.NamedTemporaryFile(suffix=".pem", delete=False)
    made = subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
         "-nodes", "-subj", f"/CN={host}", "-days", "3650", "-keyout", "-", "-out", "-"],
        check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    file.write(made.stdout)
    file.close()
    return file.name


class Servers:
    """Each is started when its address is asked for first."""

    def __init__(self, folder, port, address=ADDRESS):
        self.folder = folder
        self.address = address
        self.port = port  # of HTTP; 0: any
        self.password = secrets.token_hex(8)
        config_logging(level=logging.WARNING)

    def http_server(self, port=0):
        handler = functools.partial(QuietHandler, directory=self.folder)
        return http.server.ThreadingHTTPServer((self.address, port), handler)

    @functools.cached_property
    def http(self):
        server = self.http_server(self.port)
        serve(server)
        return f"http://{self.address}:{server.server_port}"

    @functools.cached_property
    def https(self):
        server = self.http_server()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        file = certificate(self.address)
        context.load_cert_chain(file)
        os.unlink(file)
        # The handshake in the connection's own thread: a slow modem holds up no other.
        server.socket = context.wrap_socket(server.socket, server_side=True,
                                            do_handshake_on_connect=False)
        serve(server)
        return f"https://{self.address}:{server.server_port}"

    @functools.cached_property
    def ftp(self):
        authorizer = DummyAuthorizer()
        authorizer.add_user("modem", self.password, os.path.dirname(self.folder))
        handler = type("Handler", (FTPHandler,), {"authorizer": authorizer})
        server = FTPServer((self.address, 0), handler)
        serve(server)
        place = f"{self.address}:{server.address[1]}/{os.path.basename(self.folder)}"
        return f"ftp://modem:{self.password}@{place}"
