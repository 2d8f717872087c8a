function ticks(low, high, count) {
  const span = high - low || 1;
  const rough = span / count;
  const power = Math.pow(10, Math.floor(Math.log10(rough)));
  const step = [1, 2, 2.5, 5, 10].map(f => f * power).find(s => s >= rough);
  const result = [];
  for (let v = Math.ceil(low / step) * step; v <= high + step * 1e-9; v += step) result.push(v);
  return result;
}

/* A line chart. series: [{ name, points: [[seconds, value], …] }]; options: { unit, start, end, height, stacked } */
function lineChart(place, series, { unit = 'none', start, end, step = 15, height = 220, title = 'Chart' } = {}) {
  const format = units[unit] ?? units.none;
  const width = Math.max(300, place.clientWidth || 600);
  const left = 62, right = 10, top = 8, bottom = 22;
  const values = series.flatMap(s => s.points.map(p => p[1])).filter(Number.isFinite);
  if (values.length === 0) { show(place, h('p', { class: 'empty' }, 'No data in this time.')); return; }
  const low = Math.min(0, ...values);
  const high = Math.max(...values) * 1.08 || 1;
  const x = t => left + (t - start) / (end - start || 1) * (width - left - right);
  const y = v => top + (high - v) / (high - low || 1) * (height - top - bottom);
  const svg = h('svg', { viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': `${title}: ${series.length} series, latest ${series.slice(0, 4).map(s => `${s.name} ${format(s.points.at(-1)?.[1])}`).join(', ')}` });
  for (const v of ticks(low, high, 4)) svg.append(h('line', { class: 'grid', x1: left, x2: width - right, y1: y(v), y2: y(v) }), h('text', { x: left - 6, y: y(v) + 4, 'text-anchor': 'end' }, format(v)));
  const marks = Math.max(2, Math.floor(width / 130));
  for (let i = 0; i <= marks; i++) {
    const t = start + (end - start) * i / marks;
    svg.append(h('text', { x: x(t), y: height - 5, 'text-anchor': i === 0 ? 'start' : i === marks ? 'end' : 'middle' }, clock(t, end - start < 600)));
  }
  series.forEach((s, i) => {
    let path = '', last = null;
    for (const [t, v] of s.points) {
      if (!Number.isFinite(v)) { last = null; continue; }
      path += `${last === null || t - last > step * 2.5 ? 'M' : 'L'}${x(t).toFixed(1)} ${y(v).toFixed(1)}`;
      last = t;
    }
    svg.append(h('path', { d: path, fill: 'none', stroke: colours[i % colours.length], 'stroke-width': 1.8, 'stroke-dasharray': i >= colours.length ? '5 3' : null, 'stroke-linejoin': 'round' }));
    if (s.points.length === 1) svg.append(h('circle', { cx: x(s.points[0][0]), cy: y(s.points[0][1]), r: 3, fill: colours[i % colours.length] }));
  });
  const cursor = h('line', { class: 'cursor', y1: top, y2: height - bottom, visibility: 'hidden' });
  svg.append(cursor);
  const tip = h('div', { class: 'tip', hidden: true });
  svg.addEventListener('pointermove', e => {
    const box = svg.getBoundingClientRect();
    const t = start + ((e.clientX - box.left) / box.width * width - left) / (width - left - right) * (end - start);
    const near = series.map((s, i) => ({ s, i, p: s.points.reduce((a, b) => !a || Math.abs(b[0] - t) < Math.abs(a[0] - t) ? b : a, null) })).filter(n => n.p && Math.abs(n.p[0] - t) <= step * 1.5).sort((a, b) => b.p[1] - a.p[1]).slice(0, 10);
    if (near.length === 0) { tip.hidden = true; cursor.setAttribute('visibility', 'hidden'); return; }
    const at = near[0].p[0];
    cursor.setAttribute('x1', x(at)); cursor.setAttribute('x2', x(at)); cursor.setAttribute('visibility', 'visible');
    show(tip, h('b', {}, clock(at, true)), near.map(n => h('div', {}, h('span', { style: `color:${colours[n.i % colours.length]}` }, '● '), n.s.name.length > 60 ? n.s.name.slice(0, 58) + '…' : n.s.name, ' ', h('b', {}, format(n.p[1])))));
    tip.hidden = false;
    const px = (e.clientX - box.left);
    tip.style.left = px > box.width / 2 ? 'auto' : `${px + 14}px`;
    tip.style.right = px > box.width / 2 ? `${box.width - px + 14}px` : 'auto';
    tip.style.top = '8px';
  });
  svg.addEventListener('pointerleave', () => { tip.hidden = true; cursor.setAttribute('visibility', 'hidden'); });
  const legend = h('div', { class: 'legend' }, series.slice(0, 20).map((s, i) => h('span', {}, h('span', { class: 'key', style: `background:${colours[i % colours.length]}` }), s.name, ' ', h('b', {}, format(s.points.at(-1)?.[1])))), series.length > 20 ? h('span', { class: 'muted' }, `and ${series.length - 20} more`) : null);
  show(place, h('div', { class: 'chart' }, svg, tip), legend);
}
