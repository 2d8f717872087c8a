// A manifest's text: a plain box, and Monaco in its place where there is room and a keyboard. Monaco is fetched when
// the first editor opens, not with the page.

const small = matchMedia('(max-width: 900px), (pointer: coarse)');

const token = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

function style(url) {
  if (document.querySelector(`link[href="${url}"]`)) return Promise.resolve();
  const link = Object.assign(document.createElement('link'), { rel: 'stylesheet', href: url });
  const loaded = new Promise((resolve, reject) => { link.onload = resolve; link.onerror = reject; });
  document.head.append(link);
  return loaded;
}

/** The page's colours, for Monaco knows no variables. */
function paint(monaco) {
  const dark = document.documentElement.dataset.theme === 'dark';
  const rule = (name, color) => ({ token: name, foreground: token(color).replace('#', '') });
  monaco.editor.defineTheme('portal', {
    base: dark ? 'vs-dark' : 'vs',
    inherit: true,
    rules: [
      rule('', '--text'), rule('type', '--primary'), rule('string', '--success'), rule('string.yaml', '--success'),
      rule('number', '--warning'), rule('number.yaml', '--warning'), rule('type.yaml', '--primary'),
      rule('keyword', '--warning'), rule('comment', '--muted'), rule('operators', '--muted'), rule('tag', '--info'),
    ],
    colors: {
      'editor.background': token('--code'), 'editor.foreground': token('--text'),
      'editorLineNumber.foreground': token('--muted'), 'editorLineNumber.activeForeground': token('--text'),
      'editorLineNumber.dimmedForeground': token('--muted'),
      'editorCursor.foreground': token('--primary'), 'editor.selectionBackground': token('--selection'),
      'editorError.foreground': token('--error'), 'editorWarning.foreground': token('--warning'),
      'editorWidget.background': token('--surface'), 'editorWidget.foreground': token('--text'),
      'editorWidget.border': token('--border'), 'editorSuggestWidget.selectedBackground': token('--selection'),
      'editorSuggestWidget.selectedForeground': token('--text'),
      'editorSuggestWidget.highlightForeground': token('--primary'),
      'editorSuggestWidget.focusHighlightForeground': token('--primary'),
      'editorHoverWidget.background': token('--surface'), 'editorHoverWidget.foreground': token('--text'),
      'focusBorder': token('--primary'), 'list.hoverBackground': token('--code'),
      'textLink.foreground': token('--primary'),
    },
  });
  monaco.editor.setTheme('portal');
}

async function rich(area, host, moduleUrl, styleUrl) {
  const [monaco] = await Promise.all([import(moduleUrl), style(styleUrl)]);
  paint(monaco);
  host.hidden = false;
  const editor = monaco.editor.create(host, {
    value: area.value,
    language: 'yaml',
    ariaLabel: area.getAttribute('aria-label'),
    readOnly: area.readOnly,
    automaticLayout: true,
    minimap: { enabled: false },
    scrollBeyondLastLine: false,
    tabSize: 2,
    insertSpaces: true,
    detectIndentation: false,
    wordBasedSuggestions: 'off',
    quickSuggestions: { other: true, comments: false, strings: true },
    fontFamily: token('--mono'),
    fontSize: 13.5,
    lineNumbersMinChars: 3,
    fixedOverflowWidgets: true,
    renderLineHighlight: 'none',
    renderFinalNewline: 'on',
    occurrencesHighlight: 'off',
    folding: true,
  });
  // Nobody sees it, and who hears it hears what it is for.
  host.querySelector('.ime-text-area')?.setAttribute('aria-label', area.getAttribute('aria-label'));
  area.hidden = true;
  return { monaco, editor };
}

const pause = milliseconds => new Promise(resolve => setTimeout(resolve, milliseconds));

