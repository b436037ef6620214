"""What students are told to import and to install is what their notebook finds inside."""

from __future__ import annotations

from importlib import metadata

import pytest

from autograder.sandbox.outside_launch import Sandbox
from autograder.sandbox.outside_mounts import MountError, packages_inside
from tests.autograder.boundary import opened, run, warmed

sandbox = pytest.fixture(scope="module")(warmed)


def test_each_package_has_its_version_and_the_names_it_is_imported_by() -> None:
    found = {package.name: package for package in packages_inside(("numpy", "matplotlib"))}
    assert found["numpy"].version == metadata.version("numpy")
    assert found["numpy"].imports == ("numpy",)
    assert "PIL" in found["pillow"].imports
    assert {"matplotlib", "mpl_toolkits"} <= set(found["matplotlib"].imports)
    assert "torch" not in found


def test_a_package_that_is_not_installed_is_told() -> None:
    with pytest.raises(MountError, match="no_such_package is not installed"):
        packages_inside(("no_such_package",))


def test_inside_every_name_is_found(sandbox: Sandbox) -> None:
    names = sorted({name for each in packages_inside(("numpy",)) for name in each.imports})
    look = "import importlib.util\n"
    look += f"print([name for name in {names} if importlib.util.find_spec(name) is None])"
    with opened(sandbox) as session:
        assert run(session, look) == "[]"
