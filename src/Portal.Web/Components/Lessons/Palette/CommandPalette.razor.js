// The option that the arrow keys chose is seen; the focus stays in the field.
export function show(id) {
  document.getElementById(id)?.scrollIntoView({ block: 'nearest' });
}
