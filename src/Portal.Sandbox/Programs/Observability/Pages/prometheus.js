const examples = ['istio_requests_total', 'sum by (destination_workload, response_code) (rate(istio_requests_total{reporter="source"}[1m]))', 'histogram_quantile(0.95, sum by (le, destination_workload) (rate(istio_request_duration_milliseconds_bucket[1m])))', 'sum(rate(istio_requests_total{response_code=~"5.."}[1m])) / sum(rate(istio_requests_total[1m]))', 'up'];
const address = new URLSearchParams(location.search);
let tab = address.get('tab') === 'graph' || address.get('g0.tab') === '0' ? 'graph' : 'table';
$('query').value = address.get('q') ?? address.get('g0.expr') ?? '';

async function run() {
  const query = $('query').value.trim();
  for (const name of ['table', 'graph']) { $(`tab-${name}`).setAttribute('aria-selected', String(tab === name)); $(`tab-${name}`).tabIndex = tab === name ? 0 : -1; }
  $('result').setAttribute('aria-labelledby', `tab-${tab}`);
  if (!query) { show($('result'), h('p', { class: 'empty' }, 'Write an expression, or take one of the examples.')); return; }
  history.replaceState(null, '', `/query?${new URLSearchParams({ q: query, tab })}`);
  try {
    if (tab === 'table') await asTable(query); else await asGraph(query);
  } catch (e) {
    show($('result'), failure(e, 'The query failed.'));
  }
}
async function asTable(query) {
  const { data } = await getJson(`/api/v1/query?${new URLSearchParams({ query })}`);
  const rows = data.resultType === 'vector' ? data.result.map(r => [metricParts(r.metric), r.value[1]]) : data.resultType === 'matrix' ? data.result.map(r => [metricParts(r.metric), r.values.map(v => `${v[1]} @${v[0]}`).join('  ')]) : [[data.resultType, data.result[1]]];
  if (rows.length === 0) { show($('result'), h('p', { class: 'empty' }, 'This query returned no data. Has the mesh seen traffic since Prometheus was started?')); return; }
  show($('result'), h('p', { class: 'muted', role: 'status' }, `${rows.length} series`), table(['Series', ['Value', 'num mono']], rows.slice(0, 500).map(r => [{ class: 'mono metric', of: r[0] }, r[1]]), 'Result'));
}
async function asGraph(query) {
  const end = Date.now() / 1000, start = end - Number($('range').value), step = Math.max(5, Math.round((end - start) / 180));
  const { data } = await getJson(`/api/v1/query_range?${new URLSearchParams({ query, start, end, step })}`);
  if (!$('plot')) show($('result'), h('div', { id: 'plot' }));
  lineChart($('plot'), data.result.map(r => ({ name: metricName(r.metric), points: r.values.map(v => [v[0], Number(v[1])]) })), { start, end, step, height: 320, title: query });
}
async function targets() {
  const { data } = await getJson('/api/v1/targets'), pools = Object.entries(Object.groupBy(data.activeTargets, t => t.scrapePool));
  show($('targets'), pools.length === 0 ? h('p', { class: 'empty' }, 'No pod asks to be scraped yet (annotation prometheus.io/scrape).') : pools.map(([pool, list]) => h('section', { style: 'margin-bottom:20px' }, h('h3', {}, `${pool} (${list.filter(t => t.health === 'up').length} of ${list.length} up)`), table(['Endpoint', 'State', 'Namespace', 'Pod'], list.map(t => [{ class: 'mono', of: t.scrapeUrl }, h('span', { class: t.health === 'up' ? 'chip ok' : 'chip bad' }, t.health === 'up' ? '✓ up' : '✗ down'), t.labels.namespace ?? '–', t.labels.pod ?? t.labels.instance]), pool))));
}
/* A series with its name and labels told apart. */
const metricParts = ({ __name__: name = '', ...labels }) => { const list = Object.entries(labels); return [h('b', {}, name), list.length || !name ? ['{', list.map(([k, v], i) => [i ? ', ' : '', h('span', { class: 'info' }, k), `="${v}"`]), '}'] : null]; };
const here = location.pathname === '/targets' ? 'targets' : 'query';
$(`nav-${here}`).setAttribute('aria-current', 'page');
$('page-query').hidden = here !== 'query';
$('page-targets').hidden = here !== 'targets';
show($('suggestions'), examples.map(e => h('button', { type: 'button', class: 'mono', onclick: () => { $('query').value = e; run(); } }, e.length > 70 ? e.slice(0, 68) + '…' : e)));
for (const name of ['table', 'graph']) {
  $(`tab-${name}`).addEventListener('click', () => { tab = name; run(); });
  $(`tab-${name}`).addEventListener('keydown', e => { if (e.key === 'ArrowLeft' || e.key === 'ArrowRight') { tab = name === 'table' ? 'graph' : 'table'; run(); $(`tab-${tab}`).focus(); } });
}
$('metric').addEventListener('change', () => {
  const box = $('query'), name = $('metric').value;
  if (!name) return;
  box.setRangeText(name, box.selectionStart, box.selectionEnd, 'end');
  $('metric').value = '';
  box.focus();
});
getJson('/api/v1/label/__name__/values').then(({ data }) => show($('metric'), h('option', { value: '' }, 'Insert a metric…'), data.map(n => h('option', { value: n }, n))), () => { });
$('form').addEventListener('submit', e => { e.preventDefault(); run(); });
$('query').addEventListener('keydown', e => { if (e.key === 'Enter' && !e.shiftKey) { e.preventDefault(); run(); } });
$('range').addEventListener('change', run);
setInterval(() => { if ($('live').checked && !document.hidden) run(); }, 5000);
if (here === 'targets') targets().catch(e => show($('targets'), failure(e))); else run();
getJson('/api/v1/status/tsdb').then(s => { $('count').textContent = `${s.data.headStats.numSeries} series`; }, () => { });
