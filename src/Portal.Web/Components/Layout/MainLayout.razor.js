// The page's side of the theme button; the work is done in js/theme.js, which runs before the first paint.

export function watch(layout) {
  addEventListener('portal-theme', e => layout.invokeMethodAsync('OnSystemThemeAsync', e.detail.dark).catch(() => { }));
  return window.portalTheme.current();
}

export function choose(choice) {
  return window.portalTheme.choose(choice);
}
