// Splitter, the outline that follows the reading position, and that position for the next visit. Everything else of the
// page is rendered by the server.

const widthKey = 'portal-panel-width';
const placeKey = `portal-place:${location.pathname}`;
const clamp = value => Math.min(70, Math.max(25, value));

export function start(root) {
  const abort = new AbortController();
  const reading = root.querySelector('[data-reading]');
  splitter(root, root.querySelector('[data-splitter]'), abort.signal);
  // Before the outline follows: its first look would be remembered as the place.
  goToFragment(reading, location.hash.slice(1) || lastPlace());
  const observer = follow(root, reading);
  addEventListener('hashchange', () => goToFragment(reading, location.hash.slice(1)), { signal: abort.signal });
  return {
    stop() {
      abort.abort();
      observer.disconnect();
    },
  };
}

function goToFragment(reading, fragment) {
  const id = decodeURIComponent(fragment);
  if (id) reading.querySelector(`#${CSS.escape(id)}`)?.scrollIntoView();
}

function lastPlace() {
  try { return localStorage.getItem(placeKey) ?? ''; } catch { return ''; }
}

function splitter(root, handle, signal) {
  const set = value => {
    const width = clamp(value);
    root.style.setProperty('--panel-width', `${width}%`);
    handle.setAttribute('aria-valuenow', Math.round(width));
    try { localStorage.setItem(widthKey, width); } catch { /* not remembered, nothing else */ }
  };
  const stored = (() => { try { return parseFloat(localStorage.getItem(widthKey)); } catch { return NaN; } })();
  if (!Number.isNaN(stored)) set(stored);

  const fraction = x => {
    const box = root.getBoundingClientRect();
    return (box.right - x) / box.width * 100;
  };
  handle.addEventListener('pointerdown', e => {
    handle.setPointerCapture(e.pointerId);
    root.classList.add('dragging');
    e.preventDefault();
  }, { signal });
  handle.addEventListener('pointermove', e => {
    if (handle.hasPointerCapture(e.pointerId)) set(fraction(e.clientX));
  }, { signal });
  handle.addEventListener('pointerup', () => root.classList.remove('dragging'), { signal });
  handle.addEventListener('keydown', e => {
    const step = { ArrowLeft: 2, ArrowRight: -2 }[e.key];
    if (step === undefined) return;
    set(parseFloat(handle.getAttribute('aria-valuenow')) + step);
    e.preventDefault();
  }, { signal });
}

function follow(root, reading) {
  const links = new Map([...root.querySelectorAll('[data-outline]')].map(a => [a.dataset.outline, a]));
  const visible = new Set();
  const sections = [...reading.querySelectorAll('[data-section]')];
  let current;
  const mark = () => {
    const top = sections.find(s => visible.has(s) && links.has(s.id)) ?? null;
    if (!top || top === current) return;
    current = top;
    const place = top === sections[0] ? '' : encodeURIComponent(top.id);
    try { localStorage.setItem(placeKey, place); } catch { /* not remembered, nothing else */ }
    for (const link of links.values()) link.removeAttribute('aria-current');
    const link = links.get(top.id);
    link.setAttribute('aria-current', 'location');
    link.scrollIntoView({ block: 'nearest' });
  };
  const observer = new IntersectionObserver(entries => {
    for (const e of entries) e.isIntersecting ? visible.add(e.target) : visible.delete(e.target);
    mark();
  }, { root: getComputedStyle(reading).overflowY === 'visible' ? null : reading, rootMargin: '0px 0px -60% 0px' });
  sections.forEach(s => observer.observe(s));
  return observer;
}
