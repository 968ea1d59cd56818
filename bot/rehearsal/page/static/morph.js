// Changes what is shown into what the server drew, touching only what differs: focus, scrolling, open menus
// and what somebody is typing stay as they are.

const sources = new WeakMap();

function keyOf(node) {
  if (node.nodeType !== Node.ELEMENT_NODE) return "";
  return node.id || node.dataset.key || node.dataset.viewId || "";
}

function isKept(old, fresh) {
  if (old.nodeType !== Node.ELEMENT_NODE) return false;
  if (old.matches("pre[data-filled]")) return true;
  return old.hasAttribute("data-combo") && sources.get(old) === fresh.outerHTML;
}

function remember(node) {
  if (node.nodeType !== Node.ELEMENT_NODE) return;
  if (node.hasAttribute("data-combo")) sources.set(node, node.outerHTML);
  for (const combo of node.querySelectorAll("[data-combo]")) sources.set(combo, combo.outerHTML);
}

function syncAttributes(old, fresh) {
  const kept = old.nodeName === "DETAILS" ? ["open"] : ["aria-busy"];
  for (const { name } of [...old.attributes]) {
    if (!fresh.hasAttribute(name) && !kept.includes(name)) old.removeAttribute(name);
  }
  for (const { name, value } of [...fresh.attributes]) {
    if (old.getAttribute(name) !== value && !kept.includes(name)) old.setAttribute(name, value);
  }
}

function syncChildren(old, fresh) {
  const keyed = new Map([...old.children].filter(keyOf).map((child) => [keyOf(child), child]));
  let cursor = old.firstChild;
  for (const node of [...fresh.childNodes]) {
    const key = keyOf(node);
    const plain = cursor && !keyOf(cursor) && cursor.nodeName === node.nodeName ? cursor : null;
    const match = key ? keyed.get(key) : plain;
    if (!match || match.nodeName !== node.nodeName) {
      old.insertBefore(node, cursor);
      remember(node);
      continue;
    }
    keyed.delete(key);
    if (match === cursor) cursor = cursor.nextSibling;
    else old.insertBefore(match, cursor);
    morph(match, node);
  }
  while (cursor) {
    const next = cursor.nextSibling;
    cursor.remove();
    cursor = next;
  }
}

function morph(old, fresh) {
  if (old.nodeType === Node.TEXT_NODE) {
    if (old.data !== fresh.data) old.data = fresh.data;
    return;
  }
  if (old.nodeType !== Node.ELEMENT_NODE || isKept(old, fresh)) return;
  if (old.hasAttribute("data-combo")) {
    old.replaceWith(fresh);
    remember(fresh);
    return;
  }
  if (old.isEqualNode(fresh)) return;
  syncAttributes(old, fresh);
  syncChildren(old, fresh);
}

/** Show this HTML of the server's in `pane`. */
export function show(pane, html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  syncChildren(pane, template.content);
}

/** Remember how the server drew what the page came with. */
export function begin() {
  remember(document.body);
}
