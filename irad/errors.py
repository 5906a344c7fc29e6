"""What can go wrong, one class per cause. None of them is a Numba class: those would reach the user as a TypingError."""

from __future__ import annotations

import re
import sys
import tempfile

from irad_passes import errors as engine


class IradError(Exception):
    """Base of every error that irad raises."""


class ArgumentTypeError(IradError, TypeError):
    """argnums picks an integer, a boolean or an object; or a tangent or cotangent has the wrong dtype or shape."""


class OutputTypeError(IradError, TypeError):
    """A gradient of a function that does not return one float."""


class NoDerivativeError(IradError, NotImplementedError):
    """A call or an instruction whose derivative irad does not know.

    Attributes
    ----------
    callee : str
        Name of the function that is called, or the LLVM opcode.
    function : str
        Name of the Python function in which it stands.
    line : int or None
        Line of it in the Python file, where it is known.
    """

    def __init__(self, message: str, callee: str = "", function: str = "", line: int | None = None) -> None:
        super().__init__(message)
        self.callee = callee
        self.function = function
        self.line = line


class UnsupportedError(IradError, NotImplementedError):
    """What irad cannot differentiate; the message says what to do instead."""


class InternalError(IradError, RuntimeError):
    """A pass wrote IR that is not valid: a bug of irad's. The message names the pass and the file that holds the IR."""


_PYTHON = re.compile(r"irad\.python\.|NRT_(?:adapt_ndarray_to|meminfo_as)_py|Py[A-Z_]")
"""Functions that take values to Python."""
PLEASE = "This is a bug of irad's; please report it"


def public(error: engine.PassError, subject: str, place: str, line: int | None = None) -> IradError:
    """The public error for one of the engine's.

    Parameters
    ----------
    subject
        What was asked for: "gradient(loss)".
    place, line
        The Python function that holds the instruction, and the line: "`loss` (model.py:41)", 41.
    """
    found: IradError
    said = readable(str(error))
    match error:
        case engine.NoDerivative() if _PYTHON.match(error.callee):
            found = UnsupportedError(f"{subject}: what depends on the inputs goes to Python (`with objmode`, or to be printed), in "
                                     f"{place}. irad differentiates compiled code only: compute there what depends on the inputs, and let "
                                     f"Python fill constant arrays.")
        case engine.NoDerivative():
            found = NoDerivativeError(f"{subject}: {said}, in {place}. Give it one with irad.custom_vjp or irad.custom_jvp, wrap it in "
                                      f"irad.stop_gradient if its derivative is zero, or choose arguments with argnums that it does not "
                                      f"depend on.", readable(error.callee), place.split("`")[1], line)
        case engine.Unsupported():
            found = UnsupportedError(f"{subject}: {said}, in {place}.")
        case engine.VerificationError():
            found = InternalError(f"{subject}: {error}, in {place}. {PLEASE} with the IR in {saved(error.text)}.")
        case _:
            found = InternalError(f"{subject}: {error}, in {place}. {PLEASE}.")
    if error.instruction is not None and sys.version_info >= (3, 11):
        found.add_note(f"The instruction: {error.instruction!r}")
    return found


_MANGLED = re.compile(r"_ZN((?:\d+[^\W\d]\w*?)+)(?=B\d|E)[\w.]*")


_LAPACK = {"numba_ez_rgeev": "np.linalg.eig", "numba_ez_cgeev": "np.linalg.eig", "numba_ez_xxxevd": "np.linalg.eigh",
           "numba_ez_gesdd": "np.linalg.svd", "numba_ez_geqrf": "np.linalg.qr", "numba_ez_xxgqr": "np.linalg.qr",
           "numba_ez_gelsd": "np.linalg.lstsq", "numba_xxgemm": "np.linalg.pinv"}
"""What a user wrote, who is told of a routine of LAPACK."""

_CONTAINERS = {"numba_dict_": "numba.typed.Dict", "NRT_MemInfo_varsize_": "a list or set that grows"}
"""What a user wrote, by the start of a routine of Numba's runtime."""


def readable(text: str) -> str:
    """``text`` with the symbols of Numba's functions replaced by the names of the functions."""
    def name(match: re.Match[str]) -> str:
        rest, found = match[0][len("_ZN"):], ""
        while (length := re.match(r"\d+", rest)) is not None:
            found = rest[length.end():length.end() + int(length[0])]
            rest = rest[length.end() + int(length[0]):]
        return found.replace("_3clocals_3e_2e", "").rpartition("_2e")[2]

    def routine(match: re.Match[str]) -> str:
        return next((shown for start, shown in _CONTAINERS.items() if match[0].startswith(start)), _LAPACK.get(match[0], match[0]))

    return _MANGLED.sub(name, re.sub(r"(?:numba|NRT)_\w+", routine, text))


def saved(text: str) -> str:
    """Write IR to a file that outlives the process, and return its name."""
    with tempfile.NamedTemporaryFile("w", prefix="irad-", suffix=".ll", delete=False) as file:
        file.write(text)
    return file.name
