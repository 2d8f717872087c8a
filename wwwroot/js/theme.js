// Runs before the first paint, so that no page flashes in the wrong colours. Choice: light, dark or system.
window.portalTheme = (() => {
  const key = 'portal-theme';
  const system = matchMedia('(prefers-color-scheme: dark)');

  const choice = () => {
    try { return localStorage.getItem(key) ?? 'system'; } catch { return 'system'; }
  };

  const apply = () => {
    const chosen = choice();
    const dark = chosen === 'dark' || (chosen === 'system' && system.matches);
    document.documentElement.dataset.theme = dark ? 'dark' : 'light';
    document.cookie = `portal-dark=${dark ? 1 : 0}; path=/; max-age=31536000; samesite=strict`;
    return { choice: chosen, dark };
  };

  system.addEventListener('change', () => dispatchEvent(new CustomEvent('portal-theme', { detail: apply() })));
  apply();
  // Blazor's enhanced navigation writes the element as the server sent it, without the theme.
  new MutationObserver(() => { if (!document.documentElement.dataset.theme) apply(); })
    .observe(document.documentElement, { attributeFilter: ['data-theme'] });

  return {
    current: apply,
    choose(next) {
      try { localStorage.setItem(key, next); } catch { /* private window: the choice lasts as long as the page */ }
      return apply();
    },
  };
})();
