"""A ratio beside its goal, in the words of every line that the benchmarks print."""


def told(ratio, goal, at_least=False):
    """Say whether a ratio reaches its goal.

    :param at_least: the ratio is to be as high as the goal, not as low
    """
    reached = ratio >= goal if at_least else ratio <= goal
    words = "at least" if at_least else "at most"
    verdict = "reached" if reached else "MISSED"
    return f"ratio {ratio:.2f} (goal {words} {goal:.2f}: {verdict})"
