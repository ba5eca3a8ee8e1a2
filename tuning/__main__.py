"""`python -m tuning`: hands over to the command line. Knows nothing else."""

import sys

from tuning.cli import main

__all__: list[str] = []

if __name__ == "__main__":
    sys.exit(main())
