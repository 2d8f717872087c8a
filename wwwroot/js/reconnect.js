// Gives the reconnect notice its behaviour. It works while there is no circuit, so it cannot be a component's module.
const notice = document.getElementById('components-reconnect-modal');

const retry = async () => {
  try {
    // false: the server is there but no longer knows this circuit; a fresh page attaches to the same session.
    if (!await Blazor.reconnect() && !await Blazor.resumeCircuit()) location.reload();
    else notice.close();
  } catch {
    document.addEventListener('visibilitychange', retryWhenVisible);
  }
};

const retryWhenVisible = async () => {
  if (document.visibilityState !== 'visible') return;
  document.removeEventListener('visibilitychange', retryWhenVisible);
  await retry();
};

notice.addEventListener('components-reconnect-state-changed', e => {
  switch (e.detail.state) {
    case 'show': if (!notice.open) notice.show(); break;
    case 'hide': notice.close(); break;
    case 'failed': document.addEventListener('visibilitychange', retryWhenVisible); break;
    case 'rejected': location.reload(); break;
  }
});
document.getElementById('components-reconnect-button').addEventListener('click', retry);
document.getElementById('components-resume-button').addEventListener('click', async () => {
  if (!await Blazor.resumeCircuit()) location.reload();
});
