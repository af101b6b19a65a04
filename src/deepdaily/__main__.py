"""`python -m deepdaily`."""

from deepdaily.cli import main

if __name__ == "__main__":
    main()
