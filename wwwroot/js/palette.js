// Ctrl+K presses the button that opens a page's palette, if it has one. Here and not in a component's module: the key
// works as soon as the button does.
document.addEventListener('keydown', e => {
  if (e.key !== 'k' || !(e.ctrlKey || e.metaKey) || e.altKey || e.shiftKey) return;
  const button = document.querySelector('[data-palette]');
  // In a terminal or an editor the key is theirs.
  if (!button || e.target.closest?.('.xterm, .monaco-editor')) return;
  e.preventDefault();
  if (!document.querySelector('.mud-dialog')) button.click();
});
