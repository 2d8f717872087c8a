// Istio's dashboards: rows of panels, each with its queries.
const stat = (title, query, unit, width = 3) => ({ title, queries: [['', query]], unit, width, kind: 'stat' });
const graph = (title, query, name, unit, width = 6) => ({ title, queries: [[name, query]], unit, width, kind: 'graph' });
const requests = (labels, by) => `round(sum(rate(istio_requests_total{${labels}}[1m])) by (${by}), 0.001)`;
const success = labels => `sum(rate(istio_requests_total{${labels},response_code!~"5.*"}[5m])) / sum(rate(istio_requests_total{${labels}}[5m]))`;
const durations = (title, labels, by) => ({ title, kind: 'graph', unit: 'ms', width: 6, queries: [0.5, 0.9, 0.99].map(q => [`{{${by}}} P${q * 100}`, `histogram_quantile(${q}, sum(rate(istio_request_duration_milliseconds_bucket{${labels}}[1m])) by (${by}, le))`]) });
const size = (title, metric, labels, by) => graph(title, `histogram_quantile(0.9, sum(rate(${metric}_bucket{${labels}}[1m])) by (${by}, le))`, `{{${by}}} P90`, 'bytes');
const tcp = (title, metric, labels, by) => graph(title, `sum(rate(${metric}{${labels}}[1m])) by (${by})`, `{{${by}}}`, 'Bps');
const global = 'reporter=~"source|waypoint"', ends = 'destination_workload, destination_workload_namespace, destination_service';
const quantile = q => `histogram_quantile(${q}, sum(rate(istio_request_duration_milliseconds_bucket{${global}}[1m])) by (le, ${ends}))`;

const boards = {
  'G8wLrJIZk': { panels: () => [
    stat('Global request volume', `round(sum(rate(istio_requests_total{${global}}[1m])), 0.01)`, 'ops'), stat('Global success rate', success(global), 'percent'),
    stat('4xxs', `round(sum(rate(istio_requests_total{${global},response_code=~"4.*"}[1m])), 0.01) or vector(0)`, 'ops'), stat('5xxs', `round(sum(rate(istio_requests_total{${global},response_code=~"5.*"}[1m])), 0.01) or vector(0)`, 'ops'),
    graph('Requests by workload', requests(global, 'destination_workload'), '{{destination_workload}}', 'ops', 12),
    { title: 'HTTP and gRPC workloads', kind: 'table', width: 12, units: ['ops', 'ms', 'ms', 'ms', 'percent'], queries: [['Requests', `sum(rate(istio_requests_total{${global}}[1m])) by (${ends}) > 0`], ['P50', quantile(0.5)], ['P90', quantile(0.9)], ['P99', quantile(0.99)], ['Success', `1 - (sum(rate(istio_requests_total{${global},response_code=~"5.*"}[1m])) by (${ends}) or sum(rate(istio_requests_total{${global}}[1m])) by (${ends}) * 0) / sum(rate(istio_requests_total{${global}}[1m])) by (${ends})`]] },
    { title: 'TCP services', kind: 'table', width: 12, units: ['Bps', 'Bps'], queries: [['Bytes sent', `sum(rate(istio_tcp_sent_bytes_total{${global}}[1m])) by (${ends}) > 0`], ['Bytes received', `sum(rate(istio_tcp_received_bytes_total{${global}}[1m])) by (${ends})`]] },
    graph('Istio components by version', 'sum(istio_build) by (component, tag)', '{{component}} {{tag}}', 'none', 12)] },
  'LJ_uJAvmk': {
    variables: [{ name: 'service', title: 'Service', values: () => labelValues('destination_service', 'istio_requests_total', 'istio_tcp_sent_bytes_total') }],
    panels: v => { const to = `destination_service="${v.service}"`, client = `reporter="source",${to}`, server = `reporter="destination",${to}`; return [
      stat('Client request volume', `round(sum(rate(istio_requests_total{${client}}[5m])), 0.001)`, 'ops'), stat('Client success rate', success(client), 'percent'), stat('Server request volume', `round(sum(rate(istio_requests_total{${server}}[5m])), 0.001)`, 'ops'), stat('Server success rate', success(server), 'percent'),
      graph('Incoming requests by source and response code', requests(client, 'source_workload, response_code'), '{{source_workload}} : {{response_code}}', 'ops'), graph('Incoming requests by destination workload', requests(server, 'destination_workload, response_code'), '{{destination_workload}} : {{response_code}}', 'ops'),
      durations('Client request duration', client, 'source_workload'), durations('Server request duration', server, 'destination_workload'),
      graph('Incoming requests by security policy', requests(server, 'connection_security_policy'), '{{connection_security_policy}}', 'ops'), size('Response size', 'istio_response_bytes', client, 'destination_workload'),
      tcp('TCP bytes received', 'istio_tcp_received_bytes_total', client, 'source_workload'), tcp('TCP bytes sent', 'istio_tcp_sent_bytes_total', client, 'source_workload')]; } },
  'UbsSZTDik': {
    variables: [{ name: 'namespace', title: 'Namespace', values: () => labelValues('destination_workload_namespace', 'istio_requests_total', 'istio_tcp_sent_bytes_total') }, { name: 'workload', title: 'Workload', values: v => labelValues('destination_workload', `istio_requests_total{destination_workload_namespace="${v.namespace}"}`, `istio_tcp_sent_bytes_total{destination_workload_namespace="${v.namespace}"}`) }],
    panels: v => { const into = `reporter="destination",destination_workload_namespace="${v.namespace}",destination_workload="${v.workload}"`, out = `reporter="source",source_workload_namespace="${v.namespace}",source_workload="${v.workload}"`; return [
      stat('Incoming request volume', `round(sum(rate(istio_requests_total{${into}}[5m])), 0.001)`, 'ops', 4), stat('Incoming success rate', success(into), 'percent', 4), stat('Request duration P95', `histogram_quantile(0.95, sum(rate(istio_request_duration_milliseconds_bucket{${into}}[5m])) by (le))`, 'ms', 4),
      graph('Incoming requests by source and response code', requests(into, 'source_workload, response_code'), '{{source_workload}} : {{response_code}}', 'ops'), durations('Incoming request duration', into, 'source_workload'),
      graph('Outgoing requests by destination and response code', requests(out, 'destination_service_name, response_code'), '{{destination_service_name}} : {{response_code}}', 'ops'), durations('Outgoing request duration', out, 'destination_service_name'),
      tcp('TCP bytes received', 'istio_tcp_received_bytes_total', into, 'source_workload'), tcp('TCP bytes sent out', 'istio_tcp_sent_bytes_total', out, 'destination_service_name')]; } },
  'vu8e0VWZk': { panels: () => [graph('Requests per second by proxy', requests('', 'pod'), '{{pod}}', 'ops', 12), graph('Bytes received', 'sum(rate(istio_request_bytes_sum[1m])) by (pod)', '{{pod}}', 'Bps'), graph('Bytes sent', 'sum(rate(istio_response_bytes_sum[1m])) by (pod)', '{{pod}}', 'Bps')] },
  '3--MLVZZk': { panels: () => [stat('Connected proxies', 'sum(pilot_xds)', 'none', 4), stat('Services', 'sum(pilot_services)', 'none', 4), stat('Virtual services', 'sum(pilot_virt_services)', 'none', 4), graph('Connected proxies over time', 'sum(pilot_xds) by (pod)', '{{pod}}', 'none', 12)] },
};
