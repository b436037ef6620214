"""Temporary files, paths, logging, warnings, pickles, dataclasses, caches and clocks.

Expect: score=18
Expect: last=ok
"""
# %%
import dataclasses, functools, json, logging, os, pathlib, pickle, random, tempfile, time, warnings, zoneinfo, datetime, uuid, csv
logging.basicConfig(level=logging.INFO)
logging.info("training starts")
warnings.warn("careful")
warnings.filterwarnings("error")
np.seterr(all="raise")
random.seed(1); np.random.seed(1)
with tempfile.TemporaryDirectory() as folder, tempfile.NamedTemporaryFile() as file:
    path = pathlib.Path(folder) / "x.npz"
    np.savez(path, a=np.eye(2))
    assert np.load(path)["a"].sum() == 2
@dataclasses.dataclass
class Layer:
    W: np.ndarray
    b: np.ndarray
assert pickle.loads(pickle.dumps(Layer(1, 2))).b == 2
@functools.lru_cache
def cached(n):
    return time.perf_counter()
assert cached(1) == cached(1)
pathlib.Path("notes.txt").write_text("x"); (pathlib.Path.home() / "more.txt").touch()
datetime.datetime.now(zoneinfo.ZoneInfo("America/New_York"))
