// Pages without a circuit have times in UTC; here they get those of the viewer's clock, and its name.

const moment = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' };
const day = { day: 'numeric', month: 'short', ...moment };

function write() {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  for (const time of document.querySelectorAll('time[data-page-time]')) {
    const form = new Intl.DateTimeFormat('en-GB', time.dataset.pageTime ? day : moment);
    time.textContent = form.format(new Date(time.dateTime)).replace(',', '');
  }
  for (const note of document.querySelectorAll('[data-page-zone]')) note.textContent = `Times are by your clock (${zone}).`;
}

write();
globalThis.Blazor?.addEventListener('enhancedload', write);
