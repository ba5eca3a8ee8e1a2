"""What on the page chooses samples: buttons in escaped HTML, each with what it asks for. Knows filters, no run.

Gradio's plots and HTML have no event that says what was clicked, so one script carries a button's request to the
server, where `tuning.ui.filters` checks it. It shows the button that was used as pressed and all others as not, in
whatever fragment they are, and lets go of one that is pressed again; keeps the keyboard where it was when the fragment
is drawn anew, or takes it to the place that `data-leads` names; says the element with `data-said` to whoever listens;
turns pages with the arrow keys within `data-turns`, and where that is in sight and nothing else has the keyboard; and
makes a table with `data-roves` a grid, one Tab stop, in which arrow keys, Home and End move.
"""

import html

import gradio as gr

from tuning.ui.filters import Filter, Pick

__all__ = ["PICKED", "pick_button", "picking_html"]

PICKED = "picked"
"""The event of a fragment whose button was used; its data is a `Pick`."""
_SCRIPT = """
let last = null;
const said = document.createElement("p");
said.className = "to-heard";
said.setAttribute("role", "status");
element.after(said);
element.addEventListener("click", (event) => {
  const button = event.target.closest("button[data-pick]");
  if (!button) return;
  last = button.dataset.key;
  const again = button.getAttribute("aria-pressed") === "true";
  const pick = again ? {filter: {by: "every"}} : JSON.parse(button.dataset.pick);
  if (pick.filter) {
    for (const other of document.querySelectorAll("button[data-pick][aria-pressed]"))
      other.setAttribute("aria-pressed", !again && other.dataset.pick === button.dataset.pick);
  }
  trigger("picked", pick);
  if (again) return;
  const place = button.dataset.leads && document.querySelector(button.dataset.leads);
  if (!place) return;
  last = null;
  place.scrollIntoView({block: "start"});
  place.querySelector("[data-turns]")?.dispatchEvent(new Event("lead", {bubbles: true}));
});
element.addEventListener("lead", () => { last = "list"; });
const turn = (list, event) => {
  const way = {ArrowLeft: "back", ArrowRight: "on"}[event.key];
  if (!way || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return false;
  const button = list?.querySelector(`[data-turn="${way}"]:not(:disabled)`);
  if (!button) return false;
  event.preventDefault();
  button.click();
  return true;
};
element.addEventListener("keydown", (event) => {
  if (turn(event.target.closest("[data-turns]"), event)) last = event.target.closest("[data-key]").dataset.key;
});
document.addEventListener("keydown", (event) => {
  if (event.target !== document.body) return;
  const list = element.querySelector("[data-turns]"), box = list?.getBoundingClientRect();
  if (box?.height && box.bottom > 0 && box.top < innerHeight && turn(list, event)) last = null;
});
const ways = {ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1]};
const stopOf = (cell) => cell?.querySelector("button") ?? cell;
element.addEventListener("focusin", (event) => {
  const grid = event.target.closest("[data-roves]");
  if (!grid) return;
  for (const other of grid.querySelectorAll('[tabindex="0"]')) other.tabIndex = -1;
  event.target.tabIndex = 0;
});
element.addEventListener("keydown", (event) => {
  const cell = event.target.closest("[data-roves] td");
  if (!cell || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
  const row = cell.parentElement;
  const [down, right] = ways[event.key] ?? [0, 0];
  const next = {Home: row.querySelector("td"), End: row.lastElementChild}[event.key]
    ?? row.parentElement.rows[row.sectionRowIndex + down]?.cells[cell.cellIndex + right];
  if (!next?.matches("td") || next === cell) return;
  event.preventDefault();
  stopOf(next).tabIndex = 0;
  stopOf(next).focus();
});
watch("value", () => {
  said.textContent = element.querySelector("[data-said]")?.textContent ?? "";
  if (!last) return;
  const same = element.querySelector(`[data-key="${last}"]:not(:disabled)`) ?? element.querySelector("[data-turns]");
  same?.focus({preventScroll: true});
  last = null;
});
"""


def picking_html(**settings: str) -> gr.HTML:
    """A component for a fragment with buttons of `pick_button`."""
    return gr.HTML(js_on_load=_SCRIPT, **settings)


def pick_button(body: str, wanted: Filter | int, *, key: str, kind: str = "", more: str = "") -> str:
    """A button that asks for samples, or by a number for a page of those shown. All but `wanted` are of our making."""
    pick = Pick(page=wanted) if isinstance(wanted, int) else Pick(filter=wanted)
    sent = html.escape(pick.model_dump_json(exclude_none=True), quote=True)
    return f'<button type="button" class="to-pick {kind}" data-key="{key}" data-pick="{sent}" {more}>{body}</button>'
