"""`python -m ringback` is the `ringback` command."""

from ringback.cli.app import main

if __name__ == "__main__":
    main()
