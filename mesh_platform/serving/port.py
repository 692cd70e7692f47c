"""The address of the UI."""

import errno
import socket

from mesh_platform.environment import EnvironmentProblem


def require_free(host: str, port: int) -> None:
    """Raises EnvironmentProblem when nothing can listen there."""
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as attempt:
            attempt.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            attempt.bind(address)
    except OSError as problem:
        reason = "another program listens there" if problem.errno == errno.EADDRINUSE else problem.strerror
        message = f"the UI cannot listen on `{host}:{port}`: {reason}; choose another with `--port`"
        raise EnvironmentProblem(message) from problem
