"""Showing steps as they go: live on a terminal, a line each elsewhere, nothing where only JSON may be written."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from rich.console import Console
from rich.markup import escape

from mesh_platform.serving.step import State, Step

Show = Callable[[Step], None]

_WIDE: Final = 160
"""Characters of a line in a file or a pipe, where nothing tells a width."""
_MARKS = {
    State.SUCCEEDED: "[green]done[/green]   ",
    State.FAILED: "[red]failed[/red] ",
    State.SKIPPED: "[yellow]skipped[/yellow]",
}


def console_of(stderr: bool = False) -> Console:
    """The terminal, or what stands for it, where a table is not folded to the width of a terminal that is not there."""
    console = Console(stderr=stderr, highlight=False)
    return console if console.is_terminal else Console(stderr=stderr, highlight=False, width=_WIDE)


@contextmanager
def progress(console: Console | None) -> Iterator[Show]:
    """A function to tell of steps: the running ones beneath, the ended ones above them."""
    if console is None:
        yield lambda step: None
        return
    if not console.is_terminal:
        yield lambda step: _print(console, step)
        return
    running: dict[str, None] = {}
    with console.status("") as status:

        def show(step: Step) -> None:
            if step.state is State.STARTED:
                running[step.name] = None
            else:
                running.pop(step.name, None)
                _print(console, step)
            status.update(escape(", ".join(running)) or "...")

        yield show


def _print(console: Console, step: Step) -> None:
    if step.state is not State.STARTED:
        seconds = f"{step.seconds:6.1f} s" if step.seconds is not None else " " * 8
        message = f"  {escape(step.message)}" if step.message else ""
        console.print(f"{_MARKS[step.state]} {seconds}  {escape(step.name)}{message}", highlight=False, soft_wrap=True)
