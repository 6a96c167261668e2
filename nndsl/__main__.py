"""`python -m nndsl` is `nndsl`."""

from nndsl.cli import main

raise SystemExit(main())
