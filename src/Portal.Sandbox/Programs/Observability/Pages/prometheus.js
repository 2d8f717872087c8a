const examples = ['istio_requests_total', 'sum by (destination_workload, response_code) (rate(istio_requests_total{reporter="source"}[1m]))', 'histogram_quantile(0.95, sum by (le, destination_workload) (rate(istio_request_duration_milliseconds_bucket[1m])))', 'sum(rate(istio_requests_total{response_code=~"5.."}[1m])) / sum(rate(istio_requests_total[1m]))', 'up'];
const address = new URLSearchParams(location.search);
let tab = address.get('tab') === 'graph' || address.get('g0.tab') === '0' ? 'graph' : 'table';
$('query').value = address.get('q') ?? address.get('g0.expr') ?? '';

async function run() {
  const query = $('query').value.trim();
  for (const name of ['table', 'graph']) $(`tab-${name}`).setAttribute('aria-selected', String(tab === name));
  if (!query) { show($('result'), h('p', { class: 'empty' }, 'Write an expression, or take one of the examples.')); return; }
  history.replaceState(null, '', `/query?${new URLSearchParams({ q: query, tab })}`);
  try {
    if (tab === 'table') await table(query); else await graph(query);
  } catch (e) {
    show($('result'), h('div', { class: 'notice bad', role: 'alert' }, h('b', {}, 'The query failed. '), e.message));
  }
}
async function table(query) {
  const { data } = await getJson(`/api/v1/query?${new URLSearchParams({ query })}`);
  const rows = data.resultType === 'vector' ? data.result.map(r => [metricName(r.metric), r.value[1]]) : data.resultType === 'matrix' ? data.result.map(r => [metricName(r.metric), r.values.map(v => `${v[1]} @${v[0]}`).join('  ')]) : [[data.resultType, data.result[1]]];
  if (rows.length === 0) { show($('result'), h('p', { class: 'empty' }, 'This query returned no data. Has the mesh seen traffic since Prometheus was started?')); return; }
  show($('result'), h('p', { class: 'muted' }, `${rows.length} series`), h('div', { class: 'scroll' }, h('table', {}, h('thead', {}, h('tr', {}, h('th', {}, 'Series'), h('th', { class: 'num' }, 'Value'))), h('tbody', {}, rows.slice(0, 500).map(r => h('tr', {}, h('td', { class: 'mono metric' }, r[0]), h('td', { class: 'num mono' }, r[1])))))));
}
async function graph(query) {
  const end = Date.now() / 1000, start = end - Number($('range').value), step = Math.max(5, Math.round((end - start) / 180));
  const { data } = await getJson(`/api/v1/query_range?${new URLSearchParams({ query, start, end, step })}`);
  if (!$('plot')) show($('result'), h('div', { id: 'plot' }));
  lineChart($('plot'), data.result.map(r => ({ name: metricName(r.metric), points: r.values.map(v => [v[0], Number(v[1])]) })), { start, end, step, height: 320, title: query });
}
async function targets() {
  const { data } = await getJson('/api/v1/targets');
  show($('targets'), h('table', {}, h('thead', {}, h('tr', {}, ['Endpoint', 'State', 'Namespace', 'Pod'].map(t => h('th', {}, t)))), h('tbody', {}, data.activeTargets.map(t => h('tr', {}, h('td', { class: 'mono' }, t.scrapeUrl), h('td', {}, h('span', { class: 'chip ok' }, '✓ ', t.health)), h('td', {}, t.labels.namespace), h('td', {}, t.labels.pod))))));
}
const here = location.pathname === '/targets' ? 'targets' : 'query';
$(`nav-${here}`).setAttribute('aria-current', 'page');
$('page-query').hidden = here !== 'query';
$('page-targets').hidden = here !== 'targets';
show($('suggestions'), examples.map(e => h('button', { type: 'button', class: 'mono', onclick: () => { $('query').value = e; run(); } }, e.length > 70 ? e.slice(0, 68) + '…' : e)));
for (const name of ['table', 'graph']) $(`tab-${name}`).addEventListener('click', () => { tab = name; run(); });
$('form').addEventListener('submit', e => { e.preventDefault(); run(); });
$('query').addEventListener('keydown', e => { if (e.key === 'Enter' && !e.shiftKey) { e.preventDefault(); run(); } });
$('range').addEventListener('change', run);
setInterval(() => { if ($('live').checked && !document.hidden) run(); }, 5000);
if (here === 'targets') targets(); else run();
getJson('/api/v1/status/tsdb').then(s => { $('count').textContent = `${s.data.headStats.numSeries} series`; }, () => { });
