const api = path => getJson('/jaeger/api/' + path);
const ms = micros => micros >= 1e6 ? `${number(micros / 1e6)} s` : micros >= 1000 ? `${number(micros / 1000)} ms` : `${micros} µs`;
const main = $('main');
const palette = new Map();
const colourOf = service => { if (!palette.has(service)) palette.set(service, colours[palette.size % colours.length]); return palette.get(service); };
const tag = (span, key) => span.tags.find(t => t.key === key)?.value;
const failed = span => tag(span, 'error') === 'true';
const extent = trace => { const start = Math.min(...trace.spans.map(s => s.startTime)); return { start, length: Math.max(...trace.spans.map(s => s.startTime + s.duration)) - start }; };
const when = micros => new Date(micros / 1000).toLocaleString([], { hour12: false });

async function search() {
  const address = new URLSearchParams(location.search);
  const services = ((await api('services')).data ?? []).sort((a, b) => a.localeCompare(b));
  if (services.length === 0) {
    show(main, h('div', { class: 'card empty' }, h('h2', {}, 'No trace has arrived yet'), h('p', {}, 'Proxies trace when a Telemetry object names this provider, and send the sampled requests only. Apply one, make some requests, and reload.'), h('pre', { class: 'block', style: 'display:inline-block;text-align:left;margin:0' }, 'spec:\n  tracing:\n  - providers:\n    - name: jaeger\n    randomSamplingPercentage: 100')));
    return;
  }
  const select = (name, options, value) => h('select', { name }, options.map(([v, t]) => h('option', { value: v, selected: v === value }, t)));
  const service = address.get('service') ?? services[0];
  const results = h('section', { 'aria-label': 'Traces' });
  const operations = h('select', { name: 'operation' });
  const form = h('form', { class: 'card', onsubmit: e => { e.preventDefault(); find(); } },
    h('h2', {}, 'Find traces'), h('label', {}, 'Service', select('service', services.map(s => [s, s]), service)), h('label', {}, 'Operation', operations),
    h('label', {}, 'Tags as JSON', h('input', { name: 'tags', placeholder: '{"http.status_code":"503"}', value: address.get('tags') ?? '' })),
    h('div', { class: 'pair' }, h('label', {}, 'Longer than', h('input', { name: 'minDuration', placeholder: '100ms', value: address.get('minDuration') ?? '' })), h('label', {}, 'Shorter than', h('input', { name: 'maxDuration', placeholder: '1.2s', value: address.get('maxDuration') ?? '' }))),
    h('div', { class: 'pair' }, h('label', {}, 'Lookback', select('lookback', [['5m', 'last 5 minutes'], ['15m', 'last 15 minutes'], ['1h', 'last hour'], ['24h', 'last day']], address.get('lookback') ?? '1h')),
      h('label', {}, 'At most', select('limit', [['20', '20 traces'], ['100', '100 traces'], ['500', '500 traces']], address.get('limit') ?? '20'))), h('button', { class: 'primary' }, 'Find traces'));
  const names = async () => { const list = (await api(`services/${encodeURIComponent(form.service.value)}/operations`)).data; show(operations, h('option', { value: 'all' }, 'all'), list.map(o => h('option', { value: o, selected: o === address.get('operation') }, o))); };
  form.service.addEventListener('change', names);
  const find = async () => {
    const query = new URLSearchParams([...new FormData(form)].filter(([, v]) => v && v !== 'all'));
    history.replaceState(null, '', '/jaeger/search?' + query);
    try {
      const traces = (await api('traces?' + query)).data;
      const longest = Math.max(1, ...traces.map(t => extent(t).length));
      show(results, h('h2', { role: 'status' }, `${traces.length} trace${traces.length === 1 ? '' : 's'}`), traces.length === 0 ? h('p', { class: 'empty card' }, 'Nothing matches. Ask for less, or make a request.') : null, traces.map(t => {
        const { start, length } = extent(t), root = t.spans.find(s => s.references.length === 0) ?? t.spans[0], errors = t.spans.filter(failed).length;
        const counts = Object.entries(Object.groupBy(t.spans, s => t.processes[s.processID].serviceName));
        return h('a', { class: 'trace', href: '/jaeger/trace/' + t.traceID }, h('b', {}, `${t.processes[root.processID].serviceName}: ${root.operationName}`), h('b', { class: 'when' }, ms(length)),
          h('span', { class: 'row', style: 'align-items:center' }, h('span', { class: 'chip' }, `${t.spans.length} spans`), errors ? h('span', { class: 'chip bad' }, `✗ ${errors} error${errors > 1 ? 's' : ''}`) : null, counts.map(([s, list]) => h('span', { class: 'chip', style: `border-left:4px solid ${colourOf(s)}` }, `${s} (${list.length})`))),
          h('span', { class: 'muted when' }, when(start)), h('span', { class: 'bar-track' }, h('i', { style: `width:${100 * length / longest}%` })));
      }));
    } catch (e) { show(results, failure(e)); }
  };
  show(main, h('div', { class: 'layout' }, form, results));
  await names();
  await find();
}
async function trace(id) {
  const t = (await api('traces/' + id)).data[0];
  const { start, length } = extent(t);
  const ids = new Set(t.spans.map(s => s.spanID));
  const children = Object.groupBy(t.spans, s => s.references[0]?.spanID ?? 'root');
  const rows = h('div', {});
  const walk = (parent, depth) => (children[parent] ?? []).forEach(s => {
    const service = t.processes[s.processID].serviceName, colour = failed(s) ? 'var(--error)' : colourOf(service);
    const left = 100 * (s.startTime - start) / length, width = 100 * s.duration / length;
    const details = h('div', { class: 'tags', hidden: true }, h('dl', {}, s.tags.concat(t.processes[s.processID].tags).map(x => [h('dt', {}, x.key), h('dd', { class: 'mono' }, x.value)])));
    const row = h('button', { class: 'span', 'aria-expanded': 'false', onclick: () => { details.hidden = !details.hidden; row.setAttribute('aria-expanded', String(!details.hidden)); } },
      h('span', { class: 'name', style: `border-color:${colourOf(service)};margin-left:${depth * 14}px` }, failed(s) ? h('span', { class: 'bad' }, '✗ ') : null, h('b', {}, service), ' ', h('span', { class: 'muted' }, `${tag(s, 'span.kind')} · ${s.operationName}`)),
      h('span', { class: 'lane' }, h('i', { style: `left:${left}%;width:${width}%;background:${colour}` }), h('b', { style: width > 55 ? `right:${Math.max(0, 100 - left - width)}%;color:var(--surface)` : left > 60 ? `right:${100 - left}%` : `left:${Math.min(left + width, 88)}%` }, `${ms(s.duration)}${tag(s, 'response_flags') !== '-' ? ' ' + tag(s, 'response_flags') : ''}`)));
    rows.append(row, details);
    walk(s.spanID, depth + 1);
  });
  walk('root', 0);
  show(main, h('p', {}, h('a', { href: '/jaeger/search' }, '← Search')), h('div', { class: 'card' }, h('h2', {}, `Trace ${id.slice(0, 7)}`), h('p', { class: 'muted' }, `${when(start)} · ${ms(length)} · ${t.spans.length} spans · ${Object.keys(Object.groupBy(Object.values(t.processes), p => p.serviceName)).length} services`), h('div', { class: 'scale', 'aria-hidden': true }, h('span', {}, 'Service · operation'), h('div', {}, [0, .25, .5, .75, 1].map(f => h('span', {}, ms(Math.round(length * f)))))), rows));
}
async function dependencies() {
  const calls = (await api(`dependencies?endTs=${Date.now()}&lookback=604800000`)).data.sort((a, b) => b.callCount - a.callCount);
  show(main, h('div', { class: 'card' }, h('h2', {}, 'System architecture'), calls.length === 0 ? h('p', { class: 'empty' }, 'No calls between services have been traced yet.') : table(['Caller', 'Called', ['Calls', 'num']], calls.map(c => [c.parent, c.child, c.callCount]), 'Calls')));
}
const parts = location.pathname.split('/').filter(Boolean);
const view = parts[1] === 'trace' ? 'trace' : parts[1] === 'dependencies' ? 'dependencies' : 'search';
$(`nav-${view}`)?.setAttribute('aria-current', 'page');
(view === 'trace' ? trace(parts[2]) : view === 'dependencies' ? dependencies() : search()).catch(e => show(main, failure(e)));
