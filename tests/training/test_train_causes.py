import numpy as np

from training.train_causes import Loss, profile, usual


def test_the_spread_of_a_cause_is_drawn_to_that_of_all():
    mean, spread = usual(np.array([[0.0, 0.0], [0.0, 2.0]]))
    assert mean.tolist() == [0.0, 1.0]
    assert spread.tolist() == [0.25, 0.75]


def test_a_profile_tells_the_cause_of_the_losses_that_a_deal_resembles():
    nothing = np.zeros(0)
    losses = [Loss(str(n), n % 2, nothing, np.array([float(n % 2), 0.5])) for n in range(12)]
    known = profile(losses, ("polite_enthusiasm", "paper_process"))
    assert known.usual.tolist() == [0.5, 0.5, 0.0, 0.0, 0.0, 0.0]
    shares = known.shares(np.array([1.0, 0.5]))
    assert shares.argmax() == 1 and shares.sum() == 1.0
    assert known.shares(np.array([99.0, 0.5])).tolist() == known.shares(np.array([9.0, 0.5])).tolist()
