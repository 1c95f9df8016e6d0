"""Load the SQLMesh project of the working directory: what each of its commands does first."""

import sys


def main() -> None:
    """Fail unless as many models are loaded as the command line says."""
    from sqlmesh import Context

    models = Context(paths=".").models
    if len(models) < int(sys.argv[1]):
        raise SystemExit(f"{len(models)} models")


if __name__ == "__main__":
    main()
