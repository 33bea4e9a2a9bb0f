"""The end of a growing file, read piece by piece, is the file."""

from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from annotat3d_tui.jobs.log import LogWriter, Tail


@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.binary(max_size=40), st.integers(1, 30)), max_size=20))
def test_pieces_come_to_the_whole(tmp_path: Path, written: list[tuple[bytes, int]]) -> None:
    path = tmp_path / "log.txt"
    path.unlink(missing_ok=True)
    tail, log, read = Tail(path), LogWriter(path), b""
    assert tail.read() == b""
    for text, most in written:
        log.write(text)
        read += tail.read(most)
    read += tail.read()
    log.close()
    assert read == b"".join(text for text, _ in written)
    assert tail.read() == b""


def test_the_end_begins_with_a_line(tmp_path: Path) -> None:
    path = tmp_path / "log.txt"
    path.write_bytes(b"".join(b"line %d\n" % number for number in range(1000)))
    assert Tail(path, last=20).read() == b"line 998\nline 999\n"
    assert Tail(path, last=10**6).read().startswith(b"line 0\n")


def test_a_shortened_file_is_begun_anew(tmp_path: Path) -> None:
    path = tmp_path / "log.txt"
    path.write_bytes(b"first life\n")
    tail = Tail(path)
    assert tail.read() == b"first life\n"
    path.write_bytes(b"second\n")
    assert tail.read() == b"second\n"
