const source = '/api/datasources/proxy/uid/prometheus/api/v1/';
const main = $('main');
const stat = (title, query, unit, width = 3) => ({ title, queries: [['', query]], unit, width, kind: 'stat' });
const graph = (title, query, name, unit, width = 6) => ({ title, queries: [[name, query]], unit, width, kind: 'graph' });
const requests = (labels, by) => `round(sum(rate(istio_requests_total{${labels}}[1m])) by (${by}), 0.001)`;
const quantiles = (labels, by) => [0.5, 0.9, 0.99].map(q => [`{{${by}}} P${q * 100}`, `histogram_quantile(${q}, sum(rate(istio_request_duration_milliseconds_bucket{${labels}}[1m])) by (${by}, le))`]);
const success = labels => `sum(rate(istio_requests_total{${labels},response_code!~"5.*"}[5m])) / sum(rate(istio_requests_total{${labels}}[5m]))`;
const service = v => `destination_service=~"${v}"`;
const boards = {
  'G8wLrJIZk': { panels: () => [
    stat('Global request volume', 'round(sum(rate(istio_requests_total{reporter="source"}[1m])), 0.001)', 'ops'), stat('Global success rate', success('reporter="source"'), 'percent'), stat('4xxs', 'round(sum(rate(istio_requests_total{reporter="source",response_code=~"4.*"}[1m])), 0.001) or vector(0)', 'ops'), stat('5xxs', 'round(sum(rate(istio_requests_total{reporter="source",response_code=~"5.*"}[1m])), 0.001) or vector(0)', 'ops'),
    graph('Requests by workload', requests('reporter="source"', 'destination_workload'), '{{destination_workload}}', 'ops', 12),
    { title: 'HTTP workloads', kind: 'table', width: 12, queries: [['Requests', 'sum(rate(istio_requests_total{reporter="source"}[1m])) by (destination_workload, destination_workload_namespace, destination_service)'], ['P50', 'histogram_quantile(0.50, sum(rate(istio_request_duration_milliseconds_bucket{reporter="source"}[1m])) by (le, destination_workload, destination_workload_namespace, destination_service))'], ['P90', 'histogram_quantile(0.90, sum(rate(istio_request_duration_milliseconds_bucket{reporter="source"}[1m])) by (le, destination_workload, destination_workload_namespace, destination_service))'], ['P99', 'histogram_quantile(0.99, sum(rate(istio_request_duration_milliseconds_bucket{reporter="source"}[1m])) by (le, destination_workload, destination_workload_namespace, destination_service))'], ['Success', 'sum(rate(istio_requests_total{reporter="source",response_code!~"5.*"}[1m])) by (destination_workload, destination_workload_namespace, destination_service) / sum(rate(istio_requests_total{reporter="source"}[1m])) by (destination_workload, destination_workload_namespace, destination_service)']], units: ['ops', 'ms', 'ms', 'ms', 'percent'] },
    graph('Istio components by version', 'sum(istio_build) by (component, tag)', '{{component}} {{tag}}', 'none', 12)] },
  'LJ_uJAvmk': { variable: ['Service', 'destination_service'], panels: v => [
    stat('Client request volume', `round(sum(rate(istio_requests_total{reporter="source",${service(v)}}[5m])), 0.001)`, 'ops'), stat('Client success rate', success(`reporter="source",${service(v)}`), 'percent'), stat('Server request volume', `round(sum(rate(istio_requests_total{reporter="destination",${service(v)}}[5m])), 0.001)`, 'ops'), stat('Server success rate', success(`reporter="destination",${service(v)}`), 'percent'),
    graph('Incoming requests by source and response code', requests(`reporter="source",${service(v)}`, 'source_workload, response_code'), '{{source_workload}} : {{response_code}}', 'ops'), graph('Incoming requests by destination workload', requests(`reporter="destination",${service(v)}`, 'destination_workload, response_code'), '{{destination_workload}} : {{response_code}}', 'ops'),
    { title: 'Client request duration', kind: 'graph', unit: 'ms', width: 6, queries: quantiles(`reporter="source",${service(v)}`, 'source_workload') }, { title: 'Server request duration', kind: 'graph', unit: 'ms', width: 6, queries: quantiles(`reporter="destination",${service(v)}`, 'destination_workload') },
    graph('Incoming requests by security policy', requests(`reporter="destination",${service(v)}`, 'connection_security_policy'), '{{connection_security_policy}}', 'ops'), graph('Response size', `histogram_quantile(0.9, sum(rate(istio_response_bytes_bucket{reporter="source",${service(v)}}[1m])) by (destination_workload, le))`, '{{destination_workload}} P90', 'bytes')] },
  'UbsSZTDik': { variable: ['Workload', 'destination_workload'], panels: v => [
    stat('Incoming request volume', `round(sum(rate(istio_requests_total{reporter="destination",destination_workload="${v}"}[5m])), 0.001)`, 'ops', 4), stat('Incoming success rate', success(`reporter="destination",destination_workload="${v}"`), 'percent', 4), stat('Request duration P95', `histogram_quantile(0.95, sum(rate(istio_request_duration_milliseconds_bucket{reporter="destination",destination_workload="${v}"}[5m])) by (le))`, 'ms', 4),
    graph('Incoming requests by source and response code', requests(`reporter="destination",destination_workload="${v}"`, 'source_workload, response_code'), '{{source_workload}} : {{response_code}}', 'ops'), { title: 'Incoming request duration', kind: 'graph', unit: 'ms', width: 6, queries: quantiles(`reporter="destination",destination_workload="${v}"`, 'source_workload') },
    graph('Outgoing requests by destination and response code', requests(`reporter="source",source_workload="${v}"`, 'destination_service_name, response_code'), '{{destination_service_name}} : {{response_code}}', 'ops'), { title: 'Outgoing request duration', kind: 'graph', unit: 'ms', width: 6, queries: quantiles(`reporter="source",source_workload="${v}"`, 'destination_service_name') }] },
  'vu8e0VWZk': { panels: () => [graph('Requests per second by proxy', requests('', 'pod'), '{{pod}}', 'ops', 12), graph('Bytes received', 'sum(rate(istio_request_bytes_sum[1m])) by (pod)', '{{pod}}', 'Bps'), graph('Bytes sent', 'sum(rate(istio_response_bytes_sum[1m])) by (pod)', '{{pod}}', 'Bps')] },
  '3--MLVZZk': { panels: () => [stat('Connected proxies', 'sum(pilot_xds)', 'none', 4), stat('Services', 'sum(pilot_services)', 'none', 4), stat('Virtual services', 'sum(pilot_virt_services)', 'none', 4), graph('Connected proxies over time', 'sum(pilot_xds) by (pod)', '{{pod}}', 'none', 12)] },
};
const legend = (pattern, metric) => pattern.replace(/\{\{(.*?)\}\}/g, (_, l) => metric[l] ?? '') || metricName(metric);
const ask = (path, values) => getJson(`${source}${path}?${new URLSearchParams(values)}`);

