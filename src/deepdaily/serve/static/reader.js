// j and k go from item to item; Escape closes what is open. Everything works without this file.
"use strict";
document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input, textarea, select, [contenteditable]");
  if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Escape") {
    const inside = document.activeElement.closest("details[open]");
    document.querySelectorAll("details[open]").forEach((one) => { one.open = false; });
    if (inside) inside.querySelector("summary").focus();
    return;
  }
  if (event.key !== "j" && event.key !== "k") return;
  const items = [...document.querySelectorAll("main > article[id]")];
  const tops = items.map((item) => item.getBoundingClientRect().top);
  const next = event.key === "j" ? tops.findIndex((top) => top > 40) : tops.findLastIndex((top) => top < -1);
  if (next < 0) return;
  items[next].tabIndex = -1;
  items[next].focus({ preventScroll: true });
  items[next].scrollIntoView();
});
