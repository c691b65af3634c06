"""A short run of `./dev fuzz`."""

import fuzz

# Few: the long run has what is systematic and takes minutes.
BOUNDS = ("--phases", "examples,fuzzing", "--max-examples", "3")


def test_whatever_is_asked_is_answered_as_the_contract_says():
    done = fuzz.run(1, *BOUNDS)
    assert done.returncode == 0, done.stdout[-5000:]
    assert " passed" in done.stdout, done.stdout[-5000:]
