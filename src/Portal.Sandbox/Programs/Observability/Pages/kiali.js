const view = location.pathname.includes('workloads') ? 'workloads' : location.pathname.includes('istio') ? 'istio' : 'graph';
$(`nav-${view}`).setAttribute('aria-current', 'page');
$('duration-label').hidden = view !== 'graph';
const content = $('content');
let chosen = null;

async function start() {
  const spaces = (await getJson('/kiali/api/namespaces')).filter(n => !n.name.startsWith('kube-'));
  const wanted = new URLSearchParams(location.search).get('namespaces') ?? sessionStorage.namespace;
  const initial = spaces.find(n => n.name === wanted)?.name ?? spaces.find(n => n.labels['istio-injection'] === 'enabled')?.name ?? 'default';
  show($('namespace'), spaces.map(n => h('option', { value: n.name, selected: n.name === initial }, n.name)));
  $('duration').value = new URLSearchParams(location.search).get('duration') ?? '60s';
  $('namespace').addEventListener('change', () => { sessionStorage.namespace = $('namespace').value; chosen = null; draw(); });
  $('duration').addEventListener('change', draw);
  await draw();
  setInterval(() => { if (!document.hidden) draw(); }, 5000);
}
async function draw() {
  try { await { graph, workloads, istio }[view](); } catch (e) { show(content, h('div', { class: 'notice bad', role: 'alert' }, e.message)); }
}
const state = percent => percent >= 10 ? ['bad', 'var(--error)'] : percent > 0.1 ? ['warn', 'var(--warning)'] : ['ok', 'var(--success)'];

