const view = ['workloads', 'services', 'istio'].find(v => location.pathname.includes('/' + v)) ?? 'graph';
const main = $('main');
let spaces = [], chosen = null;
$(`nav-${view}`).setAttribute('aria-current', 'page');
for (const id of ['duration-label', 'idle-label']) $(id).hidden = id === 'idle-label' ? view !== 'graph' : view === 'istio';
const ask = (path, values) => getJson(`/kiali/api/${path}?${new URLSearchParams({ namespaces: spaces.join(','), ...values })}`);
const interval = () => $('duration').selectedOptions[0].text;

async function start() {
  const all = (await getJson('/kiali/api/namespaces')).filter(n => !n.name.startsWith('kube-')), address = new URLSearchParams(location.search);
  const wanted = (address.get('namespaces') ?? sessionStorage.namespaces ?? '').split(',').filter(n => all.some(x => x.name === n));
  spaces = wanted.length ? wanted : all.filter(n => n.labels['istio-injection'] === 'enabled').map(n => n.name).slice(0, 1);
  if (spaces.length === 0) spaces = ['default'];
  const named = () => { $('chosen').textContent = spaces.length === 1 ? spaces[0] : `${spaces.length} namespaces`; $('chosen').setAttribute('aria-label', `Namespaces: ${spaces.join(', ')}`); };
  show($('namespaces'), all.map(n => h('label', { class: 'check' }, h('input', { type: 'checkbox', value: n.name, checked: spaces.includes(n.name), onchange: () => {
    const now = [...$('namespaces').querySelectorAll('input:checked')].map(i => i.value);
    if (now.length === 0) return;
    spaces = now; sessionStorage.namespaces = now.join(','); chosen = null; named(); draw();
  } }), n.name)));
  named();
  const menu = document.querySelector('details.menu');
  document.addEventListener('click', e => { if (!menu.contains(e.target)) menu.open = false; });
  menu.addEventListener('keydown', e => { if (e.key === 'Escape') { menu.open = false; $('chosen').focus(); } });
  if (address.get('duration')) $('duration').value = address.get('duration');
  if ($('duration').selectedIndex < 0) $('duration').selectedIndex = 0;
  const draw = repeat(async () => { try { await { graph, workloads, services, istio }[view](); } catch (e) { show(main, failure(e)); } }, () => view === 'istio' ? 15 : 5);
  for (const id of ['duration', 'idle']) $(id).addEventListener('change', draw);
  await draw();
}

