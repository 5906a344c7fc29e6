"""The semantic cases that a differentiator of LLVM code has to get right, and where each is tested.

The numbers are those of the survey of Enzyme's tests that the project started from, written anew as njit functions. A case is covered
by scenarios, which the runner takes through every mode, by tests of its own where a scenario cannot say it, or by neither, for a reason.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Case:
    """Names of scenarios, and of tests as ``file::function`` below ``tests``."""

    about: str
    scenarios: tuple[str, ...] = ()
    tests: tuple[str, ...] = ()
    reason: str = ""


def case(about: str, *names: str, reason: str = "") -> Case:
    return Case(about, tuple(n for n in names if "::" not in n), tuple(n for n in names if "::" in n), reason)


CASES: dict[int, Case] = {
    # Loops
    1: case("early break on data, then the slot that was read is overwritten", "sum_until_large"),
    2: case("while with an unknown trip count", "while_below", "while_in_for_in_while"),
    3: case("several exits, at several depths", "breaks_at_two_depths", "three_exits", "early_return_from_nest"),
    4: case("trip counts of zero and less", "squares_in_place_if_any", "symbolic_trip_count"),
    5: case("a bound in memory, overwritten in the loop", "bound_changes_in_memory", "bound_overwritten_in_loop", "float_bound_shrinks"),
    6: case("triangular nests, loads under a condition, inner bounds from an array", "triangular", "triangular_from_above",
            "triangle_under_condition", "inner_bound_from_array"),
    7: case("symbolic around constant trip counts, and the reverse", "symbolic_around_constant", "constant_around_symbolic"),
    8: case("values of the last and of the previous iteration", "last_value_used", "previous_value_used"),
    9: case("recurrences that are no reductions", "logistic_map", "truncated_in_loop", "two_term_recurrence"),
    10: case("steps other than 1, counting down, unsigned counters", "step_two", "step_back", "symbolic_step", "counting_down",
             "unsigned_counter"),
    11: case("products with a zero factor, chains of quotients, the start value", "product_with_zero", "quotient_chain"),
    12: case("maximum with ties, minimum by index", "maximum_loop", "minimum_by_index"),
    13: case("a callee in a loop that loops and allocates", "helper_loops_and_allocates"),
    14: case("searches, data-dependent swaps", "binary_search", "insertion_sort"),
    15: case("an inner loop that is never entered", "inner_loop_never_entered"),
    16: case("the next iteration writes what this one read; left shift", "next_iteration_overwrites", "previous_row_overwritten",
             "left_shift"),
    17: case("invariant loads and stores", "invariant_load"),
    # Branches, phis, selects
    18: case("diamonds, nests, chains, shared targets", "diamond", "nested_branches", "elif_chain", "shared_targets"),
    19: case("phis of phis, of constants, of undefined values, in loops", "join_of_joins", "join_of_constants", "undefined_on_one_path",
             "joins_in_loop"),
    20: case("pointers chosen by flags or data, active mixed with constant", "array_chosen_by_flag", "array_chosen_by_data",
             "arrays_swapped", "active_or_constant_array", "constant_array_written", "three_arrays"),
    21: case("an arm with an infinite slope that is not taken", "guarded_root", "guarded_quotient", "guarded_power", "root_of_relu"),
    22: case("state machines", "state_machine"),
    23: case("errors on paths that are never taken, and taken", "raise_in_branch", "raise_in_branch_taken", "assert_in_loop_taken",
             "helper_raises_among_arrays_taken", "handled_in_loop"),
    # Memory
    24: case("squares in place; read, write, read", "square_in_place_then_sum", "squared_again_and_again", "read_write_read"),
    25: case("a callee loads what the caller overwrites behind it", "helper_reads_what_is_overwritten"),
    26: case("scratch that is refilled each iteration, with and without a gather", "scratch_refilled", "scratch_gathered"),
    27: case("a triangular solve that reads earlier outputs", "forward_substitution", "tridiagonal_solve"),
    28: case("block copies: then overwritten, of one element, overlapping", "copy_then_overwrite_source", "copy_of_one", "overlapping_copy",
             "overlapping_copy_down"),
    29: case("memory cleared after and before use, constants stored over active values", "cleared_after_use", "cleared_before_use",
             "middle_cleared", "constant_stored_over_active"),
    30: case("floats through integer registers", "through_integer_registers"),
    31: case("allocation in loops, kept in a list", "made_in_loop", "growing_in_loop", "list_of_new_arrays"),
    32: case("growth by reallocation", "list_of_new_arrays", "stack_machine"),
    33: case("allocations without use, inactive buffers", "unused_temporary", "constant_temporary", "boolean_temporary"),
    34: case("arguments that share memory", "views_of_one_buffer", "overlapping_views", "irad/test_sharing.py::test_derivatives",
             "irad/test_sharing.py::test_what_is_not_written_has_partial_derivatives_of_its_own"),
    35: case("linked lists and trees", "list_by_indices", "tree_by_indices"),
    36: case("global arrays", "uses_globals", "uses_global_table", "global_or_argument"),
    37: case("several active results, arrays among them, views, one twice", "returns_tuple", "returns_scalar_and_array", "returned_array",
             "returns_named_tuple", "returned_twice", "views_of_arguments_returned", "nested_arrays_returned"),
    38: case("arrays in tuples and lists", "tuple_with_array", "list_of_arguments", "list_of_lists",
             "irad/test_containers.py::test_lists_as_constant_arguments"),
    39: case("strides of every kind, no dimensions, no elements", "strided_inside", "views_of_views", "transposed", "zero_dimensional",
             "empty_temporary", "view_outlives_loop", "view_of_temporary_outlives_loop"),
    40: case("masked loads and stores", "masked_elements", "where_chosen"),
    # Calls
    41: case("recursion: direct, mutual, as a tree, with arrays that change", "recursive_power", "recursive_tree", "recursive_sort",
             "recursive_arrays", "mutual_recursion", "irad/test_calls.py::test_recursion_is_as_deep_as_the_stack_allows"),
    42: case("results that are not used, integer arguments", "unused_result", "unused_call", "constants_and_integers"),
    43: case("functions in variables and tables, chosen by data", "helper_chosen", "irad/test_calls.py::test_functions_chosen_by_data"),
    44: case("one function with several activities", "same_helper_other_activity", "other_activities"),
    45: case("rules of the user's own: in either mode, transposed, second derivatives, arrays, roots of equations, constants",
             "irad/test_custom.py::test_reverse_mode_takes_the_rule",
             "irad/test_custom.py::test_forward_mode_takes_the_rule_and_reverse_mode_transposes_it",
             "irad/test_custom.py::test_second_derivatives_are_those_of_the_rule", "irad/test_custom.py::test_arrays_and_residuals",
             "irad/test_custom.py::test_an_implicit_vector", "irad/test_custom.py::test_stop_gradient"),
    46: case("a constant argument that shares memory with an active one",
             "irad/test_sharing.py::test_constant_arguments_share_the_memory_of_differentiated_ones"),
    47: case("second derivatives, nested", "irad/test_njit.py::test_forward_over_forward", "irad/test_njit.py::test_forward_over_reverse",
             "passes/test_nesting.py::test_reverse_over_reverse", "passes/test_nesting.py::test_reverse_over_forward"),
    # Mathematics
    48: case("roots at zero, the norm of a zero vector", "root_at_zero", "norm"),
    49: case("abs, copysign, min and max with ties, clip", "kink_of_abs", "kink_of_max", "clipped", "clamped", "two_arguments",
             "passes/rules/test_corners.py::test_corner"),
    50: case("powers at their corners", "power_of_floats", "powers_of_zero", "run_time_power", "constant_powers", "guarded_power"),
    51: case("atan2, hypot and remainders in all quadrants", "two_arguments", "remainders", "divmod_of_floats",
             "passes/rules/test_corners.py::test_atan2_neither_overflows_nor_underflows"),
    52: case("mantissas and exponents, steps", "mantissas", "scaled_by_powers_of_two", "steps"),
    53: case("log1p and expm1 near zero, logaddexp, error and gamma functions", "near_zero", "log_of_sums", "log_sum_exp", "special"),
    54: case("single precision, complex numbers, integers in between", "single_precision_inside", "complex_arithmetic", "complex_functions",
             "integer_round_trips"),
    55: case("contraction and fastmath", "multiply_add", "multiply_add_fastmath"),
    # What is kept
    56: case("the last small value of a chain is cheapest to keep", "long_chain_of_small_values"),
    57: case("one value needed twice", "value_needed_twice"),
    58: case("remembered conditions", "remembered_branches"),
    59: case("a tape that grows beyond powers of two", "loop_with_many_iterations"),
    # Others
    60: case("fixed points do not depend on the start", "fixed_point", "newton_root"),
    61: case("checkpointed time loops", "heat_with_two_buffers", reason="irad has no schedules for checkpoints: it stores what it needs"),
    62: case("prange: map, stencil, gather with collisions, reductions", "parallel_map_and_sums", "parallel_stencil", "parallel_gather",
             "parallel_array_reduction"),
    63: case("several tangents at once", "irad/test_width.py::test_any_width_gives_the_same"),
    64: case("properties that hold always: dot products, finite differences", "test_programs.py::test_programs",
             "irad/test_check.py::test_right_derivatives_pass"),
}
