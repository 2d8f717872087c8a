// How an instructor looks at boards, remembered by this browser.

const key = 'portal-board';

export function load() {
  try {
    const { hidden, order, filter, pinned } = JSON.parse(localStorage.getItem(key)) ?? {};
    const strings = Array.isArray(pinned) ? pinned.filter(id => typeof id === 'string') : [];
    return { hidden: hidden === true, order: `${order}`, filter: `${filter}`, pinned: strings };
  } catch {
    return null;
  }
}

export function save(view) {
  try { localStorage.setItem(key, JSON.stringify(view)); } catch { /* not remembered, nothing else */ }
}
