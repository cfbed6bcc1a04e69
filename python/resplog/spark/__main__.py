"""``python -m resplog.spark``, and what ``spark-submit`` runs: becomes ``resplog-spark``."""

import sys

from resplog.spark.cli import main

if __name__ == "__main__":
    sys.exit(main())
