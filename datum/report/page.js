
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
