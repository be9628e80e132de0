"""The jobs of a run: made with it, going on with it, ended with it."""

from datetime import datetime

from sandbox.github.records import Run
from sandbox.github.records_gates import Job


def another_job(run: Run, name: str, now: datetime) -> Job:
    """Add a job to a run's newest attempt. Its number comes from the run's."""
    job = Job(run.id * 100 + len(run.jobs), run.attempt, name, now)
    run.jobs.append(job)
    return job


def begin(run: Run, now: datetime) -> list[Job]:
    """Begin what is queued; returns those jobs."""
    begun = [job for job in run.current_jobs() if job.status == "queued"]
    for job in begun:
        job.status, job.started_at = "in_progress", now
    return begun


def end(run: Run, now: datetime) -> list[Job]:
    """End what has not ended with the run's conclusion; returns those jobs."""
    ended = [job for job in run.current_jobs() if job.conclusion is None]
    for job in ended:
        job.status, job.conclusion, job.completed_at = "completed", run.conclusion, now
        job.started_at = job.started_at or now
    return ended
