"""Networks as their papers write them: slow and obvious, to test and to time those of mmrestore."""

from plain_networks.swinir import PlainSwinIR

__all__ = ['PlainSwinIR']
