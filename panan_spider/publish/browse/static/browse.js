// "/" leads to the search field, as on many news sites. Nothing else: every page works without this.
"use strict";

document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input, select, textarea")) return;
  const field = document.querySelector("input[name=q]");
  if (field === null) return;
  event.preventDefault();
  field.focus();
});
