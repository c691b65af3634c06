"""What the `./dev` command is made of. Only the standard library is needed here."""
