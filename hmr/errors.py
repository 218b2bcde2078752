"""What is wrong with an input, said in one line."""


class InputError(Exception):
    """Bad input from the user.

    The message is one line that names the file, the key or the package, and
    what to do. ``run.py`` prints it and exits with 1, without a traceback.
    """
