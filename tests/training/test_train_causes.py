import numpy as np

from training.train_causes import usual


def test_the_spread_of_a_cause_is_drawn_to_that_of_all():
    mean, spread = usual(np.array([[0.0, 0.0], [0.0, 2.0]]))
    assert mean.tolist() == [0.0, 1.0]
    assert spread.tolist() == [0.25, 0.75]