// What the cluster's authors wrote is text, whatever it looks like.
const plain = text => text.replace(/[\\`*_{}[\]()#+\-.!<>|~]/g, '\\$&');

/** What the cluster says of fields: what may be written at a place, and what stands there. */
function help(monaco, editor, portal, piece) {
  const isMine = model => model === editor.getModel();
  const kinds = monaco.languages.CompletionItemKind;
  const looks = [kinds.Field, kinds.EnumMember, kinds.Snippet];
  const suggest = { id: 'editor.action.triggerSuggest', title: '' };
  return [
    monaco.languages.registerCompletionItemProvider('yaml', {
      triggerCharacters: [' ', '-', ':'],
      async provideCompletionItems(model, at, _, token) {
        if (!isMine(model)) return null;
        await pause(100);
        if (token.isCancellationRequested) return null;
        const found = await portal.invokeMethodAsync('OnCompleteAsync', piece(), at.lineNumber - 1, at.column - 1);
        if (token.isCancellationRequested) return null;
        const range = new monaco.Range(at.lineNumber, found.start + 1, at.lineNumber, found.end + 1);
        return {
          suggestions: found.items.map(item => ({
            label: item.label,
            kind: looks[item.kind],
            insertText: item.insert,
            detail: item.isRequired ? `${item.detail}, required` : item.detail,
            documentation: item.description,
            sortText: (item.isRequired ? '0' : '1') + item.label,
            range,
            command: /[\s]$/.test(item.insert) ? suggest : undefined,
          })),
        };
      },
    }),
    monaco.languages.registerHoverProvider('yaml', {
      async provideHover(model, at, token) {
        if (!isMine(model)) return null;
        const found = await portal.invokeMethodAsync('OnExplainAsync', piece(), at.lineNumber - 1, at.column - 1);
        if (!found || token.isCancellationRequested) return null;
        const head = `**${plain(found.path)}** · ${plain(found.type)}${found.isRequired ? ' · required' : ''}`;
        return { contents: [{ value: head }, { value: plain(found.description) }] };
      },
    }),
  ];
}

export async function open(area, host, portal, moduleUrl, styleUrl) {
  const parts = [];
  let shown = '';
  let dirty = false;
  let monaco = null;
  let editor = null;

  const text = () => (editor ? editor.getValue() : area.value);
  const tell = () => {
    const now = text() !== shown;
    if (now === dirty) return;
    dirty = now;
    portal.invokeMethodAsync('OnDirtyAsync', dirty);
  };
  // Streamed to the portal piece by piece; a string would have to fit into one message.
  const bytes = () => new TextEncoder().encode(text());
  const piece = () => DotNet.createJSStreamReference(bytes());

  // A while after the last key, what the cluster would not take is asked for and marked.
  let round = 0;
  const check = async () => {
    const mine = ++round;
    mark([]);
    await pause(700);
    if (mine !== round || area.readOnly) return;
    const problems = await portal.invokeMethodAsync('OnCheckAsync', piece());
    if (mine === round) mark(problems);
  };
  const mark = problems => {
    const model = editor?.getModel();
    if (!model) return;
    monaco.editor.setModelMarkers(model, 'cluster', problems.map(p => {
      const line = Math.min(p.line, model.getLineCount());
      const word = model.getWordAtPosition({ lineNumber: line, column: p.column });
      return {
        startLineNumber: line,
        startColumn: p.column,
        endLineNumber: line,
        endColumn: word?.endColumn ?? model.getLineMaxColumn(line),
        message: p.message,
        severity: p.isWarning ? monaco.MarkerSeverity.Warning : monaco.MarkerSeverity.Error,
      };
    }));
  };
  const changed = () => {
    tell();
    check();
  };
  const press = key => portal.invokeMethodAsync('OnKeyAsync', key);
  const keys = { Save: 0, Apply: 1 };

  if (!small.matches) ({ monaco, editor } = await rich(area, host, moduleUrl, styleUrl));
  if (editor) {
    editor.onDidChangeModelContent(changed);
    editor.addCommand(monaco.KeyMod.CtrlCmd | monaco.KeyCode.KeyS, () => press(keys.Save));
    editor.addCommand(monaco.KeyMod.CtrlCmd | monaco.KeyCode.Enter, () => press(keys.Apply));
    const watch = new MutationObserver(() => paint(monaco));
    watch.observe(document.documentElement, { attributeFilter: ['data-theme'] });
    help(monaco, editor, portal, piece).forEach(part => parts.push(() => part.dispose()));
    parts.push(() => watch.disconnect(), () => editor.getModel()?.dispose(), () => editor.dispose());
  } else {
    area.addEventListener('input', changed);
    area.addEventListener('keydown', e => {
      if (!(e.ctrlKey || e.metaKey)) return;
      const key = e.key === 's' ? keys.Save : e.key === 'Enter' ? keys.Apply : null;
      if (key === null) return;
      e.preventDefault();
      press(key);
    });
  }

  return {
    rich: () => editor !== null,
    async show(stream, keep) {
      const next = new TextDecoder().decode(await stream.arrayBuffer());
      shown = next;
      if (!keep) {
        if (editor) editor.setValue(next);
        else area.value = next;
      }
      // A box has its own idea of line ends.
      if (!keep) shown = text();
      dirty = text() !== shown;
      if (dirty) portal.invokeMethodAsync('OnDirtyAsync', true);
      check();
    },
    read: bytes,
    go(line, column) {
      if (editor) {
        editor.setPosition({ lineNumber: line, column });
        editor.revealLineInCenter(line);
        editor.focus();
        return;
      }
      const at = area.value.split('\n').slice(0, line - 1).reduce((sum, l) => sum + l.length + 1, 0) + column - 1;
      area.focus();
      area.setSelectionRange(at, at);
    },
    dispose() {
      round++;
      parts.forEach(part => part());
    },
  };
}
