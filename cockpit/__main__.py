"""Entry of the command line: python -m cockpit."""

from cockpit.cli.app import main

if __name__ == "__main__":
    main()
