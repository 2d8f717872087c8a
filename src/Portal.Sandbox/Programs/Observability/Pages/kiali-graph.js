// The traffic graph: columns by the longest way from a root (rows on a narrow screen); calls back do not count.
const errorState = percent => percent >= 10 ? ['bad', 'var(--error)'] : percent > 0.1 ? ['warn', 'var(--warning)'] : ['ok', 'var(--success)'];
const cut = (text, most) => text.length > most ? text.slice(0, most - 1) + '…' : text;
const nameOf = n => n.app || n.service || n.workload;
const titleOf = n => `${nameOf(n)}${n.version ? ' ' + n.version : ''} in ${n.namespace}`;
const kindOf = n => n.nodeType === 'unknown' ? '?' : n.nodeType === 'service' ? '△' : n.isRoot && !n.idle ? '⇥' : '▣';
const isTcp = e => e.traffic.protocol === 'tcp';
const rateOf = e => Number(e.traffic.rates[e.traffic.protocol]);
const errorsOf = e => Number(e.traffic.rates[e.traffic.protocol + 'PercentErr'] ?? 0);
const rateText = e => isTcp(e) ? units.Bps(rateOf(e)) : `${number(rateOf(e))}/s`;
const answers = e => Object.entries(e.traffic.responses).map(([code, r]) => `${code === '-' ? 'no answer' : code} ${r.share} %`).join(', ');
const describe = (e, name) => `${name(e.source)} → ${name(e.target)}: ${rateText(e)}${isTcp(e) ? ' over TCP' : `, ${answers(e)}`}${e.responseTime ? `, 95 % within ${e.responseTime} ms` : ''}, ${e.isMTLS} % mutual TLS`;

function levels(nodes, edges, most) {
  const back = edge => { const seen = new Set(), todo = [edge.target]; while (todo.length) { const at = todo.pop(); if (at === edge.source) return true; if (!seen.has(at)) { seen.add(at); todo.push(...edges.filter(e => e.source === at).map(e => e.target)); } } return false; };
  const forward = edges.filter(e => !back(e)), level = new Map(nodes.map(n => [n.id, 0]));
  for (let pass = 0; pass < nodes.length; pass++) for (const e of forward) if (level.get(e.target) <= level.get(e.source)) level.set(e.target, level.get(e.source) + 1);
  const columns = [];
  for (const n of nodes) (columns[level.get(n.id)] ??= []).push(n);
  // What is wider than the screen takes several rows of about the same length.
  return columns.filter(Boolean).map(c => c.sort((a, b) => a.id.localeCompare(b.id))).flatMap(c => { const rows = Math.max(1, Math.ceil(c.length / most)), size = Math.ceil(c.length / rows); return Array.from({ length: rows }, (_, i) => c.slice(i * size, (i + 1) * size)); });
}

/* Places for the boxes, and the way of a line between two of them: its path, its end, and points along it. */
function layout(columns, narrow) {
  const box = narrow ? { w: 108, h: 46, along: 62, across: 10 } : { w: 176, h: 50, along: 120, across: 44 };
  const longest = Math.max(...columns.map(c => c.length)), place = new Map();
  const [size, gap] = narrow ? [box.w, box.across] : [box.h, box.across];
  const breadth = Math.max(longest * (size + gap) - gap, narrow ? 330 : 130), depth = columns.length * ((narrow ? box.h : box.w) + box.along) - box.along;
  columns.forEach((column, i) => column.forEach((n, j) => {
    const across = 16 + breadth / 2 + (j - (column.length - 1) / 2) * (size + gap) - size / 2, along = 16 + i * ((narrow ? box.h : box.w) + box.along);
    place.set(n.id, narrow ? { x: across, y: along } : { x: along, y: across });
  }));
  const line = (source, target) => {
    const a = place.get(source), b = place.get(target), c = narrow ? a.x + box.w / 2 : a.y + box.h / 2, d = narrow ? b.x + box.w / 2 : b.y + box.h / 2;
    const from = narrow ? a.y + box.h : a.x + box.w, to = (narrow ? b.y : b.x) - 5, bend = Math.max(30, Math.abs(to - from) / 2);
    const at = (p, q) => narrow ? `${q} ${p}` : `${p} ${q}`;
    const point = t => { const s = 1 - t, p = s ** 3 * from + 3 * s * s * t * (from + bend) + 3 * s * t * t * (to - bend) + t ** 3 * to, q = s ** 3 * c + 3 * s * s * t * c + 3 * s * t * t * d + t ** 3 * d; return narrow ? [q, p] : [p, q]; };
    return { d: `M${at(from, c)}C${at(from + bend, c)} ${at(to - bend, d)} ${at(to, d)}`, arrow: narrow ? `M${d} ${to + 4}l-5 -9h10z` : `M${to + 4} ${d}l-9 -5v10z`, point, far: to - from > box.along + 20 };
  };
  return { box, place, line, width: narrow ? breadth + 32 : depth + 32, height: narrow ? depth + 32 : Math.max(180, breadth + 32) };
}

