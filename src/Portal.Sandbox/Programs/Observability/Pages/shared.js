'use strict';
// Elements from code: text is always text, never markup.
function h(name, attributes, ...children) {
  const svg = ['svg', 'g', 'path', 'line', 'text', 'rect', 'circle', 'title', 'defs', 'marker', 'polyline', 'tspan', 'use'].includes(name);
  const element = svg ? document.createElementNS('http://www.w3.org/2000/svg', name) : document.createElement(name);
  for (const [key, value] of Object.entries(attributes ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith('on')) element.addEventListener(key.slice(2), value);
    else if (key === 'value') element.value = value;
    else element.setAttribute(key, value === true ? '' : value);
  }
  for (const child of children.flat(Infinity)) if (child !== null && child !== undefined && child !== false) element.append(child);
  return element;
}
const $ = id => document.getElementById(id);
const show = (place, ...children) => place.replaceChildren(...children.flat(Infinity).filter(c => c !== null && c !== undefined && c !== false));
const colours = Array.from({ length: 8 }, (_, i) => `var(--c${i})`);

async function getJson(url) {
  const response = await fetch(url);
  const text = await response.text();
  let body;
  try { body = JSON.parse(text); } catch { body = { error: text }; }
  if (!response.ok) throw new Error(body.error || body.message || body.errors?.[0]?.msg || `${response.status} ${response.statusText}`);
  return body;
}

function number(value, digits = 3) {
  if (value === null || value === undefined || Number.isNaN(value)) return '–';
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf';
  if (value === 0) return '0';
  const size = Math.abs(value);
  if (size >= 1e9) return (value / 1e9).toPrecision(3) + ' G';
  if (size >= 1e6) return (value / 1e6).toPrecision(3) + ' M';
  if (size >= 1e4) return (value / 1e3).toPrecision(3) + ' k';
  return String(Number(value.toPrecision(digits)));
}
const units = {
  none: v => number(v),
  ops: v => number(v) + ' /s',
  ms: v => v === null || Number.isNaN(v) ? '–' : v >= 1000 ? number(v / 1000) + ' s' : number(v) + ' ms',
  percent: v => Number.isNaN(v) || v === null ? '–' : number(v * 100) + ' %',
  bytes: v => number(v) + ' B',
  Bps: v => number(v) + ' B/s',
};
const clock = (seconds, withSeconds) => new Date(seconds * 1000).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit', second: withSeconds ? '2-digit' : undefined, hour12: false });

const metricName = metric => {
  const { __name__: name = '', ...labels } = metric;
  const text = Object.entries(labels).map(([k, v]) => `${k}="${v}"`).join(', ');
  return text ? `${name}{${text}}` : name || '{}';
};

/* A table that becomes a list of cards on a narrow screen. heads: texts, or [text, class]; cells: text, elements, or { class, of }. */
function table(heads, rows, label) {
  const named = heads.map(x => Array.isArray(x) ? x : [x, null]);
  const cell = (c, i) => { const full = c && c.of !== undefined && !(c instanceof Node) && !Array.isArray(c) ? c : { of: c }; return h('td', { class: full.class ?? named[i][1], 'data-label': named[i][0] }, h('span', {}, full.of)); };
  return h('div', { class: 'scroll', tabindex: rows.length > 12 ? 0 : null, role: rows.length > 12 ? 'group' : null, 'aria-label': rows.length > 12 ? label : null },
    h('table', { class: 'stack', 'aria-label': label }, h('thead', {}, h('tr', {}, named.map(([t, c]) => h('th', { scope: 'col', class: c }, t)))), h('tbody', {}, rows.map(r => h('tr', {}, r.map(cell))))));
}
const failure = (e, what) => h('div', { class: 'notice bad', role: 'alert' }, what ? h('b', {}, what + ' ') : null, e.message);
/* A closed padlock as a drawing: fonts with pictures of their own are not everywhere. */
const padlock = (x, y) => h('path', { class: 'padlock', d: `M${x} ${y}h9v7h-9zM${x + 2} ${y}v-2.2a2.5 2.5 0 0 1 5 0v2.2` });
const lock = () => h('svg', { viewBox: '0 0 11 14', width: 11, height: 14, 'aria-hidden': true, style: 'vertical-align:-2px' }, padlock(1, 6));
/* Draws now and every few seconds while somebody looks. */
function repeat(draw, seconds) {
  let timer;
  const next = async () => { clearTimeout(timer); try { if (!document.hidden) await draw(); } finally { if (seconds() > 0) timer = setTimeout(next, seconds() * 1000); } };
  document.addEventListener('visibilitychange', () => { if (!document.hidden && seconds() > 0) next(); });
  return next;
}