async function fill(panel, place, start, end) {
  try {
    if (panel.kind === 'graph') {
      const step = Math.max(5, Math.round((end - start) / 120));
      const found = await Promise.all(panel.queries.map(([name, query]) => ask('query_range', { query, start, end, step }).then(r => r.data.result.map(s => ({ name: legend(name, s.metric), points: s.values.map(v => [v[0], Number(v[1])]) })))));
      lineChart(place, found.flat().filter(s => s.points.some(p => Number.isFinite(p[1]))), { unit: panel.unit, start, end, step, title: panel.title, height: panel.width === 12 ? 240 : 210 });
    } else if (panel.kind === 'stat') {
      const { data } = await ask('query', { query: panel.queries[0][1], time: end });
      const value = data.result.length ? Number(data.result[0].value[1]) : NaN;
      show(place, h('div', { class: 'stat' + (panel.unit === 'percent' && value < .95 ? ' bad' : '') }, Number.isNaN(value) ? 'No data' : units[panel.unit](value)));
    } else {
      const found = await Promise.all(panel.queries.map(([, query]) => ask('query', { query, time: end })));
      const rows = new Map();
      found.forEach((r, i) => r.data.result.forEach(s => { const key = JSON.stringify(s.metric); if (!rows.has(key)) rows.set(key, { metric: s.metric, values: [] }); rows.get(key).values[i] = Number(s.value[1]); }));
      if (rows.size === 0) { show(place, h('p', { class: 'empty' }, 'No data in this time.')); return; }
      show(place, h('div', { class: 'scroll' }, h('table', {}, h('thead', {}, h('tr', {}, h('th', {}, 'Service'), h('th', {}, 'Workload'), panel.queries.map(q => h('th', { class: 'num' }, q[0])))), h('tbody', {}, [...rows.values()].sort((a, b) => (b.values[0] ?? 0) - (a.values[0] ?? 0)).map(r => h('tr', {}, h('td', {}, h('a', { href: `/d/LJ_uJAvmk/istio-service-dashboard?var-destination_service=${encodeURIComponent(r.metric.destination_service)}` }, r.metric.destination_service)), h('td', {}, `${r.metric.destination_workload}.${r.metric.destination_workload_namespace}`), panel.units.map((u, i) => h('td', { class: 'num' }, units[u](r.values[i] ?? NaN)))))))));
    }
  } catch (e) { show(place, h('div', { class: 'notice bad', role: 'alert' }, e.message)); }
}
async function board(uid) {
  const definition = boards[uid];
  const { dashboard } = await getJson('/api/dashboards/uid/' + uid);
  $('title').textContent = dashboard.title;
  document.title = `${dashboard.title} - Grafana`;
  let value = '';
  if (definition.variable) {
    const [name, label] = definition.variable;
    const values = (await ask(`label/${label}/values`, {})).data.filter(v => v !== 'unknown');
    value = new URLSearchParams(location.search).get('var-' + label) ?? values.find(v => v.startsWith('productpage')) ?? values[0] ?? '';
    show($('variables'), h('label', {}, name, h('select', { onchange: e => { value = e.target.value; history.replaceState(null, '', `?var-${label}=${encodeURIComponent(value)}`); draw(); } }, values.map(v => h('option', { value: v, selected: v === value }, v)))));
  }
  const draw = () => {
    const end = Math.floor(Date.now() / 1000), start = end - Number($('range').value);
    definition.panels(value).forEach((panel, i) => {
      if (!$('panel-' + i)) { if (i === 0) show(main, h('div', { class: 'panels', id: 'panels' })); $('panels').append(h('section', { class: 'panel', style: `grid-column:span ${panel.width}` }, h('h3', {}, panel.title), h('div', { id: 'panel-' + i }))); }
      fill(panel, $('panel-' + i), start, end);
    });
  };
  $('range').addEventListener('change', draw);
  draw();
  setInterval(() => { if (!document.hidden) draw(); }, 10000);
}
async function list() {
  const found = await getJson('/api/search');
  show(main, h('h2', {}, 'istio'), h('div', { class: 'boards' }, found.map(d => h('a', { class: 'card', href: d.url }, h('b', {}, d.title)))));
}
const uid = location.pathname.split('/')[2];
(location.pathname.startsWith('/d/') && boards[uid] ? board(uid) : list()).catch(e => show(main, h('div', { class: 'notice bad', role: 'alert' }, e.message)));