function drawGraph(nodes, edges, { spaces, chosen, choose, narrow }) {
  const name = id => titleOf(nodes.find(n => n.id === id));
  const { box, place, line, width, height } = layout(levels(nodes, edges, narrow ? 3 : Infinity), narrow);
  const svg = h('svg', { viewBox: `0 0 ${width} ${height}`, style: `max-width:${Math.round(width * 1.2)}px`, role: 'group', 'aria-label': `Traffic graph of ${spaces.join(', ')}` });
  const near = new Set([chosen, ...edges.filter(e => e.source === chosen || e.target === chosen).flatMap(e => [e.source, e.target])]);
  const faded = id => chosen && !near.has(id), tags = [];
  for (const e of edges) {
    const { d, arrow, point, far } = line(e.source, e.target), [mark, signal] = errorState(errorsOf(e)), colour = isTcp(e) && mark === 'ok' ? 'var(--info)' : signal;
    const fade = chosen && e.source !== chosen && e.target !== chosen ? ' faded' : '';
    svg.append(h('path', { class: 'edge' + fade, d, stroke: colour, 'stroke-opacity': .55 }), h('path', { class: 'flow' + fade, d, stroke: colour, style: `animation-duration:${Math.max(.25, Math.min(2, 2 / Math.sqrt((isTcp(e) ? rateOf(e) / 1000 : rateOf(e)) + .5))).toFixed(2)}s` }), h('path', { class: fade, d: arrow, fill: colour }));
    const [x, y] = point(narrow ? .72 : far ? .3 : .5), text = `${rateText(e)}${errorsOf(e) > 0 ? ` ${number(errorsOf(e))}% ✗` : ''}`, locked = Number(e.isMTLS) > 0;
    const half = text.length * 3.3 + (locked ? 14 : 6);
    tags.push(h('g', { class: 'tag' + fade }, h('title', {}, describe(e, name)), h('rect', { x: x - half, y: y - 10, width: half * 2, height: 20, rx: 10 }), locked ? padlock(x - half + 7, y - 2) : null, h('text', { class: 'small', x: x + (locked ? 7 : 0), y: y + 4, 'text-anchor': 'middle', style: mark === 'ok' ? null : `fill:${colour};font-weight:650` }, text)));
  }
  for (const n of nodes) {
    const p = place.get(n.id), outside = !spaces.includes(n.namespace), rates = n.traffic?.[0]?.rates ?? {};
    const second = n.idle ? 'idle' : outside || spaces.length > 1 ? n.namespace : narrow ? n.version || n.namespace : `in ${number(Number(rates.httpIn ?? 0))}/s · out ${number(Number(rates.httpOut ?? 0))}/s`;
    const act = () => choose(chosen === n.id ? null : n.id);
    svg.append(h('g', { class: `node${outside ? ' outside' : ''}${n.idle ? ' idle' : ''}${faded(n.id) ? ' faded' : ''}`, 'data-id': n.id, tabindex: 0, role: 'button', 'aria-pressed': String(chosen === n.id), 'aria-label': titleOf(n) + (n.idle ? ', idle' : ''), onclick: act, onkeydown: k => { if (k.key === 'Enter' || k.key === ' ') { k.preventDefault(); act(); } } },
      h('title', {}, titleOf(n)), h('rect', { x: p.x, y: p.y, width: box.w, height: box.h, rx: n.nodeType === 'service' ? box.h / 2 : 8 }),
      h('text', { x: p.x + (narrow ? 8 : 12), y: p.y + 20, 'font-weight': 650 }, narrow ? null : kindOf(n) + ' ', cut(nameOf(n), narrow ? 12 : 17), n.version && !narrow ? h('tspan', { fill: 'var(--primary)' }, ' ' + n.version) : null),
      h('text', { class: 'small', x: p.x + (narrow ? 8 : 12), y: p.y + 37 }, cut(second, narrow ? 16 : 28))));
  }
  svg.append(...tags);
  return svg;
}
