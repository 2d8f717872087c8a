// xterm.js on an element. The library is fetched when the first terminal opens, not with the page.

const theme = () => {
  const css = getComputedStyle(document.documentElement);
  const token = name => css.getPropertyValue(name).trim();
  return {
    background: token('--code'), foreground: token('--text'), cursor: token('--primary'), cursorAccent: token('--code'),
    selectionBackground: token('--selection'),
    ...Object.fromEntries(['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white']
      .flatMap((name, i) => [[name, token(`--ansi-${i}`)], [`bright${name[0].toUpperCase()}${name.slice(1)}`, token(`--ansi-${i + 8}`)]])),
  };
};

export async function open(element, view, stylesheet, guest) {
  if (!document.querySelector('link[data-xterm]')) {
    const link = Object.assign(document.createElement('link'), { rel: 'stylesheet', href: stylesheet });
    link.dataset.xterm = '';
    document.head.append(link);
    await new Promise(done => { link.onload = link.onerror = done; });
  }
  const [{ Terminal }, { FitAddon }] = await Promise.all([import('/lib/xterm/xterm.mjs'), import('/lib/xterm/addon-fit.mjs')]);

  const terminal = new Terminal({
    fontFamily: getComputedStyle(document.documentElement).getPropertyValue('--mono'),
    fontSize: 13.5, lineHeight: 1.2, cursorBlink: false, scrollback: 5000, theme: theme(), screenReaderMode: false,
  });
  const fit = new FitAddon();
  terminal.loadAddon(fit);
  terminal.open(element);
  if (!guest) fit.fit();

  const encoder = new TextEncoder();
  let sending = Promise.resolve();
  terminal.onData(data => {
    // A long paste goes in pieces: one message has a limit, and the order matters.
    const bytes = encoder.encode(data);
    for (let at = 0; at < bytes.length; at += 8192) {
      const piece = bytes.slice(at, at + 8192);
      sending = sending.then(() => view.invokeMethodAsync('OnInputAsync', piece)).catch(() => { });
    }
  });
  terminal.onResize(size => view.invokeMethodAsync('OnResizeAsync', size.cols, size.rows).catch(() => { }));
  // Tab belongs to the shell, so there is another way out.
  terminal.attachCustomKeyEventHandler(e => {
    if (e.ctrlKey && e.shiftKey && e.code === 'KeyM') {
      if (e.type === 'keydown') document.querySelector('#tab-Terminal')?.focus();
      return false;
    }
    return true;
  });

  const resize = new ResizeObserver(() => { if (element.offsetParent && !guest) fit.fit(); });
  resize.observe(element);
  const recolour = new MutationObserver(() => { terminal.options.theme = theme(); });
  recolour.observe(document.documentElement, { attributeFilter: ['data-theme'] });
  if (!guest) terminal.focus();

  return {
    size: () => ({ columns: terminal.cols, rows: terminal.rows }),
    write: bytes => new Promise(done => terminal.write(bytes, done)),
    reset: () => terminal.reset(),
    resize: (columns, rows) => terminal.resize(columns, rows),
    dispose() {
      resize.disconnect();
      recolour.disconnect();
      terminal.dispose();
    },
  };
}
