"""A group of commands that answers what there is when it is asked for nothing else."""

import click


class ListsByItself(click.Group):
    """A group whose `list` is what it does when it is given no command."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        asks_nothing_else = not args or (args[0].startswith("-") and args[0] not in ctx.help_option_names)
        return super().parse_args(ctx, ["list", *args] if asks_nothing_else else args)
