"""`python -m smsbot` is `smsbot`."""

from smsbot.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
