"""The ticker: it asks again and again whether something is due; what is due stands in the database alone."""

from scheduler.jobs import Job, jobs
from scheduler.ticker import Ticker

__all__ = ["Job", "Ticker", "jobs"]
