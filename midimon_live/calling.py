"""What a call with the wrong arguments is told: what it takes, and what was probably meant."""

from collections.abc import Callable
from functools import wraps
from inspect import Parameter, Signature, signature
from typing import Any, ParamSpec, TypeVar

from midimon_live.show import did_you_mean, near

_P = ParamSpec("_P")
_T = TypeVar("_T")


def explained(function: Callable[_P, _T]) -> Callable[_P, _T]:
    """Have a function that is called with arguments that it does not take say how it is written.

    What it raises by itself goes on as it is.
    """

    @wraps(function)
    def called(*args: _P.args, **named: _P.kwargs) -> _T:
        try:
            return function(*args, **named)
        except TypeError as error:
            written = signature(function)
            try:
                written.bind(*args, **named)
            except TypeError:
                raise TypeError(f"{error}; {_help(function.__name__, written, named)}") from None
            raise

    return called


def _help(name: str, written: Signature, named: dict[str, Any]) -> str:
    parameters = written.parameters
    bare = [one.replace(annotation=Parameter.empty) for one in parameters.values()]
    text = f"it is written {name}{Signature(bare)}"
    unknown = next((one for one in named if one not in parameters), None)
    if unknown is not None:
        text += did_you_mean(near(unknown, parameters))
    elif "*, " in text:
        text += "; what stands behind * goes by its name"
    return text
