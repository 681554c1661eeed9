"""Faults of the demo site: what a fault is, those there are, and how they are written on the command line."""

from demo_site.faults.fault import Fault
from demo_site.faults.registry import FAULTS, answered, parse

__all__ = ["FAULTS", "Fault", "answered", "parse"]
