// "/" leads to the search field, as on many news sites; on a phone, facets begin folded. Every page works without this.
"use strict";

document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input, select, textarea")) return;
  const field = document.querySelector("input[name=q]");
  if (field === null) return;
  event.preventDefault();
  field.focus();
});

if (matchMedia("(max-width: 46rem)").matches) for (const facet of document.querySelectorAll(".facet[open]")) facet.open = false;
