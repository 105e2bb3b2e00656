"""Several processes share one pair of servers, which never outlives its last owner unwatched."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil

from hoso.embedded import start_engines

Ask = Callable[..., Any]
Wait = Callable[..., None]


def are_running(pids: dict[str, int]) -> bool:
    return all(psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE for pid in pids.values())


def test_two_processes_starting_at_once_start_one_pair(data_dir: Path, start_process: Ask) -> None:
    processes = [start_process(data_dir) for _ in range(3)]
    answers = [process.hear() for process in processes]
    assert [answer["owned"] for answer in answers].count(True) == 1
    assert len({json.dumps(answer["pids"], sort_keys=True) for answer in answers}) == 1
    assert len({answer["postgres_url"] for answer in answers}) == 1


def test_the_second_process_joins_and_leaves_without_stopping_them(
    data_dir: Path, start_process: Ask, ask_redis: Ask
) -> None:
    owner = start_process(data_dir)
    first = owner.hear()
    joined = start_process(data_dir)
    second = joined.hear()
    assert second["owned"] is False
    assert second["pids"] == first["pids"]
    assert joined.tell("stop") == {"stopped": True}
    assert ask_redis(first["redis_url"], "PING") is True
    assert owner.tell("stop") == {"stopped": True}
    assert owner.close() == 0
    assert not are_running(first["pids"])


def test_the_state_file_tells_everybody_what_runs(data_dir: Path) -> None:
    with start_engines(data_dir) as engines:
        state = json.loads((data_dir / "engines.json").read_text(encoding="utf-8"))
        assert (data_dir / "engines.json").stat().st_mode & 0o444 == 0o444
        assert {name: entry["process"]["pid"] for name, entry in state["engines"].items()} == engines.pids
        assert state["engines"]["postgres"]["url"] == engines.postgres_url


def test_servers_of_a_killed_owner_are_adopted_by_the_next_process(
    data_dir: Path, start_process: Ask, ask_postgres: Ask
) -> None:
    owner = start_process(data_dir)
    first = owner.hear()
    ask_postgres(first["postgres_url"], "CREATE TABLE kept AS SELECT 7 AS id")
    owner.kill()
    assert are_running(first["pids"])
    with start_engines(data_dir) as engines:
        assert engines.owned
        assert engines.pids == first["pids"]
        assert ask_postgres(engines.postgres_url, "SELECT id FROM kept") == 7
    assert not are_running(first["pids"])


def test_servers_are_found_without_the_state_file(data_dir: Path, start_process: Ask) -> None:
    owner = start_process(data_dir)
    first = owner.hear()
    owner.kill()
    (data_dir / "engines.json").unlink()
    with start_engines(data_dir) as engines:
        assert engines.pids == first["pids"]
        assert engines.owned


def test_a_joined_process_takes_over_from_a_killed_owner(
    data_dir: Path, start_process: Ask, wait_until: Wait, ask_redis: Ask
) -> None:
    owner = start_process(data_dir)
    first = owner.hear()
    with start_engines(data_dir) as joined:
        assert joined.restart_dead() == []
        assert not joined.owned
        owner.kill()
        psutil.Process(first["pids"]["redis"]).kill()
        wait_until(lambda: not are_running({"redis": first["pids"]["redis"]}), "the end of Valkey")
        wait_until(lambda: joined.restart_dead() == ["redis"], "a restart by the one who joined")
        assert joined.owned
        assert joined.pids["postgres"] == first["pids"]["postgres"]
        assert ask_redis(joined.redis_url, "PING") is True
        pids = joined.pids
    assert not are_running({"postgres": pids["postgres"]})
    assert not are_running({"redis": pids["redis"]})


def test_a_restart_by_the_owner_is_followed_by_those_who_joined(
    data_dir: Path, start_process: Ask, wait_until: Wait
) -> None:
    owner = start_process(data_dir)
    first = owner.hear()
    with start_engines(data_dir) as joined:
        psutil.Process(first["pids"]["redis"]).kill()
        wait_until(lambda: not are_running({"redis": first["pids"]["redis"]}), "the end of Valkey")
        assert joined.restart_dead() == [], "the owner lives: it is the owner's task"
        second = owner.tell("restart_dead")
        assert second["restarted"] == ["redis"]
        wait_until(lambda: joined.restart_dead() == [] and joined.pids == second["pids"], "the new number")
        assert not joined.owned


def test_what_the_owner_stopped_in_good_order_is_not_started_again(data_dir: Path, start_process: Ask) -> None:
    owner = start_process(data_dir)
    first = owner.hear()
    with start_engines(data_dir) as joined:
        owner.tell("stop")
        assert joined.restart_dead() == []
        assert not are_running(first["pids"])
        assert not joined.owned


def test_owner_and_servers_killed_together_start_anew(data_dir: Path, start_process: Ask, ask_postgres: Ask) -> None:
    owner = start_process(data_dir)
    first = owner.hear()
    ask_postgres(first["postgres_url"], "CREATE TABLE kept AS SELECT 7 AS id")
    for pid in first["pids"].values():
        psutil.Process(pid).kill()
    owner.kill()
    with start_engines(data_dir) as engines:
        assert ask_postgres(engines.postgres_url, "SELECT id FROM kept") == 7


def test_servers_left_running_on_purpose_go_to_the_next_process(data_dir: Path) -> None:
    first = start_engines(data_dir, postgres=False)
    first.leave_running()
    first.stop()
    assert are_running(first.pids)
    with start_engines(data_dir, postgres=False) as second:
        assert second.owned
        assert second.pids == first.pids


def test_one_server_may_be_owned_by_one_process_and_the_other_by_another(data_dir: Path, start_process: Ask) -> None:
    with start_engines(data_dir, postgres=False) as valkey:
        both = start_process(data_dir)
        answer = both.hear()
        assert answer["pids"]["redis"] == valkey.pids["redis"]
        assert both.tell("stop") == {"stopped": True}
        assert are_running(valkey.pids)
        assert not are_running({"postgres": answer["pids"]["postgres"]})
