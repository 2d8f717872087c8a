export function open(area) {
  area.addEventListener('keydown', e => {
    if (e.key !== 'Enter' || !(e.ctrlKey || e.metaKey)) return
    e.preventDefault()
    area.closest('.block-edit')?.querySelector('.primary')?.click()
  })
  area.focus()
}

// Bytes are streamed to the portal piece by piece; a string would have to fit into one message.
export const read = area => new TextEncoder().encode(area.value)
