const source = '/api/datasources/proxy/uid/prometheus/api/v1/';
const main = $('main');
const ask = (path, values) => getJson(`${source}${path}?${new URLSearchParams(values)}`);
const labelValues = async (label, ...matches) => (await getJson(`${source}label/${label}/values?${matches.map(m => 'match[]=' + encodeURIComponent(m)).join('&')}`)).data.filter(v => v !== 'unknown');
const legendOf = (pattern, metric) => pattern.replace(/\{\{(.*?)\}\}/g, (_, l) => metric[l] ?? '') || metricName(metric);
const nothing = () => h('p', { class: 'empty' }, 'No data in this time.');

async function fill(panel, place, start, end) {
  try {
    if (panel.kind === 'graph') {
      const step = Math.max(5, Math.round((end - start) / 120));
      const found = await Promise.all(panel.queries.map(([name, query]) => ask('query_range', { query, start, end, step }).then(r => r.data.result.map(s => ({ name: legendOf(name, s.metric), points: s.values.map(v => [v[0], Number(v[1])]) })))));
      lineChart(place, found.flat().filter(s => s.points.some(p => Number.isFinite(p[1]))), { unit: panel.unit, start, end, step, title: panel.title, height: panel.width === 12 ? 240 : 210 });
    } else if (panel.kind === 'stat') {
      const { data } = await ask('query', { query: panel.queries[0][1], time: end });
      const value = data.result.length ? Number(data.result[0].value[1]) : NaN;
      show(place, Number.isNaN(value) ? h('div', { class: 'stat muted' }, 'No data') : h('div', { class: 'stat' + (panel.unit === 'percent' && value < .95 ? ' bad' : '') }, panel.unit === 'percent' && value < .95 ? '✗ ' : '', units[panel.unit](value)));
    } else {
      const found = await Promise.all(panel.queries.map(([, query]) => ask('query', { query, time: end })));
      const rows = new Map(found[0].data.result.map(s => [JSON.stringify(s.metric), { metric: s.metric, values: [] }]));
      found.forEach((r, i) => r.data.result.forEach(s => { const row = rows.get(JSON.stringify(s.metric)); if (row) row.values[i] = Number(s.value[1]); }));
      show(place, rows.size === 0 ? nothing() : table(['Service', 'Workload', ...panel.queries.map(q => [q[0], 'num'])], [...rows.values()].sort((a, b) => (b.values[0] ?? 0) - (a.values[0] ?? 0)).map(r => [
        h('a', { href: `/d/LJ_uJAvmk/istio-service-dashboard?var-service=${encodeURIComponent(r.metric.destination_service)}` }, r.metric.destination_service),
        h('a', { href: `/d/UbsSZTDik/istio-workload-dashboard?var-namespace=${encodeURIComponent(r.metric.destination_workload_namespace)}&var-workload=${encodeURIComponent(r.metric.destination_workload)}` }, `${r.metric.destination_workload}.${r.metric.destination_workload_namespace}`),
        ...panel.units.map((u, i) => units[u](r.values[i] ?? NaN))]), panel.title));
    }
  } catch (e) { show(place, failure(e)); }
}

async function board(uid) {
  const definition = boards[uid], address = new URLSearchParams(location.search), chosen = {};
  const { dashboard } = await getJson('/api/dashboards/uid/' + uid);
  $('title').textContent = dashboard.title;
  document.title = `${dashboard.title} - Grafana`;
  for (const id of ['range-label', 'refresh-label']) $(id).hidden = false;
  if (address.get('from')?.startsWith('now-')) $('range').value = { '5m': 300, '15m': 900, '1h': 3600, '6h': 21600 }[address.get('from').slice(4)] ?? '300';

  const choose = async from => {
    for (const variable of (definition.variables ?? []).slice(from)) {
      const values = await variable.values(chosen);
      const wanted = address.get('var-' + variable.name);
      chosen[variable.name] = values.includes(wanted) ? wanted : values.includes(chosen[variable.name]) ? chosen[variable.name] : values.find(v => v.startsWith('productpage') || v === 'bookinfo') ?? values[0] ?? '';
      show($('var-' + variable.name), values.length ? values.map(v => h('option', { value: v, selected: v === chosen[variable.name] }, v)) : h('option', { value: '' }, 'none yet'));
    }
  };
  show($('variables'), (definition.variables ?? []).map((v, i) => h('label', {}, v.title, h('select', { id: 'var-' + v.name, onchange: async e => {
    chosen[v.name] = e.target.value;
    address.set('var-' + v.name, e.target.value);
    for (const later of definition.variables.slice(i + 1)) address.delete('var-' + later.name);
    await choose(i + 1);
    for (const [name, value] of Object.entries(chosen)) address.set('var-' + name, value);
    history.replaceState(null, '', `${location.pathname}?${address}`);
    draw();
  } }))));
  await choose(0);

  const panels = h('div', { class: 'panels' });
  show(main, panels);
  const draw = repeat(async () => {
    if (definition.variables && !chosen[definition.variables.at(-1).name]) await choose(0);
    const end = Date.now() / 1000, start = end - Number($('range').value);
    const list = definition.panels(chosen);
    while (panels.children.length < list.length) { const p = list[panels.children.length]; panels.append(h('section', { class: `panel ${p.kind}-panel`, style: `grid-column:span ${p.width}`, 'aria-label': p.title }, h('h3', {}, p.title), h('div', {}))); }
    await Promise.all(list.map((panel, i) => fill(panel, panels.children[i].lastChild, start, end)));
  }, () => Number($('refresh').value));
  for (const id of ['range', 'refresh']) $(id).addEventListener('change', draw);
  await draw();
}
async function list() {
  const found = await getJson('/api/search');
  show(main, h('h2', {}, 'istio'), h('ul', { class: 'boards' }, found.map(d => h('li', {}, h('a', { class: 'card', href: d.url }, d.title)))));
}
const uid = location.pathname.split('/')[2];
(location.pathname.startsWith('/d/') && boards[uid] ? board(uid) : list()).catch(e => show(main, failure(e)));
