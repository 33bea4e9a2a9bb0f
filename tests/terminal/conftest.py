"""Jobs, GPUs and the cluster of the tests of jobs, for those that drive terminals."""

from tests.jobs.conftest import cluster, gpus, jobs, running_cluster

__all__ = ["cluster", "gpus", "jobs", "running_cluster"]
