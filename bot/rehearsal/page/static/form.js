// What stands in the fields of a form, by block, as the server takes it.

import { chosen } from "./combo.js";

const readers = {
  text: (field) => field.value,
  select: (field) => field.value || null,
  radio: (field) => field.querySelector("input:checked")?.value ?? null,
  checks: (field) => [...field.querySelectorAll("input:checked")].map((one) => one.value),
  one: (field) => chosen(field)[0] ?? null,
  several: chosen,
};

/** The value of one field. */
export function valueOf(field) {
  return readers[field.dataset.field](field);
}

/** The values of all inputs of a form. */
export function valuesOf(form) {
  const fields = [...form.querySelectorAll(".input [data-field]")];
  return Object.fromEntries(fields.map((field) => [field.dataset.block, valueOf(field)]));
}
