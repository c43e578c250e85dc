// @ts-check
// Light or dark, decided before the first paint: what was chosen here before, else what the system prefers.
(() => {
  const chosen = localStorage.getItem('soledoor.theme');
  if (chosen === 'light' || chosen === 'dark') document.documentElement.dataset.theme = chosen;
})();