async function graph() {
  const { elements } = await ask('namespaces/graph', { duration: $('duration').value, graphType: 'versionedApp' });
  const nodes = elements.nodes.map(n => n.data), edges = elements.edges.map(e => e.data);
  if ($('idle').checked) {
    const seen = new Set(nodes.map(n => n.id));
    for (const w of (await ask('clusters/workloads', {})).workloads) if (!seen.has(`${w.namespace}/${w.name}`)) nodes.push({ id: `${w.namespace}/${w.name}`, namespace: w.namespace, workload: w.name, app: w.labels.app ?? w.name, version: w.labels.version ?? '', nodeType: 'app', idle: true });
  }
  if (nodes.length === 0) { show(main, h('div', { class: 'card empty' }, h('h2', {}, `No traffic in ${spaces.join(', ')}`), h('p', {}, `Nothing was measured in the ${interval()}. Send some requests; this page looks again every five seconds.`), h('button', { onclick: () => { $('idle').checked = true; $('idle').dispatchEvent(new Event('change')); } }, 'Show idle workloads'))); return; }
  const focused = document.activeElement?.dataset?.id;
  const render = () => {
    const choose = id => { chosen = id; render(); };
    show(main, h('div', { class: 'split' }, h('section', { class: 'card', 'aria-label': 'Graph' }, h('div', { id: 'graph' }, drawGraph(nodes, edges, { spaces, chosen, choose, narrow: innerWidth < 720 })),
      h('p', { class: 'muted' }, h('span', { class: 'ok' }, '● fine '), h('span', { class: 'warn' }, '● some errors '), h('span', { class: 'bad' }, '● 10 % errors or more '), h('span', { class: 'info' }, '● TCP '), '· ', lock(), ' mutual TLS · a dashed box is outside the namespace')), side(nodes, edges, choose)), h('div', { class: 'card' }, calls(nodes, edges)));
    if (chosen) main.querySelector(`[data-id="${CSS.escape(chosen)}"]`)?.focus();
  };
  render();
  if (focused) main.querySelector(`[data-id="${CSS.escape(focused)}"]`)?.focus();
}
function side(nodes, edges, choose) {
  const node = nodes.find(n => n.id === chosen), facts = (...pairs) => h('dl', { class: 'facts' }, pairs.filter(p => p[1] !== undefined && p[1] !== '').map(([k, v]) => [h('dt', {}, k), h('dd', {}, v)]));
  const sum = list => list.filter(e => !isTcp(e)).reduce((s, e) => s + rateOf(e), 0), wrong = list => list.filter(e => !isTcp(e)).reduce((s, e) => s + rateOf(e) * errorsOf(e) / 100, 0);
  const share = list => { const all = sum(list), percent = all ? 100 * wrong(list) / all : 0, [mark] = errorState(percent); return all ? [`${number(all)}/s `, h('span', { class: mark }, `${mark === 'ok' ? '✓' : '✗'} ${percent.toFixed(1)} % errors`)] : 'none'; };
  if (!node) return h('aside', { class: 'card', 'aria-label': 'Summary' }, h('h2', {}, 'Summary'), facts(['Namespaces', spaces.join(', ')], ['Apps', String(new Set(nodes.filter(n => n.nodeType !== 'unknown').map(n => n.namespace + n.app + n.service)).size)], ['Edges', String(edges.length)], ['HTTP', share(edges)], ['Mutual TLS', edges.length ? `${edges.filter(e => Number(e.isMTLS) === 100).length} of ${edges.length} edges` : undefined]), h('p', { class: 'muted' }, 'Choose a box to see what it takes and sends.'));
  const into = edges.filter(e => e.target === chosen), out = edges.filter(e => e.source === chosen);
  return h('aside', { class: 'card', 'aria-label': 'Chosen' }, h('h2', {}, `${nameOf(node)} ${node.version}`), facts(['Namespace', node.namespace], ['Workload', node.workload], ['Service', node.service], ['In', share(into)], ['Out', share(out)]), h('button', { onclick: () => choose(null) }, 'Show all'));
}
function calls(nodes, edges) {
  const name = id => { const n = nodes.find(x => x.id === id); return `${nameOf(n)} ${n.version}`.trim(); };
  const shown = chosen ? edges.filter(e => e.source === chosen || e.target === chosen) : edges;
  return [h('h2', {}, chosen ? `Calls of ${name(chosen)}` : 'All calls'), shown.length === 0 ? h('p', { class: 'empty' }, 'None in this time.') : table(['From', 'To', ['Traffic', 'num'], ['Errors', 'num'], ['Answers', 'num'], ['95 % within', 'num'], ['Mutual TLS', 'num']], shown.map(e => {
    const [mark] = errorState(errorsOf(e));
    return [name(e.source), name(e.target), rateText(e), isTcp(e) ? '–' : { class: 'num ' + mark, of: `${mark === 'ok' ? '✓' : '✗'} ${errorsOf(e).toFixed(1)} %` }, answers(e) || '–', e.responseTime ? (e.responseTime === '0' ? '< 1 ms' : `${e.responseTime} ms`) : '–', Number(e.isMTLS) > 0 ? [lock(), ` ${e.isMTLS} %`] : 'no'];
  }), 'Calls')];
}
const many = list => spaces.length > 1 ? list : list.slice(1);
const health = r => { const all = Object.values(r).reduce((s, v) => s + v, 0), bad = Object.entries(r).filter(([c]) => /^[45-]|^0$/.test(c)).reduce((s, [, v]) => s + v, 0); if (!all) return h('span', { class: 'muted' }, '– no requests'); const [mark] = errorState(100 * bad / all); return h('span', { class: mark }, `${mark === 'ok' ? '✓' : '✗'} ${number(all)}/s, ${(100 * bad / all).toFixed(1)} % errors`); };
async function workloads() {
  const list = (await ask('clusters/workloads', { health: true, rateInterval: $('duration').value })).workloads;
  show(main, h('div', { class: 'card' }, h('h2', {}, 'Workloads'), list.length === 0 ? h('p', { class: 'empty' }, 'No workload runs here.') : table([...many(['Namespace', 'Name']), ['Pods', 'num'], 'Requests in', 'Sidecar', 'Labels'], list.map(w => { const s = w.health.workloadStatus; return [...many([w.namespace, w.name]), { class: 'num ' + (s.availableReplicas < s.desiredReplicas ? 'bad' : ''), of: `${s.availableReplicas} of ${s.desiredReplicas}` }, health(w.health.requests.inbound.http ?? {}), w.istioSidecar ? h('span', { class: 'ok' }, '✓ in the mesh') : w.isGateway ? h('span', { class: 'info' }, '⇥ gateway') : h('span', { class: 'warn' }, '✗ missing'), [w.appLabel ? h('span', { class: 'chip' }, 'app=' + w.labels.app) : null, ' ', w.versionLabel ? h('span', { class: 'chip' }, 'version=' + w.labels.version) : null]]; }), 'Workloads')));
}
async function services() {
  const list = (await ask('clusters/services', { health: true, rateInterval: $('duration').value })).services;
  show(main, h('div', { class: 'card' }, h('h2', {}, 'Services'), list.length === 0 ? h('p', { class: 'empty' }, 'There is no service in this namespace.') : table([...many(['Namespace', 'Name']), 'Ports', 'Requests in', 'Sidecar', 'Istio objects'], list.map(s => [...many([s.namespace, s.name]), s.ports.map(p => `${p.name ? p.name + ' ' : ''}${p.port}`).join(', '), health(s.health.requests.inbound.http ?? {}), s.istioSidecar ? h('span', { class: 'ok' }, '✓ in the mesh') : h('span', { class: 'warn' }, '✗ missing'), s.istioReferences.length ? s.istioReferences.map(r => h('span', { class: 'chip' }, `${r.objectGVK.Kind} ${r.name}`)) : '–']), 'Services')));
}
let opened = '';
const keyOf = o => `${o.namespace}/istio/${o.kind === 'Telemetry' ? 'telemetry' : /Authentication|Policy/.test(o.kind) ? 'security' : 'networking'}.istio.io/v1/${o.kind}/${o.name}`;
/* An object as YAML, for reading: managedFields and the last applied text are left out. */
function yaml(value, indent = '') {
  if (Array.isArray(value)) return value.length ? value.map(v => `\n${indent}- ${yaml(v, indent + '  ').trimStart()}`).join('') : ' []';
  if (value && typeof value === 'object') return Object.keys(value).length ? Object.entries(value).map(([k, v]) => `\n${indent}${k}:${yaml(v, Array.isArray(v) ? indent : indent + '  ')}`).join('') : ' {}';
  return ' ' + (typeof value === 'string' && !/^[A-Za-z_./-][\w .,/=@-]*$/.test(value) || /^(true|false|null|yes|no|on|off|~)$/i.test(value) && typeof value === 'string' ? JSON.stringify(value) : String(value));
}
const readable = ({ metadata: { managedFields: _, ...metadata }, ...rest }) => { const notes = { ...metadata.annotations }; delete notes['kubectl.kubernetes.io/last-applied-configuration']; const { annotations: __, ...kept } = metadata, { apiVersion, kind, ...body } = rest; return { apiVersion, kind, metadata: { ...kept, ...(Object.keys(notes).length ? { annotations: notes } : {}) }, ...body }; };
async function istio() {
  const list = (await ask('istio/config', { validate: true })).items, one = list.find(o => keyOf(o) === opened);
  const open = o => { opened = opened === keyOf(o) ? '' : keyOf(o); istio(); };
  const checks = o => o.validation.checks.length === 0 ? h('span', { class: 'ok' }, '✓ valid') : o.validation.checks.map(c => h('div', { class: c.severity === 'error' ? 'bad' : 'warn' }, `${c.severity === 'error' ? '✗' : '!'} ${c.code} ${c.message}`, h('span', { class: 'mono muted' }, ' ' + c.path)));
  const text = one ? yaml(readable((await getJson('/kiali/api/namespaces/' + opened)).resource)).trimStart() : '';
  show(main, h('div', { class: 'card' }, h('h2', {}, 'Istio Config'), list.length === 0 ? h('p', { class: 'empty' }, `There is no Istio object in ${spaces.join(', ')}.`) : table([...many(['Namespace', 'Name']), 'Kind', 'Configuration'], list.map(o => [...many([o.namespace, h('button', { class: 'link', 'aria-expanded': String(o === one), onclick: () => open(o) }, o.name)]), o.kind, checks(o)]), 'Istio objects')),
    one ? h('div', { class: 'card' }, h('h2', {}, `${one.kind} ${one.namespace}/${one.name}`), h('pre', { class: 'block', tabindex: 0, 'aria-label': 'YAML' }, text)) : null);
}
start().catch(e => show(main, failure(e)));
