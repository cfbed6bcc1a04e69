"""resplog: error codes, failure rates and RequestIds, from logs of Tencent Cloud API 3.0 responses.

The program is a binary; this module only finds it, for callers that start it themselves.
"""

import os
import sys
import sysconfig

__all__ = ["find_program"]


def find_program() -> str:
    """The path of the program that was installed with this module.

    Looks where pip puts scripts: in the environment, in the user's scheme, and beside the module, where
    ``pip install --target`` and ``--prefix`` leave them. Raises FileNotFoundError with the places that were tried.
    """
    here = os.path.dirname(os.path.abspath(__file__))
    user = "posix_user" if sys.version_info < (3, 10) else sysconfig.get_preferred_scheme("user")
    folders = [
        sysconfig.get_path("scripts"),
        sysconfig.get_path("scripts", scheme=user),
        os.path.join(os.path.dirname(here), "bin"),
        os.path.normpath(os.path.join(here, *[os.pardir] * 4, "bin")),
    ]
    tried = [os.path.join(folder, "resplog") for folder in folders]
    for path in tried:
        if os.path.isfile(path):
            return path
    raise FileNotFoundError("resplog is in none of: " + ", ".join(tried))
