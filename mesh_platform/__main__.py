"""`python -m mesh_platform`: the command line, where the `mesh` script is not on the path."""

from mesh_platform.cli.main import main

if __name__ == "__main__":
    main()
