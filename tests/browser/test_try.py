"""The screen Try in a real browser, on a tiny model: streamed side by side, stopped, voted on without seeing whose."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, Route, expect

from tests.app_server import App, serve
from tests.browser.visitors import settle, unfold
from tests.integration.test_inference_worker import trained_run
from tests.unit.ui.builders import HOSTILE
from tuning.prediction import Prediction
from tuning.runs.store import Run
from tuning.spec import Task

pytestmark = [pytest.mark.browser, pytest.mark.slow]

ANSWER_MS = 300_000


@pytest.fixture(scope="module")
def app(tmp_path_factory, tiny_model) -> Iterator[App]:
    with serve(tmp_path_factory.mktemp("try"), {"TUNEOFF_MODELS": str(tiny_model)}) as app:
        yield app


@pytest.fixture(scope="module")
def runs(app, tiny_model):
    return {task: finished(trained_run(app.home, tiny_model, task)) for task in Task}


def finished(run: Run) -> Run:
    """The run, done, with its test rows answered."""
    answers = [
        Prediction(row=row.row, input=row.input, target=row.target, output=row.target) for row in run.splits().test
    ]
    run.write_predictions("tuned", answers)
    run.finish("done", "No comparison was made.", 0)
    return run


@pytest.fixture
def open_try(visit, runs):
    def open_page(task: Task, **window: int) -> Page:
        page: Page = visit(f"?run={runs[task].id}", **window)
        expect(page.get_by_text("No comparison was made.", exact=True)).to_be_visible()
        page.get_by_role("tab", name="Try", exact=True).click()
        expect(page.get_by_label("Your prompt")).to_be_visible()
        settle(page)
        return page

    return open_page


def ask(page: Page, prompt: str | None = None) -> None:
    """Ask, and wait until both have answered."""
    if prompt is not None:
        page.get_by_label("Your prompt").fill(prompt)
    button = page.get_by_role("button", name="Ask both models")
    button.click()
    expect(page.locator(".to-reply")).to_have_count(2, timeout=ANSWER_MS)
    expect(button).to_be_enabled(timeout=ANSWER_MS)
    expect(page.get_by_role("button", name="Stop")).to_be_hidden()


def test_both_answer_a_test_row_beside_its_target(open_try):
    page = open_try(Task.CLASSIFY)
    expect(page.get_by_label("Target of test row")).to_have_value(re.compile("^(bad|good)$"))
    ask(page)
    for side in ("Base: answer", "Tuned: answer"):
        expect(page.get_by_role("region", name=side)).to_contain_text("2 labels scored in")
    expect(page.locator(".to-reply .to-tag")).to_have_count(2)


def test_answers_are_texts_with_their_speed(open_try):
    page = open_try(Task.GENERATE)
    ask(page, HOSTILE)
    for side in ("Base: answer", "Tuned: answer"):
        expect(page.get_by_role("region", name=side)).to_contain_text("first after")
    assert page.evaluate("window.pwned") is None
    assert page.locator("img[src=x]").count() == 0


def test_looking_at_how_they_answer_changes_nothing(open_try):
    page = open_try(Task.GENERATE)
    unfold(page, "How they answer")
    expect(page.get_by_label("Longest answer")).to_have_value("")
    ask(page, "quick dog")


def test_a_reload_stays_on_the_screen(open_try):
    page = open_try(Task.GENERATE)
    for screen in ("Try", "Runs"):
        page.get_by_role("tab", name=screen, exact=True).click()
        expect(page).to_have_url(re.compile(f"screen={screen.lower()}"))
        page.reload()
        expect(page.get_by_role("tab", name=screen, selected=True)).to_be_visible()
    expect(page.get_by_text("No runs yet")).to_be_visible()
    page.get_by_role("tab", name="Watch", exact=True).click()
    expect(page).not_to_have_url(re.compile("screen="))


def test_a_screen_chosen_before_the_page_has_arrived_stays_chosen(open_try):
    page = open_try(Task.GENERATE)
    held: list[Route] = []
    let_go: list[bool] = []

    def hold(route: Route) -> None:
        if let_go:
            route.continue_()
        else:
            held.append(route)

    page.route("**/gradio_api/run/**", hold)
    page.goto(page.url.partition("?")[0])
    page.get_by_role("tab", name="Runs", exact=True).click()
    assert held, "the page has asked and was not answered"
    let_go.append(True)
    for route in held:
        route.continue_()
    expect(page.locator("body[data-arrived]")).to_be_attached()
    expect(page.get_by_role("tab", name="Runs", selected=True)).to_be_visible()
    expect(page).to_have_url(re.compile("screen=runs"))


def test_a_long_answer_is_stopped(open_try):
    page = open_try(Task.GENERATE)
    unfold(page, "How they answer")
    page.get_by_label("Longest answer").fill("900")
    page.get_by_label("Temperature").fill("2")
    page.get_by_role("button", name="Ask both models").click()
    stop = page.get_by_role("button", name="Stop")
    stop.click()
    expect(stop).to_be_hidden()
    ask(page, "quick dog")


def test_equal_answers_are_not_voted_on(open_try):
    page = open_try(Task.CLASSIFY)
    page.get_by_label("Blind").check()
    ask(page)
    expect(page.get_by_text("Both answers are the same")).to_be_visible()
    expect(page.get_by_role("button", name="B is better")).to_be_hidden()


def test_a_blind_vote_comes_before_the_names(open_try):
    page = open_try(Task.GENERATE)
    page.get_by_label("Blind").check()
    ask(page)
    expect(page.get_by_role("region", name="A: answer")).to_be_visible()
    assert page.locator(".to-base, .to-tuned").count() == 0
    page.get_by_role("button", name="B is better").click()
    expect(page.get_by_text("Too few votes to tell")).to_be_visible()
    expect(page.get_by_role("heading", name="the tuned model")).to_have_count(1)
    expect(page.get_by_role("button", name="B is better")).to_be_hidden()


def test_it_fits_a_phone(open_try):
    page = open_try(Task.GENERATE, width=390, height=844)
    ask(page, "quick dog")
    wide, window = page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
    assert wide <= window


def test_beside_a_pasted_prompt_stands_no_row_s_target(open_try):
    page = open_try(Task.CLASSIFY)
    target = page.get_by_label("Target of test row")
    expect(target).to_be_visible()
    page.get_by_label("Your prompt").click()
    page.keyboard.press("Control+A")
    page.keyboard.insert_text("pasted all at once")
    expect(target).to_be_hidden()
    page.get_by_label("A prompt from the test rows").click()
    page.get_by_role("option").nth(1).click()
    expect(target).to_be_visible()
    expect(page.get_by_label("Your prompt")).not_to_have_value("pasted all at once")
