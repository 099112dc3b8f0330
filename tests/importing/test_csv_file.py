import csv
import gzip
import io
from collections.abc import Callable
from pathlib import Path

import pytest

from nasbench_suite.errors import SourceError
from nasbench_suite.importing import csv_file
from nasbench_suite.progress import Progress

COLUMNS = ["arch", "dataset", "epochs", "seed", "valid_accuracy"]
ROWS = [["|none~0|", "a", "12", "777", "50.5"], ["x", "a;b", "200", "", "60"], ['say "x"', "a,b", "12", "", ""]]
EXPECTED = [dict(zip(COLUMNS, row, strict=True)) for row in ROWS]


def read(path: Path) -> list[csv_file.Fields]:
    with Progress("test", 0) as progress:
        found = [dict(fields) for _, fields in csv_file.rows(path, progress, COLUMNS[:3], COLUMNS[3:])]
    assert csv_file.header(path) == COLUMNS
    return list(found)


def written(
    separator: str = ",", quoting: int = csv.QUOTE_MINIMAL, ending: str = "\n", index: str | None = None
) -> str:
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=separator, quoting=quoting, lineterminator=ending)  # type: ignore[arg-type]
    for number, row in enumerate([COLUMNS, *ROWS]):
        count = index if number == 0 else str(number - 1)
        writer.writerow(row if index is None else [count, *row])
    return text.getvalue()


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("quoting", [csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC])
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("index", [None, "", "Unnamed: 0", "index"])
def test_a_file_is_read_as_any_tool_writes_it(
    tmp_path: Path, separator: str, quoting: int, ending: str, index: str | None
) -> None:
    text = written(separator, quoting, ending, index)
    for content in (text.encode(), text.encode("utf-8-sig"), gzip.compress(text.encode("utf-8-sig"))):
        (tmp_path / "x.csv").write_bytes(content)
        assert read(tmp_path / "x.csv") == EXPECTED


PANDAS: list[Callable[..., None]] = [
    lambda frame, path: frame.to_csv(path),
    lambda frame, path: frame.to_csv(path, index=False),
    lambda frame, path: frame.reset_index().to_csv(path, index=False),
    lambda frame, path: frame.to_csv(path, sep=";", na_rep="NA", encoding="utf-8-sig"),
    lambda frame, path: frame.to_csv(path, sep="\t", na_rep="<NA>", lineterminator="\r\n", quoting=csv.QUOTE_ALL),
]


@pytest.mark.extra
@pytest.mark.parametrize("write", PANDAS)
def test_what_pandas_writes_is_read(tmp_path: Path, write: Callable[..., None]) -> None:
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame(ROWS, columns=COLUMNS).replace("", None)
    frame["seed"] = frame["seed"].astype(float)  # which has no whole numbers where one is missing
    write(frame, tmp_path / "x.csv")
    found = read(tmp_path / "x.csv")
    assert [csv_file.integer(fields, "seed", "", 0) for fields in found] == [777, None, None]
    assert [fields["arch"] for fields in found] == [row[0] for row in ROWS]


def test_what_pyarrow_writes_is_read(tmp_path: Path) -> None:
    import pyarrow as pa
    from pyarrow import csv as arrow

    columns = {name: [row[at] for row in ROWS] for at, name in enumerate(COLUMNS)}
    arrow.write_csv(pa.table(columns), tmp_path / "x.csv")
    assert read(tmp_path / "x.csv") == EXPECTED


@pytest.mark.parametrize("word", sorted(csv_file.MISSING))
def test_the_words_for_a_missing_value_are_nothing(tmp_path: Path, word: str) -> None:
    (tmp_path / "x.csv").write_text(f"{','.join(COLUMNS)}\nx,a,12,{word},{word}\n")
    (fields,) = read(tmp_path / "x.csv")
    assert csv_file.integer(fields, "seed", "", 0) is None and csv_file.number(fields, "valid_accuracy", "") is None


def test_nan_is_a_value_of_a_measurement_and_no_seed(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text(f"{','.join(COLUMNS)}\nx,a,12,NaN,NaN\n")
    (fields,) = read(tmp_path / "x.csv")
    value = csv_file.number(fields, "valid_accuracy", "", 100.0)
    assert csv_file.integer(fields, "seed", "", 0) is None and value is not None and value != value


def test_spaces_around_fields_and_empty_lines_are_nothing(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text(f"\n{', '.join(COLUMNS)}\n\nx , a,  12, 777 ,50.5\n\n")
    assert list(read(tmp_path / "x.csv")[0].values()) == ["x", "a", "12", "777", "50.5"]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("0,x,a,12,777,50.5", "line 2: expected 5 fields, got 6; is the first an index without a heading"),
        ('x,a,12,777,"50.5', "line 2: not a CSV"),
        ("x,a,12,7.5,50.5", r"line 2: expected a whole number as seed, got '7\.5'"),
        ('x,a,12,777,"50,5"', "line 2: expected a number as valid_accuracy, got '50,5'; write a decimal point"),
    ],
)
def test_what_cannot_be_read_names_its_line_and_why(tmp_path: Path, line: str, message: str) -> None:
    path = tmp_path / "x.csv"
    path.write_text(f"{','.join(COLUMNS)}\n{line}\n")
    with pytest.raises(SourceError, match=message), Progress("test", 0) as progress:
        for where, fields in csv_file.rows(path, progress, COLUMNS[:3], COLUMNS[3:]):
            csv_file.integer(fields, "seed", where, 0)
            csv_file.number(fields, "valid_accuracy", where)


@pytest.mark.parametrize("value", ["first", "-1", "0.5"])
def test_a_column_without_a_heading_that_is_no_index_is_not_passed_over(tmp_path: Path, value: str) -> None:
    (tmp_path / "x.csv").write_text(f",{','.join(COLUMNS)}\n{value},x,a,12,777,50.5\n")
    with pytest.raises(SourceError, match="line 2: expected the row's number in the column ''"):
        read(tmp_path / "x.csv")


def test_text_that_is_not_utf_8_names_its_line(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_bytes(f"{','.join(COLUMNS)}\nx,a,12,777,50\n".encode() + "é,a,1,1,1\n".encode("latin-1"))
    with pytest.raises(SourceError, match=r"x.csv, line 3: not a CSV in UTF-8 .*; save it as CSV UTF-8"):
        read(tmp_path / "x.csv")


@pytest.mark.parametrize("hint", ["sep=;\n", "sep=;\r\n", '"sep=;"\n', "SEP=;;;;;\n"])
def test_excels_line_about_the_separator_is_passed_over(tmp_path: Path, hint: str) -> None:
    (tmp_path / "x.csv").write_bytes((hint + written(";")).encode("utf-8-sig"))
    assert read(tmp_path / "x.csv") == EXPECTED
    (tmp_path / "x.csv").write_text(hint + written(";") + "x;a\n")
    with pytest.raises(SourceError, match="line 6: expected 5 fields, got 2"):
        read(tmp_path / "x.csv")
