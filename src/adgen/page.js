"use strict";
// Lines that belong together: `data-line` of the source, `data-from` of what was generated.
for (const beside of document.querySelectorAll(".beside")) {
  const source = [...beside.querySelectorAll("[data-line]")];
  const generated = [...beside.querySelectorAll("[data-from]")];
  const from = (line) => line.dataset.from.split(" ").filter(Boolean);
  let pinned = null;

  const partners = (line) => line.dataset.line
    ? generated.filter((other) => from(other).includes(line.dataset.line))
    : source.filter((other) => from(line).includes(other.dataset.line));

  const light = (line, mark) => {
    for (const old of beside.querySelectorAll(`.${mark}`)) old.classList.remove(mark);
    if (line) for (const one of [line, ...partners(line)]) one.classList.add(mark);
  };
  const reveal = (line) => {
    const pane = line.parentElement;
    const top = line.offsetTop - pane.offsetTop;
    const seen = top >= pane.scrollTop && top <= pane.scrollTop + pane.clientHeight - 40;
    if (!seen) pane.scrollTop = top - pane.clientHeight / 3;
  };
  const pin = (line) => {
    pinned = line === pinned ? null : line;
    light(pinned, "pinned");
    const [first] = pinned ? partners(pinned) : [];
    if (first) reveal(first);
  };
  const move = (line) => {
    if (!line) return;
    for (const one of [...source, ...generated]) one.tabIndex = -1;
    line.tabIndex = 0;
    line.focus({ preventScroll: true });
    reveal(line);
  };

  for (const line of [...source, ...generated]) {
    line.setAttribute("role", "option");
    line.addEventListener("mouseenter", () => light(line, "lit"));
    line.addEventListener("focus", () => light(line, "lit"));
    line.addEventListener("click", () => { move(line); pin(line); });
  }
  beside.addEventListener("mouseleave", () => light(null, "lit"));
  beside.addEventListener("keydown", (event) => {
    const line = event.target.closest("li");
    if (!line) return;
    const lines = line.dataset.line ? source : generated;
    const at = lines.indexOf(line);
    const to = {
      ArrowDown: lines[at + 1], ArrowUp: lines[at - 1],
      Home: lines[0], End: lines[lines.length - 1],
      ArrowRight: line.dataset.line && partners(line)[0],
      ArrowLeft: !line.dataset.line && partners(line)[0],
    };
    if (event.key === "Enter" || event.key === " ") pin(line);
    else if (event.key === "Escape") { if (pinned) pin(pinned); }
    else if (event.key in to) move(to[event.key]);
    else return;
    event.preventDefault();
  });
  if (source.length) source[0].tabIndex = 0;
}

// Tabs: without a script all panels are to be seen, one below the other.
for (const tabs of document.querySelectorAll(".tabs")) {
  const buttons = [...tabs.querySelectorAll("button")];
  const panel = (button) => document.getElementById(button.getAttribute("aria-controls"));
  const show = (chosen, focus) => {
    for (const button of buttons) {
      const selected = button === chosen;
      button.setAttribute("aria-selected", selected);
      button.tabIndex = selected ? 0 : -1;
      panel(button).hidden = !selected;
    }
    if (focus) chosen.focus();
  };
  buttons.forEach((button, at) => {
    button.addEventListener("click", () => show(button));
    button.addEventListener("keydown", (event) => {
      const count = buttons.length;
      const to = { ArrowRight: (at + 1) % count, ArrowLeft: (at + count - 1) % count,
        Home: 0, End: count - 1 }[event.key];
      if (to === undefined) return;
      show(buttons[to], true);
      event.preventDefault();
    });
  });
  show(buttons[0]);
}
