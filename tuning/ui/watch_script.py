"""What the browser does while a run is watched: asks how it goes, draws what is new, counts the seconds. Knows no run.

A page asks a plain route (`tuning.ui.watch_route`) rather than Gradio, whose every event costs tens of milliseconds of
the server: a hundred visitors who watch shall cost next to nothing. What changes more than these fragments, such as the
end of the run, is an event of Gradio's, once: `MOVED` where Watch is open, `MISSED` on another screen.
"""

import gradio as gr

__all__ = ["MISSED", "MOVED", "POLL_S", "learning_html", "now_html"]

POLL_S = 2.0
"""Seconds between two questions of one page; one that is not looked at asks nothing."""
MOVED = "moved"
"""The event of the fragment above when it cannot show by itself what has become of the run."""
MISSED = "missed"
"""The same while another screen is open, from which nobody is to be called away."""
_NOW = """
let asking = false, failures = 0, told = null, since = 0;
const ask = async () => {
  const here = element.querySelector("[data-run]");
  if (!here || asking || document.hidden) return;
  const {run, seen, stage} = here.dataset;
  asking = true;
  try {
    const answer = await fetch(`watch/${run}?seen=${seen}`, {cache: "no-store"});
    if (!answer.ok && answer.status !== 404) throw new Error(answer.status);
    failures = 0;
    if (answer.status === 204 || element.querySelector("[data-run]")?.dataset.run !== run) return;
    const news = answer.ok ? await answer.json() : {stage: "gone"};
    if (news.stage !== stage) return trigger(element.checkVisibility() ? "moved" : "missed");
    props.value = news.now;
    document.dispatchEvent(new CustomEvent("to-learning", {detail: news.learning}));
  } catch {
    failures += 1;
  } finally {
    asking = false;
    element.toggleAttribute("data-lost", failures > 1);
  }
};
const two = (number) => String(Math.floor(number)).padStart(2, "0");
const count = () => {
  const clock = element.querySelector("[data-elapsed]");
  if (!clock) return;
  if (clock.dataset.elapsed !== told) [told, since] = [clock.dataset.elapsed, performance.now()];
  const all = Number(told) + (performance.now() - since) / 1000;
  const minutes = Math.floor(all / 60) % 60;
  clock.textContent = (all < 3600 ? minutes : `${Math.floor(all / 3600)}:${two(minutes)}`) + `:${two(all % 60)}`;
};
const timers = [[ask, EVERY_MS], [count, 1000]].map(([act, every]) => setInterval(() => {
  if (element.isConnected) act();
  else timers.forEach(clearInterval);
}, every));
document.addEventListener("visibilitychange", ask);
"""
_LEARNING = """
document.addEventListener("to-learning", (event) => { props.value = event.detail; });
"""


def now_html(value: str) -> gr.HTML:
    """The component for `now_part`: follows the run that its fragment names, if it names one."""
    return gr.HTML(value, js_on_load=_NOW.replace("EVERY_MS", str(round(1000 * POLL_S))))


def learning_html() -> gr.HTML:
    """The component for `learning_part`, which changes with the one above."""
    return gr.HTML(js_on_load=_LEARNING)
