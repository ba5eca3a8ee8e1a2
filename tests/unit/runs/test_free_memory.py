"""Free memory is what the tightest control group leaves, of either kind; without groups it is the machine's."""

import psutil
import pytest

from tuning.runs.free_memory import ControlGroups, free_memory

GB = 10**9


@pytest.fixture
def groups(tmp_path):
    """Plants control groups: lines of membership, and a folder of files for each group."""

    def plant(membership: str, folders: dict[str, dict[str, object]]) -> ControlGroups:
        (tmp_path / "membership").write_text(membership)
        for name, files in folders.items():
            folder = tmp_path / "root" / name
            folder.mkdir(parents=True, exist_ok=True)
            for file, content in files.items():
                (folder / file).write_text(f"{content}\n")
        return ControlGroups(tmp_path / "membership", tmp_path / "root")

    return plant


def second(limit: object, used: int, reclaimable: int = 0) -> dict[str, object]:
    stat = f"anon {used}\nfile 12\ninactive_file {reclaimable}\nactive_file 7"
    return {"memory.max": limit, "memory.current": used, "memory.stat": stat}


def first(limit: object, used: int, reclaimable: int = 0) -> dict[str, object]:
    stat = f"inactive_file 1\ntotal_inactive_file {reclaimable}"
    return {"memory.limit_in_bytes": limit, "memory.usage_in_bytes": used, "memory.stat": stat}


def test_a_group_of_the_second_kind(groups):
    assert groups("0::/app\n", {"app": second(4 * GB, 3 * GB, GB // 2)}).room() == 1.5 * GB


def test_a_group_of_the_first_kind_beside_others(groups):
    lines = "5:cpu,cpuacct:/docker/1\n4:memory:/docker/1\n0::/\n"
    assert groups(lines, {"memory/docker/1": first(2 * GB, GB)}).room() == GB


@pytest.mark.parametrize(("inner", "outer", "room"), [("max", 3 * GB, 2), (2 * GB, "max", 1), (9 * GB, 2 * GB, 1)])
def test_the_tightest_group_on_the_way_up_decides(groups, inner, outer, room):
    planted = groups("0::/a/b/c\n", {"a/b/c": second(inner, GB), "a/b": second("max", GB), "a": second(outer, GB)})
    assert planted.room() == room * GB


def test_in_a_container_the_root_is_its_group_and_the_path_is_out_of_sight(groups):
    assert groups("4:memory:/docker/1\n", {"memory": first(3 * GB, GB)}).room() == 2 * GB


def test_a_group_over_its_limit_leaves_nothing(groups):
    assert groups("0::/a\n", {"a": second(GB, 2 * GB)}).room() == 0


@pytest.mark.parametrize(
    ("membership", "folders"), [("0::/\n", {"": {}}), ("0::/a\n", {"a": second("max", GB)}), ("3:cpu:/a\n", {})]
)
def test_no_limit(groups, membership, folders):
    assert groups(membership, folders).room() is None


def test_outside_linux_there_are_no_groups(tmp_path):
    nowhere = ControlGroups(tmp_path / "membership", tmp_path)
    assert nowhere.room() is None
    assert 0 < free_memory(nowhere) <= psutil.virtual_memory().total


def test_free_is_what_the_container_leaves(groups):
    assert free_memory(groups("0::/\n", {"": second(10_000, 4_000)})) == 6_000


def test_a_limit_beyond_the_machine_changes_nothing(groups):
    unlimited = first(9_223_372_036_854_771_712, GB)  # what the first kind says for "none"
    assert free_memory(groups("4:memory:/\n", {"memory": unlimited})) <= psutil.virtual_memory().total
