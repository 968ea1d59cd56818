// Menus that can be searched: a text field with a list below it, as the ARIA pattern for comboboxes has it.

const listOf = (combo) => combo.querySelector('[role="listbox"]');
const inputOf = (combo) => combo.querySelector('[role="combobox"]');
const optionsOf = (combo) => [...combo.querySelectorAll('[role="option"]')];
const labelOf = (option) => option.firstElementChild.textContent;
const isSeveral = (combo) => combo.dataset.field === "several";

/** The values that are chosen. */
export function chosen(combo) {
  return optionsOf(combo).filter(isChosen).map((option) => option.dataset.value);
}

function isChosen(option) {
  return option.getAttribute("aria-selected") === "true";
}

function plainly(text) {
  return text.normalize("NFD").replace(/\p{Diacritic}/gu, "").toLowerCase();
}

function filter(combo, wanted) {
  const sought = plainly(wanted.trim());
  for (const option of optionsOf(combo)) option.hidden = !plainly(option.textContent).includes(sought);
}

function visible(combo) {
  return optionsOf(combo).filter((option) => !option.hidden);
}

function activate(combo, option) {
  for (const one of optionsOf(combo)) one.classList.toggle("active", one === option);
  if (option) {
    inputOf(combo).setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  } else inputOf(combo).removeAttribute("aria-activedescendant");
}

function open(combo) {
  listOf(combo).hidden = false;
  listOf(combo).scrollIntoView({ block: "nearest" });
  inputOf(combo).setAttribute("aria-expanded", "true");
}

function close(combo) {
  listOf(combo).hidden = true;
  inputOf(combo).setAttribute("aria-expanded", "false");
  activate(combo, null);
  showChosen(combo);
}

/** Draw what is chosen: chips where there may be several, else the name in the field itself. */
export function showChosen(combo) {
  const picked = optionsOf(combo).filter(isChosen);
  if (!isSeveral(combo)) {
    inputOf(combo).value = picked.length ? labelOf(picked[0]) : "";
    return;
  }
  inputOf(combo).value = "";
  const chips = combo.querySelector(".chips");
  chips.hidden = picked.length === 0;
  chips.replaceChildren(...picked.map((option) => chip(option)));
}

function chip(option) {
  const item = document.createElement("li");
  const button = document.createElement("button");
  button.type = "button";
  button.dataset.remove = option.dataset.value;
  button.setAttribute("aria-label", `Remove ${labelOf(option)}`);
  button.textContent = "\u00d7";
  item.append(labelOf(option), button);
  return item;
}

function choose(combo, option) {
  const was = isChosen(option);
  if (!isSeveral(combo)) for (const one of optionsOf(combo)) one.setAttribute("aria-selected", "false");
  option.setAttribute("aria-selected", String(isSeveral(combo) ? !was : true));
  showChosen(combo);
  filter(combo, "");
  if (!isSeveral(combo)) close(combo);
  combo.dispatchEvent(new Event("change", { bubbles: true }));
}

function clear(combo) {
  for (const one of optionsOf(combo)) one.setAttribute("aria-selected", "false");
  combo.dispatchEvent(new Event("change", { bubbles: true }));
}

function move(combo, by) {
  const shown = visible(combo);
  if (listOf(combo).hidden) open(combo);
  const at = shown.findIndex((option) => option.classList.contains("active"));
  activate(combo, shown[(at + by + shown.length) % shown.length] ?? null);
}

function onKey(combo, event) {
  const active = combo.querySelector(".active");
  const isOpen = !listOf(combo).hidden;
  if (event.key === "ArrowDown") move(combo, 1);
  else if (event.key === "ArrowUp") move(combo, isOpen && !active ? 0 : -1);
  else if (event.key === "Enter" && isOpen && active) choose(combo, active);
  else if (event.key === "Escape" && isOpen) close(combo);
  else if (event.key === "Backspace" && isSeveral(combo) && !inputOf(combo).value) {
    const last = optionsOf(combo).filter(isChosen).at(-1);
    if (last) choose(combo, last);
    return;
  } else return;
  event.preventDefault();
  event.stopPropagation();
}

/** Let every combobox in the document work, also those that are drawn later. */
export function begin() {
  document.addEventListener("keydown", (event) => {
    const combo = event.target.closest?.("[data-combo]");
    if (combo && event.target === inputOf(combo)) onKey(combo, event);
  }, true);
  document.addEventListener("input", (event) => {
    const combo = event.target.closest?.("[data-combo]");
    if (!combo) return;
    filter(combo, event.target.value);
    open(combo);
    activate(combo, event.target.value ? visible(combo)[0] : null);
    if (!isSeveral(combo) && !event.target.value) clear(combo);
  });
  document.addEventListener("focusin", (event) => {
    const combo = event.target.closest?.("[data-combo]");
    if (combo && event.target === inputOf(combo)) filter(combo, "");
  });
  document.addEventListener("focusout", (event) => {
    const combo = event.target.closest?.("[data-combo]");
    if (combo && !combo.contains(event.relatedTarget)) close(combo);
  });
  document.addEventListener("mousedown", (event) => {
    if (event.target.closest?.("[data-combo] [role=option]")) event.preventDefault();
  });
  document.addEventListener("click", (event) => {
    const combo = event.target.closest?.("[data-combo]");
    if (!combo) return;
    const option = event.target.closest('[role="option"]');
    const removed = event.target.closest("[data-remove]");
    if (option) choose(combo, option);
    else if (removed) {
      choose(combo, optionsOf(combo).find((one) => one.dataset.value === removed.dataset.remove));
      inputOf(combo).focus();
    } else if (event.target === inputOf(combo)) open(combo);
  });
}
