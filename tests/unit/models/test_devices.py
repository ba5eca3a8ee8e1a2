"""Only devices that a machine has are offered."""

import pytest

from tuning.models.devices import Hardware, devices, processor_name
from tuning.models.loading import choose_machine


@pytest.mark.parametrize(
    ("machine", "files", "offered"),
    [
        (("Linux", "x86_64", "2.13.0"), [], ["auto", "cpu"]),
        (("Linux", "x86_64", "2.13.0"), ["nvidia0", "nvidiactl"], ["auto", "cpu", "cuda"]),
        (("Linux", "x86_64", "2.13.0+cpu"), ["nvidia0"], ["auto", "cpu"]),
        (("Linux", "x86_64", "2.13.0"), ["nvidiactl"], ["auto", "cpu"]),
        (("Linux", "x86_64", "2.13.0+rocm7"), ["kfd"], ["auto", "cpu", "cuda"]),
        (("Darwin", "arm64", "2.13.0"), [], ["auto", "cpu", "mps"]),
        (("Darwin", "x86_64", "2.2.0"), [], ["auto", "cpu"]),
    ],
)
def test_what_there_is_is_offered(tmp_path, machine, files, offered):
    system, processor, torch = machine
    for name in files:
        (tmp_path / name).touch()
    assert devices(Hardware(system, processor, torch, tmp_path)) == offered


def test_the_processor_is_called_as_its_maker_does(tmp_path):
    cpuinfo = tmp_path / "cpuinfo"
    cpuinfo.write_text("processor\t: 0\nmodel name\t: Fast 9000 @ 2 GHz\n\nprocessor\t: 1\nmodel name\t: other\n")
    assert processor_name(cpuinfo) == "Fast 9000 @ 2 GHz"
    cpuinfo.write_text("Features: neon\n")
    assert not processor_name(cpuinfo)


def test_what_is_best_here_is_among_what_is_offered_here():
    assert choose_machine().device.type in devices(Hardware.here())
