// The focus goes into the menu that the button has opened, and back to the button when it closes.

export async function enter(button) {
  // The menu is drawn elsewhere in the page, shortly after it was opened.
  for (let frame = 0; frame < 60; frame++) {
    const item = document.querySelector('.mud-popover-open .mud-menu-item:not([aria-disabled=true])');
    if (item) return item.focus({ preventScroll: true });
    await new Promise(requestAnimationFrame);
  }
}

export function leave(button) {
  if (document.activeElement === document.body || document.activeElement?.closest('.mud-popover')) button.focus();
}
