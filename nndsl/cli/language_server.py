"""`nndsl lsp`: starts the language server. In: a port, or none. Out: the exit code that the protocol asks for: 1 where
the client did not say `shutdown`.
"""

from __future__ import annotations

from nndsl.cli.console import Console

WELL, LEFT, MISUSED = 0, 1, 2
PORTS = range(1, 65536)


def language_server(port_text: str | None, console: Console) -> int:
    port = int(port_text) if port_text is not None and port_text.isdecimal() else None
    if port_text is not None and port not in PORTS:
        console.say(f"`--tcp` takes a port from {PORTS[0]} to {PORTS[-1]}, not `{port_text}`")
        return MISUSED
    try:
        import pygls.lsp.server  # noqa: F401
    except ImportError:
        from nndsl.diagnostics import Diagnostic

        message = "the language server needs the package `pygls` from version 2 on, which is not installed"
        console.report([Diagnostic("E0704", message, None, help="run `pip install 'nndsl[lsp]'`")])
        return MISUSED
    from nndsl.crash import write_crash
    from nndsl.lsp.server import serve

    arguments = ["lsp"] if port_text is None else ["lsp", "--tcp", port_text]
    try:
        took_leave = serve(lambda problem: write_crash(problem, arguments), port)
    except OSError as problem:
        if port is None:
            raise
        console.say(f"port {port_text} cannot be had: {(problem.strerror or str(problem)).lower()}")
        return MISUSED
    return WELL if took_leave else LEFT
