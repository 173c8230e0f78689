"""Private copies of what the guard relies on, so that no plugin can blind it by replacing them.

A module that gives these builtins to its globals before its first function has them for its own.
"""

import builtins
import os
from types import FunctionType, ModuleType, SimpleNamespace

BUILTINS = dict(vars(builtins))
OS = SimpleNamespace(**vars(os))


def sealed(module: ModuleType) -> SimpleNamespace:
    """Return copies of a module's functions that see each other, `OS` and `BUILTINS` only."""
    space = {**vars(module), "__builtins__": BUILTINS, "os": OS}
    for name, one in vars(module).items():
        if isinstance(one, FunctionType) and one.__globals__ is vars(module):
            copy = FunctionType(one.__code__, space, name, one.__defaults__, one.__closure__)
            copy.__kwdefaults__ = one.__kwdefaults__
            space[name] = copy
    return SimpleNamespace(**space)


PATHS = sealed(os.path)
