"""Lines of a training."""

from __future__ import annotations

from mmrestore.engine.hooks.logger_hook import training_line


def test_terms_of_a_loss_are_shown_where_there_are_several():
    values = dict(lr=1e-4, loss_a=0.25, loss_b=0.0001234, loss=0.2501234, grad_norm=1234.5)
    assert training_line(values, eta_s=None) == (
        'loss: 0.2501  loss_a: 0.2500  loss_b: 0.000123  lr: 1.00e-04  grad_norm: 1234'
    )


def test_a_wait_for_data_is_shown_where_it_is_long():
    assert 'data_time' not in training_line(dict(time=1.0, data_time=0.09), eta_s=None)
    assert training_line(dict(data_time=0.5, time=1.0, epoch=3, iter=9), eta_s=90061) == (
        'eta: 1 day, 1:01:01  time: 1  data_time: 0.5'
    )
