"""The command line: a table from sub-command to module, each module one family of commands."""
