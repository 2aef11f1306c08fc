
"use strict";
// a click on a heading sorts its table; numbers as numbers, the rest as text; ties keep their order
for (const table of document.querySelectorAll("table.sortable")) {
  const heads = [...table.tHead.rows[0].cells];
  heads.forEach((head, column) => head.addEventListener("click", () => {
    const turn = head.dataset.sorted === "-1" ? 1 : head.dataset.sorted === "1" ? -1 :
      table.querySelector(`tbody td:nth-child(${column + 1}).n`) ? -1 : 1;
    heads.forEach((one) => delete one.dataset.sorted);
    head.dataset.sorted = turn;
    const order = (row) => {
      const cell = row.cells[column];
      return cell.dataset.value === undefined ? cell.textContent : Number(cell.dataset.value);
    };
    const compare = (a, b) => typeof a === "number" && typeof b === "number"
      ? (Number.isNaN(a) ? 1 : Number.isNaN(b) ? -1 : turn * (a - b))
      : turn * String(a).localeCompare(String(b), "en", { numeric: true });
    const body = table.tBodies[0];
    body.append(...[...body.rows].sort((a, b) => compare(order(a), order(b))));
  }));
}
// the controls above cards: each card is shown if all of them let it be
for (const controls of document.querySelectorAll(".filters")) {
  const box = controls.nextElementSibling;
  const cards = [...box.children];
  const by = (name) => controls.querySelector(`[data-by="${name}"]`).value;
  const update = () => {
    const label = by("labels"), kind = by("kinds"), text = by("text").toLowerCase(), order = by("order");
    let shown = 0;
    for (const card of cards) {
      const fits = (!label || card.dataset.labels.split("\n").includes(label))
        && (!kind || card.dataset.kinds.split("\n").includes(kind))
        && card.textContent.toLowerCase().includes(text);
      card.hidden = !fits;
      shown += fits;
    }
    const number = (card) => order === "" ? -card.dataset.place : Number(card.dataset.numbers.split(" ")[order]);
    box.append(...[...cards].sort((a, b) => number(b) - number(a) || a.dataset.place - b.dataset.place));
    controls.querySelector("[data-shown]").textContent = `${shown} of ${cards.length}`;
  };
  controls.addEventListener("input", update);
  update();
}
