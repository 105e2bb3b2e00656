"""The one queue: what may run, how it is named, and how long anybody waits for Redis."""

import subprocess

import pytest
from redis import Redis
from rq.job import Job
from rq.serializers import JSONSerializer

from workers import queues, sweeper
from workers.errors import JobNotAllowed
from workers.listening import LaneWorker


def stored_job(function: str, *, instance: object = None, args: tuple[object, ...] = ()) -> Job:
    job = queues.LaneJob("id", connection=Redis(), serializer=JSONSerializer)
    job.data = JSONSerializer.dumps([function, instance, list(args), {}])
    return job


@pytest.mark.parametrize("name", ["subprocess.check_output", "os.system", "workers.jobs.structlog.get_logger", "", "x"])
def test_a_job_that_names_another_function_is_refused(name: str) -> None:
    with pytest.raises(JobNotAllowed):
        _ = stored_job(name, args=(["id"],)).func


def test_the_same_job_would_run_with_rq_s_own_class() -> None:
    job = Job("id", connection=Redis(), serializer=JSONSerializer)
    job.data = JSONSerializer.dumps(["subprocess.check_output", None, [["id"]], {}])
    assert job.func is subprocess.check_output


def test_a_method_of_a_stored_object_is_refused() -> None:
    with pytest.raises(JobNotAllowed):
        _ = stored_job("workers.jobs.deliver_due", instance={"a": 1}).func


def test_names_stored_as_callbacks_are_not_imported() -> None:
    job = stored_job("workers.jobs.deliver_due", args=("status",))
    job._success_callback_name = job._failure_callback_name = job._stopped_callback_name = "os.getcwd"
    assert (job.success_callback, job.failure_callback, job.stopped_callback) == (None, None, None)


@pytest.mark.parametrize("work", [*queues.LANES, queues.RECEIPTS])
def test_every_work_has_an_allowed_job(work: str) -> None:
    name, arguments = queues.call_for(work)
    assert stored_job(name, args=arguments).func is queues.ALLOWED_JOBS[name]


def test_the_allowed_names_are_where_they_say_they_are() -> None:
    for name, function in queues.ALLOWED_JOBS.items():
        assert f"{function.__module__}.{function.__qualname__}" == name


def test_the_sweeper_and_the_queue_mean_the_same_work() -> None:
    assert sweeper.RECEIPTS == queues.RECEIPTS
    assert queues.make_queue(Redis()).name == queues.QUEUE


def test_a_web_path_waits_half_a_second_and_does_not_retry() -> None:
    settings = queues.web_connection("redis://localhost:1").connection_pool.connection_kwargs
    assert (settings["socket_timeout"], settings["socket_connect_timeout"]) == (0.5, 0.5)
    assert settings["retry"].get_retries() == 0


def test_the_worker_s_socket_waits_longer_than_rq_blocks() -> None:
    connection = queues.worker_connection("redis://localhost:1", worker_ttl_seconds=60)
    settings = connection.connection_pool.connection_kwargs
    rq_blocks_seconds = LaneWorker.dequeue_timeout.fget(type("Worker", (), {"worker_ttl": 60})())
    assert rq_blocks_seconds < settings["socket_timeout"] <= 60
    assert settings["retry"].get_retries() == 0
