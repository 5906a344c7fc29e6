"""What ``python -m irad`` shows: fits of real data with irad's gradients (`report`), and any function of the user's (`user`).

Nothing here is needed to differentiate; the fits need the extra ``demo``.
"""
