"""`--format`: in which shape a command answers, text for people or JSON for programs."""

from collections.abc import Callable
from typing import Any, TypeVar

import click

Command = TypeVar("Command", bound=Callable[..., Any])


def format_option(*more: str, explained: bool = False) -> Callable[[Command], Command]:
    """The option, whose value the command takes as `shape`.

    `more`: the shapes besides `text` and `json`. `explained`: whether `--help` says what the option is for.
    """
    return click.option(
        "--format",
        "shape",
        type=click.Choice(["text", "json", *more]),
        default="text",
        show_default=True,
        help="How to answer." if explained else None,
    )