async function graph() {
  const ns = $('namespace').value;
  const { elements } = await getJson(`/kiali/api/namespaces/graph?${new URLSearchParams({ namespaces: ns, duration: $('duration').value, graphType: 'versionedApp' })}`);
  const nodes = elements.nodes.map(n => n.data), edges = elements.edges.map(e => e.data);
  if (nodes.length === 0) { show(content, h('div', { class: 'empty' }, h('h2', {}, `No traffic in ${ns}`), h('p', {}, `Nothing was measured in the ${$('duration').selectedOptions[0].text}. Send some requests; this page looks again every five seconds.`))); show($('side')); return; }
  // Columns by the longest way from a root, rows by name; calls back do not count.
  const level = new Map(nodes.map(n => [n.id, 0]));
  for (let pass = 0; pass < nodes.length; pass++) for (const e of edges) if (level.get(e.target) <= level.get(e.source) && level.get(e.source) + 1 < nodes.length && !back(e, edges)) level.set(e.target, level.get(e.source) + 1);
  const columns = [];
  for (const n of nodes) (columns[level.get(n.id)] ??= []).push(n);
  const boxWidth = 172, boxHeight = 50, gapX = 120, gapY = 46, tall = Math.max(...columns.filter(Boolean).map(c => c.length));
  const width = 40 + columns.length * (boxWidth + gapX) - gapX, height = Math.max(220, 40 + tall * (boxHeight + gapY));
  const place = new Map();
  columns.forEach((column, i) => column.sort((a, b) => a.id.localeCompare(b.id)).forEach((n, j) => place.set(n.id, { x: 20 + i * (boxWidth + gapX), y: height / 2 + (j - (column.length - 1) / 2) * (boxHeight + gapY) - boxHeight / 2 })));
  const svg = h('svg', { viewBox: `0 0 ${width} ${height}`, style: `max-width:${width * 1.25}px;margin:0 auto`, role: 'group', 'aria-label': `Traffic graph of ${ns}` });
  const tags = [];
  for (const e of edges) {
    const a = place.get(e.source), b = place.get(e.target), percent = Number(e.traffic.rates.httpPercentErr), [, colour] = state(percent), rate = Number(e.traffic.rates.http);
    const x1 = a.x + boxWidth, y1 = a.y + boxHeight / 2, x2 = b.x - 4, y2 = b.y + boxHeight / 2, bend = Math.max(40, Math.abs(x2 - x1) / 2);
    const d = `M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`;
    const path = h('path', { class: 'edge', d, stroke: colour, 'stroke-opacity': .55 });
    svg.append(path, h('path', { class: 'flow', d, stroke: colour, style: `animation-duration:${Math.max(.25, Math.min(2, 2 / Math.sqrt(rate + .5))).toFixed(2)}s` }), h('path', { d: `M${x2 + 3} ${y2}l-9 -5v10z`, fill: colour }));
    const t = a.x + boxWidth < b.x - gapX - 10 ? .3 : .5, mx = (1 - t) ** 3 * x1 + 3 * (1 - t) ** 2 * t * (x1 + bend) + 3 * (1 - t) * t * t * (x2 - bend) + t ** 3 * x2, my = (1 - t) ** 3 * y1 + 3 * (1 - t) ** 2 * t * y1 + 3 * (1 - t) * t * t * y2 + t ** 3 * y2;
    const text = `${Number(e.isMTLS) > 0 ? '🔒 ' : ''}${number(rate)}/s${percent > 0 ? ` ${number(percent)}% ✗` : ''}`;
    tags.push(h('g', { class: 'tag' }, h('title', {}, describe(e)), h('rect', { x: mx - text.length * 3.4 - 6, y: my - 10, width: text.length * 6.8 + 12, height: 20, rx: 10 }), h('text', { class: 'small', x: mx, y: my + 4, 'text-anchor': 'middle' }, text)));
  }
  for (const n of nodes) {
    const p = place.get(n.id), outside = n.namespace !== ns;
    const choose = () => { chosen = chosen === n.id ? null : n.id; details(nodes, edges); for (const g of svg.querySelectorAll('.node')) g.setAttribute('aria-pressed', String(g.dataset.id === chosen)); };
    svg.append(h('g', { class: 'node' + (outside ? ' group' : ''), 'data-id': n.id, tabindex: 0, role: 'button', 'aria-pressed': String(chosen === n.id), 'aria-label': title(n), onclick: choose, onkeydown: k => { if (k.key === 'Enter' || k.key === ' ') { k.preventDefault(); choose(); } } },
      h('rect', { x: p.x, y: p.y, width: boxWidth, height: boxHeight, rx: n.nodeType === 'service' ? 25 : 8 }), h('text', { x: p.x + 12, y: p.y + 21, 'font-weight': 650 }, icon(n), ' ', cut(n.app || n.service || n.workload, 18), n.version ? h('tspan', { fill: 'var(--primary)' }, ' ' + n.version) : null),
      h('text', { class: 'small', x: p.x + 12, y: p.y + 38 }, outside ? n.namespace : `in ${number(Number(n.traffic[0].rates.httpIn))}/s · out ${number(Number(n.traffic[0].rates.httpOut))}/s`)));
  }
  svg.append(...tags);
  show(content, h('div', { class: 'scroll', id: 'graph' }, svg), h('p', { class: 'muted' }, h('span', { class: 'ok' }, '● fine '), h('span', { class: 'warn' }, '● some errors '), h('span', { class: 'bad' }, '● 10 % errors or more '), '· 🔒 mutual TLS · a dashed box is outside the namespace'));
  details(nodes, edges);
}
const back = (edge, edges) => { const seen = new Set(), todo = [edge.target]; while (todo.length) { const at = todo.pop(); if (at === edge.source) return true; if (!seen.has(at)) { seen.add(at); todo.push(...edges.filter(e => e.source === at).map(e => e.target)); } } return false; };
const icon = n => n.nodeType === 'unknown' ? '?' : n.nodeType === 'service' ? '△' : n.isRoot ? '⇥' : '▣';
const cut = (text, most) => text.length > most ? text.slice(0, most - 1) + '…' : text;
const title = n => `${n.app || n.service || n.workload}${n.version ? ' ' + n.version : ''} in ${n.namespace}`;
const describe = e => `${e.source} → ${e.target}: ${number(Number(e.traffic.rates.http))} requests/s, ${Object.entries(e.traffic.responses).map(([c, r]) => `${c === '-' ? 'no answer' : c} ${r.share} %`).join(', ')}${e.responseTime ? `, 95 % within ${e.responseTime} ms` : ''}, ${e.isMTLS} % mutual TLS`;
function details(nodes, edges) {
  const node = nodes.find(n => n.id === chosen), shown = node ? edges.filter(e => e.source === chosen || e.target === chosen) : edges;
  const name = id => { const n = nodes.find(x => x.id === id); return `${n.app || n.service || n.workload} ${n.version}`; };
  show($('side'), h('div', { class: 'card' }, h('h2', {}, node ? title(node) : 'All calls'), h('div', { class: 'scroll' }, h('table', {}, h('thead', {}, h('tr', {}, ['From', 'To', 'Requests/s', 'Errors', 'Answers', '95 % within', 'Mutual TLS'].map((t, i) => h('th', { class: i > 1 ? 'num' : null }, t)))), h('tbody', {}, shown.map(e => { const [mark] = state(Number(e.traffic.rates.httpPercentErr)); return h('tr', {}, h('td', {}, name(e.source)), h('td', {}, name(e.target)), h('td', { class: 'num' }, number(Number(e.traffic.rates.http))), h('td', { class: 'num ' + mark }, `${mark === 'ok' ? '✓' : '✗'} ${e.traffic.rates.httpPercentErr} %`), h('td', { class: 'num' }, Object.entries(e.traffic.responses).map(([c, r]) => `${c}: ${r.share} %`).join(', ')), h('td', { class: 'num' }, e.responseTime ? `${e.responseTime} ms` : '–'), h('td', { class: 'num' }, Number(e.isMTLS) > 0 ? `🔒 ${e.isMTLS} %` : '–')); }))))));
}
async function workloads() {
  const list = (await getJson('/kiali/api/clusters/workloads')).workloads.filter(w => w.namespace === $('namespace').value);
  show($('side'));
  show(content, h('h2', {}, 'Workloads'), list.length === 0 ? h('p', { class: 'empty' }, 'No workload runs here.') : h('table', {}, h('thead', {}, h('tr', {}, h('th', {}, 'Name'), h('th', {}, 'Pods'), h('th', {}, 'Sidecar'), h('th', {}, 'Labels'))), h('tbody', {}, list.map(w => h('tr', {}, h('td', {}, w.name), h('td', {}, w.podCount), h('td', {}, w.istioSidecar ? h('span', { class: 'ok' }, '✓ in the mesh') : w.isGateway ? h('span', { class: 'info' }, '⇥ gateway') : h('span', { class: 'warn' }, '✗ missing')), h('td', {}, w.appLabel ? h('span', { class: 'chip' }, 'app=' + w.labels.app) : null, ' ', w.versionLabel ? h('span', { class: 'chip' }, 'version=' + w.labels.version) : null))))));
}
async function istio() {
  const list = (await getJson('/kiali/api/istio/config?validate=true')).items.filter(o => o.namespace === $('namespace').value);
  show($('side'));
  show(content, h('h2', {}, 'Istio Config'), list.length === 0 ? h('p', { class: 'empty' }, 'There is no Istio object in this namespace.') : h('table', {}, h('thead', {}, h('tr', {}, h('th', {}, 'Name'), h('th', {}, 'Kind'), h('th', {}, 'Configuration'))), h('tbody', {}, list.map(o => h('tr', {}, h('td', {}, o.name), h('td', {}, o.kind), h('td', {}, o.validation.valid ? h('span', { class: 'ok' }, '✓ valid') : o.validation.checks.map(c => h('div', { class: c.severity === 'error' ? 'bad' : 'warn' }, `${c.severity === 'error' ? '✗' : '!'} ${c.code} ${c.message}`))))))));
}
start().catch(e => show(content, h('div', { class: 'notice bad', role: 'alert' }, e.message)));
