// Light or dark, as the reader chose. Not a module: it runs before anything is drawn, so that nothing flashes.

(() => {
  const KEY = "rehearsal-theme";
  const THEMES = ["light", "dark"];
  const root = document.documentElement;

  function kept() {
    try {
      return localStorage.getItem(KEY);
    } catch {
      return null; // a browser may forbid it; then the choice lasts as long as the page
    }
  }

  function keep(theme) {
    try {
      localStorage.setItem(KEY, theme);
    } catch {
      // as above
    }
  }

  function apply(theme) {
    if (THEMES.includes(theme)) root.dataset.theme = theme;
    else delete root.dataset.theme;
    const shown = root.dataset.theme ?? "system";
    for (const one of document.querySelectorAll('[name="theme"]')) one.checked = one.value === shown;
  }

  apply(kept());
  document.addEventListener("DOMContentLoaded", () => apply(root.dataset.theme));
  document.addEventListener("change", (event) => {
    if (event.target.name !== "theme") return;
    apply(event.target.value);
    keep(event.target.value);
  });
  addEventListener("storage", (event) => event.key === KEY && apply(event.newValue));
})();
