"""Python objects that captured code refers to: arguments of exceptions that are known at run time only, what is printed.

Numba reaches them through an environment for each function, whose address it stores in a global variable when it loads the
function. Captured functions are never loaded, so whoever compiles code that was made from them for the host does it.
"""

from __future__ import annotations

from numba.core.codegen import CPUCodeLibrary
from numba.core.environment import Environment, lookup_environment

PREFIX = "_ZN08NumbaEnv"


def bind(library: CPUCodeLibrary) -> tuple[Environment, ...]:
    """Let the code of a library of the CPU target, already loaded, find its environments.

    Returns
    -------
    tuple
        The environments: to be kept as long as the code, for instance as the ``referenced_envs`` of a compile result, where
        Numba's cache finds them as well.
    """
    names = [variable.name for variable in library._final_module.global_variables if variable.name.startswith(PREFIX)]
    found = {name: environment for name in names if (environment := lookup_environment(name)) is not None}
    for name, environment in found.items():
        library.codegen.set_env(name, environment)
    return tuple(found.values())
