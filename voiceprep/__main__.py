"""The entry point: from its first line to its last a signal ends it without a traceback."""


def main() -> None:
    """Run the command line."""
    from .cli.signals import end_at_once, handle_signals, leave

    handle_signals(end_at_once)
    from .cli.main import main as run

    leave(run())


if __name__ == "__main__":
    main()
