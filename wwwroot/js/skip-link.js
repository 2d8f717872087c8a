// A fragment alone would lead to the home page, because addresses are relative to the base; and to go there is to have
// the focus there.
document.addEventListener('click', e => {
  if (!e.target.closest?.('.skip-link')) return
  e.preventDefault()
  e.stopImmediatePropagation()
  document.getElementById('main')?.focus()
}, { capture: true })
