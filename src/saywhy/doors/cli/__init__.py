"""The command line: `main` is the root, each subcommand a module that is imported when it is called."""
