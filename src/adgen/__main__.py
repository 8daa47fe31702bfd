"""``python -m adgen``: the command line."""

from adgen.cli.main import main

if __name__ == "__main__":
    main()
