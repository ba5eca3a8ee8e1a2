"""Every screen in every state, in light, in dark and on a phone: it is reached, fits and can be pictured."""

from collections.abc import Iterator

import pytest
from PIL import Image
from playwright.sync_api import Browser

from tests.app_server import App, serve
from tests.browser.screenshots import SCENES, VARIANTS, Scene, World, make_world, take

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def app(tmp_path_factory) -> Iterator[App]:
    """One of its own: what is left in its queue stays there."""
    with serve(tmp_path_factory.mktemp("pictures")) as app:
        yield app


@pytest.fixture(scope="module")
def world(app) -> World:
    return make_world(app)


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.name)
def test_every_screen_and_state(browser: Browser, world: World, tmp_path, request, scene: Scene):
    if scene.asks:
        request.getfixturevalue("embedded_model")
    take(browser, world, scene, tmp_path)
    for ending, (_, size) in VARIANTS.items():
        picture = Image.open(tmp_path / f"{scene.name}{ending}.png")
        assert picture.size == size
        assert len(picture.convert("RGB").getcolors(256) or ()) > 8, "it is not blank"
