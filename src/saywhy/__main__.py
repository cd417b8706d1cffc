"""`python -m saywhy` is the command `saywhy`."""

from saywhy.doors.cli.main import main

if __name__ == "__main__":
    main()
