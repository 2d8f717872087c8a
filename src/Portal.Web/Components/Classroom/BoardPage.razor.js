// How an instructor looks at boards, remembered by this browser; and where the keys go while rows move.

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

/** A control whose row moves or goes loses the focus: the control gets it back, or else the board, which hears keys. */
export function keepFocus(board) {
  const controls = row => [...row.querySelectorAll('button, input')];
  let last = null;
  let left = true;

  const remember = e => {
    left = !board.contains(e.target);
    if (left) return;
    const row = e.target.closest('[data-learner]');
    last = { element: e.target, learner: row?.dataset.learner, index: row ? controls(row).indexOf(e.target) : -1 };
  };
  const leave = e => { left ||= !board.contains(e.target); };
  const back = () => {
    const row = last?.learner && board.querySelector(`[data-learner="${CSS.escape(last.learner)}"]`);
    const target = last?.element.isConnected ? last.element : row && controls(row)[last.index];
    (target || board).focus({ preventScroll: true });
  };
  const observer = new MutationObserver(() => {
    if (!left && document.activeElement === document.body) back();
  });

  document.addEventListener('focusin', remember);
  document.addEventListener('pointerdown', leave);
  observer.observe(board, { childList: true, subtree: true });
  return {
    back,
    stop() {
      observer.disconnect();
      document.removeEventListener('focusin', remember);
      document.removeEventListener('pointerdown', leave);
    },
  };
}
