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

// With a scheme; or a port of the learner's own, as programs print it.
const address = /https?:\/\/[^\s"'<>`{}|\\^]+|(?<![\w.:/@-])(?:localhost|127\.0\.0\.1):\d{1,5}(?![\d\w.-])(?:\/[^\s"'<>`{}|\\^]*)?/gi;

// What follows an address in a sentence is not part of it.
const trimmed = text => text.replace(/[).,;:!?\]]+$/, '');

/** The address that a link leads to: of a port in the workspace, or of the web; null for anything else. */
function target(text) {
  const full = /^https?:/i.test(text) ? text : `http://${text}`;
  if (!URL.canParse(full)) return null;
  const url = new URL(full);
  const own = ['localhost', '127.0.0.1', '[::1]', '0.0.0.0'].includes(url.hostname);
  return { url, port: own ? Number(url.port || (url.protocol === 'https:' ? 443 : 80)) : null };
}

/** Addresses in a line of the screen, in all rows that it is wrapped to. */
function links(terminal, row, open) {
  const buffer = terminal.buffer.active;
  let first = row - 1;
  while (first > 0 && buffer.getLine(first)?.isWrapped) first--;
  let text = '';
  const places = [];
  // A line without end is no address.
  for (let y = first; y < first + 40; y++) {
    const line = buffer.getLine(y);
    if (!line || (y > first && !line.isWrapped)) break;
    for (let x = 0; x < Math.min(line.length, terminal.cols); x++) {
      const cell = line.getCell(x);
      if (!cell || cell.getWidth() === 0) continue;
      const letters = cell.getChars() || ' ';
      text += letters;
      for (let i = 0; i < letters.length; i++) places.push({ x: x + 1, y: y + 1 });
    }
  }
  return [...text.matchAll(address)]
    .map(match => ({ at: match.index, text: trimmed(match[0]) }))
    .filter(found => target(found.text))
    .map(found => ({
      text: found.text,
      range: { start: places[found.at], end: places[found.at + found.text.length - 1] },
      activate: (_, link) => open(link),
    }))
    .filter(link => link.range.start.y <= row && link.range.end.y >= row);
}

/** What is on the screen now. */
function screenText(terminal) {
  const buffer = terminal.buffer.active;
  return Array.from({ length: terminal.rows }, (_, i) => buffer.getLine(buffer.viewportY + i)?.translateToString(true) ?? '')
    .join('\n').trimEnd();
}

export async function open(element, view, stylesheet, guest, takesFocus) {
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

  // Only text: what a page put on the clipboard must not end the brackets that a paste is in, nor press keys.
  const paste = async text => {
    const plain = text.replace(/[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]/g, '');
    const lines = plain.trimEnd().split(/\r\n|\r|\n/);
    if (plain && await view.invokeMethodAsync('MayPasteAsync', lines.length, encoder.encode(plain).length, lines[0].slice(0, 60)))
      terminal.paste(plain);
    terminal.focus();
  };
  // The browser's own events need no permission and no secure connection.
  let copied = '';
  const onCopy = e => {
    if (!copied && !terminal.hasSelection()) return;
    e.clipboardData.setData('text/plain', copied || terminal.getSelection());
    e.preventDefault();
    e.stopPropagation();
  };
  const onPaste = e => {
    e.preventDefault();
    e.stopPropagation();
    paste(e.clipboardData.getData('text/plain')).catch(() => { });
  };
  element.addEventListener('copy', onCopy, true);
  element.addEventListener('paste', onPaste, true);
  const copy = text => {
    copied = text;
    terminal.focus();
    document.execCommand('copy');
    copied = '';
    terminal.clearSelection();
  };

  const follow = async text => {
    const to = target(text);
    if (!to) return;
    const href = to.port === null
      ? to.url.href
      : await view.invokeMethodAsync('LinkToPort', to.port, to.url.pathname + to.url.search);
    if (href) window.open(href, '_blank', 'noopener,noreferrer');
  };
  terminal.registerLinkProvider({
    provideLinks: (row, done) => done(links(terminal, row, text => follow(text).catch(() => { }))),
  });

  terminal.attachCustomKeyEventHandler(e => {
    if (!e.ctrlKey || e.altKey || e.metaKey) return true;
    // Tab belongs to the shell, so there is another way out.
    if (e.shiftKey && e.code === 'KeyM') {
      const tab = document.querySelector('.terminal-tabs [aria-selected="true"]')
        ?? document.querySelector('#tab-Terminal');
      if (e.type === 'keydown') tab?.focus();
      return false;
    }
    // The browser pastes, and tells with an event.
    if (e.key === 'v' || e.key === 'V') return false;
    if ((e.key === 'c' || e.key === 'C') && (e.shiftKey || terminal.hasSelection())) {
      // With Shift it would open the browser's tools.
      e.preventDefault();
      if (e.type === 'keydown' && terminal.hasSelection()) copy(terminal.getSelection());
      return false;
    }
    return true;
  });

  const resize = new ResizeObserver(() => { if (element.offsetParent && !guest) fit.fit(); });
  resize.observe(element);
  const recolour = new MutationObserver(() => { terminal.options.theme = theme(); });
  recolour.observe(document.documentElement, { attributeFilter: ['data-theme'] });
  if (!guest && takesFocus) terminal.focus();

  return {
    size: () => ({ columns: terminal.cols, rows: terminal.rows }),
    write: bytes => new Promise(done => terminal.write(bytes, done)),
    reset: () => terminal.reset(),
    // What had the focus may have gone, or be hidden.
    focus(onlyIfLost) {
      const active = document.activeElement;
      if (!onlyIfLost || !active || active === document.body || !active.checkVisibility()) terminal.focus();
    },
    resize: (columns, rows) => terminal.resize(columns, rows),
    copy: () => copy(terminal.getSelection() || screenText(terminal)),
    // For touch. False when the browser does not let a page read the clipboard.
    async paste() {
      let text;
      try {
        text = await navigator.clipboard.readText();
      } catch {
        terminal.focus();
        return false;
      }
      // Not awaited: the question it may ask is answered by who waits for this.
      paste(text).catch(() => { });
      return true;
    },
    dispose() {
      resize.disconnect();
      recolour.disconnect();
      element.removeEventListener('copy', onCopy, true);
      element.removeEventListener('paste', onPaste, true);
      terminal.dispose();
    },
  };
}
